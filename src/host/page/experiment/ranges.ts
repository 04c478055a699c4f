/** Which settings the form has, in which groups, and within which ranges a page keeps them. The table of settings has the rest. */
import type { Key } from '../../config/table.ts';

export interface Range {
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
}

const whole = (least: number, most: number): Range => ({ least, most, whole: true });
const real = (least: number, most: number): Range => ({ least, most, whole: false });

/** Beyond these a browser's memory, or a visitor's patience, ends. */
export const ranges: Partial<Record<Key, Range>> = {
  n: whole(1, 4096),
  d: whole(1, 4096),
  teacherWidth: whole(1, 4096),
  teacherStd: real(0.01, 100),
  dataSeed: whole(0, Number.MAX_SAFE_INTEGER),
  width: whole(1, 4096),
  initStd: real(0, 10),
  stepSize: real(0, 10),
  noise: real(0, 1000),
  batch: whole(1, 4096),
  steps: whole(0, 10_000_000),
  replicas: whole(1, 4096),
  seed: whole(0, Number.MAX_SAFE_INTEGER),
  every: whole(1, 10_000_000),
};

/** A title with its settings. What is `more` is shown on demand. */
export interface Section {
  readonly title: string;
  readonly keys: readonly Key[];
  readonly more?: readonly Key[];
}

export const sections: readonly Section[] = [
  {
    title: 'Data',
    keys: ['generate', 'n', 'd', 'target', 'scale'],
    more: ['labels', 'labelRange', 'labelSigns', 'teacherWidth', 'teacherStd', 'dataSeed'],
  },
  {
    title: 'Network',
    keys: ['width', 'activation'],
    more: ['secondLayer', 'init', 'initStd', 'initRange', 'retractFirst'],
  },
  {
    title: 'Training',
    keys: ['noise', 'stepSize', 'steps', 'replicas', 'seed'],
    more: ['batch', 'loss', 'noiseLaw', 'stepSizeSchedule', 'noiseSchedule', 'stopWhen', 'every', 'metrics', 'pin'],
  },
];
