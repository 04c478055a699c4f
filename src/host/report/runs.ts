/** The runs of a results folder, with what theory says of each. */
import type { StoredFeatures, StoredResults, StoredRow } from '../results/schema.ts';
import type { Axis } from './curves.ts';
import type { Levels } from './run-figures.ts';

export interface ReportRun {
  readonly name: string;
  readonly title: string;
  /** What it was to find out. */
  readonly question: string | null;
  readonly axis: Axis;
  readonly rows: readonly StoredRow[];
  readonly features: readonly StoredFeatures[];
  readonly levels: Levels;
  readonly outcome: Outcome | null;
  /** Settings of its own, of an experiment. */
  readonly config: Readonly<Record<string, unknown>> | null;
}

export interface Outcome {
  readonly kind: string;
  readonly step?: number;
  readonly replicas?: readonly { readonly replica: number; readonly step: number }[];
}

/** In the order in which they were made. */
export function runsOf({ summary, rows, features }: StoredResults): ReportRun[] {
  const rowsOf = (name: string) => rows.filter(({ run }) => run === name);
  const experiments = summary.runs ?? [];
  const names = new Set([
    ...experiments.map(({ name }) => name),
    ...rows.map(({ run }) => run),
    ...features.map(({ run }) => run),
  ]);
  return [...names].map((name): ReportRun => {
    const own = rowsOf(name);
    const experiment = experiments.find((one) => one.name === name);
    const config = experiment?.config ?? null;
    const optimum = experiment ? experiment.traceOptimum : (summary.traceOptimum ?? summary.optimum?.sharpness ?? null);
    const stepSize = experiment?.stepSize ?? summary.stepSize;
    return {
      name,
      title: Object.hasOwn(titles, name) ? titles[name] : name,
      question: typeof config?.question === 'string' ? config.question : null,
      // Predictions of a walk have its steps as their time.
      axis: name === 'flow' && own.some(({ time }) => time !== undefined) ? 'time' : 'step',
      rows: own,
      features: features.filter(({ run }) => run === name),
      levels: { optimum, noiseFloor: noiseFloor(config ?? summary.config ?? {}, stepSize, optimum) },
      outcome: experiment ? experiment.outcome : null,
      config,
    };
  });
}

const titles: Readonly<Record<string, string>> = {
  train: 'Training',
  flow: 'The flow of the sharpness',
  plain: 'SGD as the plain flow predicts it',
  corrected: 'SGD as predicted at this step size',
};

/** eta sigma² F* / 2: what steps on single samples keep up at the optimum. Null where something else is done. */
function noiseFloor(
  { noise, batch = 1, noiseSchedule, stepSizeSchedule }: Readonly<Record<string, unknown>>,
  stepSize: number | undefined,
  optimum: number | null,
): number | null {
  const changing = [noiseSchedule, stepSizeSchedule].some((schedule) => schedule && schedule !== 'constant');
  if (typeof noise !== 'number' || batch !== 1 || stepSize === undefined || optimum === null || changing) return null;
  return noise > 0 ? (stepSize * noise ** 2 * optimum) / 2 : null;
}
