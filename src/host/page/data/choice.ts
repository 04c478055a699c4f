/** What a visitor has chosen from the files that were dropped, and what the worker says of it. */
import { computed, effect, signal } from '@preact/signals';
import { FlatwalkError } from '../../../model/errors.ts';
import { resolve } from '../../config/resolve.ts';
import { entry, type Given, type Key } from '../../config/table.ts';
import type { Scale } from '../../files/scale.ts';
import { baseName, type DroppedFile, dropped, type Refusal, refusalOf } from '../session/dropped.ts';
import { call } from '../session/link.ts';
import { tab } from '../session/place.ts';
import { given, takeOver } from '../session/settings.ts';
import type { Contents } from '../worker/data/contents.ts';
import type { DataDescription } from '../worker/requests.ts';

export type DataContents = Extract<Contents, { kind: 'data' }>;

export interface Choice {
  readonly file: string;
  readonly target: string;
  /** null: all that are inputs where nothing is chosen. */
  readonly inputs: readonly string[] | null;
  readonly scale: Scale;
}

export const choice = signal<Choice | null>(null);
export const description = signal<DataDescription | null>(null);
export const problem = signal<Refusal | null>(null);
/** Whether a description is awaited. */
export const looking = signal(false);

export const labelFiles = computed(() => dropped.value.filter(({ contents }) => contents.kind === 'labels'));
export const chosenContents = computed(
  () => dropped.value.find(({ name }) => name === choice.value?.file)?.contents as DataContents | undefined,
);

/** Begins with a file: as the settings have it if they name it, else as it is most often meant. */
export function choose({ name, contents }: DroppedFile): void {
  if (contents.kind !== 'data') return;
  const { data, target, inputs, scale } = given.value;
  if (data !== undefined && baseName(data) === name) {
    choice.value = {
      file: name,
      target: target ?? usualTarget(contents),
      inputs: inputs ?? null,
      scale: scale ?? 'none',
    };
    return;
  }
  const wanted = usualTarget(contents);
  choice.value = {
    file: name,
    target: wanted,
    inputs: contents.unnamed ? usualInputs(contents, wanted) : null,
    scale: choice.value?.scale ?? 'none',
  };
}

function usualTarget({ target, apart, rows, columns }: DataContents): string {
  if (!apart) return target ?? '';
  const fits = labelFiles.value.filter(({ contents }) => contents.kind === 'labels' && contents.rows === rows);
  return fits.at(-1)?.name ?? labelFiles.value.at(-1)?.name ?? columns.at(-1)?.name ?? '';
}

/** After files were dropped: the last one with inputs, or the labels of those that are chosen. */
export function chooseAmong(taken: readonly DroppedFile[]): void {
  const last = taken.filter(({ contents }) => contents.kind === 'data').at(-1);
  const labels = taken.filter(({ contents }) => contents.kind === 'labels').at(-1);
  if (last) choose(last);
  else if (labels && choice.value && chosenContents.value?.apart) {
    choice.value = { ...choice.value, target: labels.name, inputs: null };
  }
}

/** Inputs where nothing is chosen. */
export function usualInputs({ columns }: DataContents, target: string): string[] {
  return columns.filter(({ name, usual }) => usual && name !== target).map(({ name }) => name);
}

/** The choice as settings of a run. */
export function settingsOf({ file, target, inputs, scale }: Choice): Given {
  return {
    data: file,
    ...(target !== '' && { target }),
    ...(inputs && { inputs: [...inputs] }),
    ...(scale !== 'none' && { scale }),
  };
}

const recorded = ['samples', 'dimension', 'dataChecksum'] as const;

/** What the settings have recorded of data of this name: those that a link was made with. */
function recordedOf(file: string): Given {
  const { data } = given.value;
  if (data === undefined || baseName(data) !== file) return {};
  const all = recorded.map((key) => [key, given.value[key]] as const);
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}

/** Keeps the description up to date with the choice. Returns what ends it. */
export function followChoice(): () => void {
  return effect(() => {
    const wanted = choice.value;
    const here = dropped.value.some(({ name }) => name === wanted?.file);
    description.value = null;
    problem.value = null;
    looking.value = wanted !== null && here;
    if (!wanted || !here) return;
    let stale = false;
    // Not within the effect, which would follow what asking reads and writes.
    void Promise.resolve()
      .then(() => describe(wanted))
      .then((found) => {
        if (!stale) description.value = found;
      })
      .catch((error: unknown) => {
        if (!stale) problem.value = refusalOf(error);
      })
      .finally(() => {
        if (!stale) looking.value = false;
      });
    return () => {
      stale = true;
    };
  });
}

async function describe(wanted: Choice): Promise<DataDescription> {
  if (wanted.inputs?.length === 0) {
    throw new FlatwalkError('BAD_ARGUMENT', `${wanted.file}: there is no input column`, 'Tick at least one.');
  }
  const settings = resolve({ flags: { ...settingsOf(wanted), ...recordedOf(wanted.file) } });
  return call('describeData', { settings });
}

/** Settings of the experiment that stay when other data come: not those of data, nor of a plan for them. */
const stays = (key: string) => !['data', 'generated', 'recorded', 'plan'].includes(entry(key as Key).group);

/** The experiment takes the data over; nothing begins by itself. */
export function trainOnIt(): void {
  const found = description.value;
  if (!choice.value || !found) return;
  const others = Object.fromEntries(Object.entries(given.value).filter(([key]) => stays(key)));
  takeOver({ ...others, ...settingsOf(choice.value), ...(found.recorded ?? {}) });
  tab.value = 'experiment';
}

/** The experiment's runs start from weights of a file, whose size decides that of the network. */
export function startFrom({ name, contents }: DroppedFile): void {
  if (contents.kind !== 'weights') return;
  const decided: readonly string[] = ['init', 'initStd', 'initRange', 'secondLayer', ...recorded];
  const others = Object.fromEntries(Object.entries(given.value).filter(([key]) => !decided.includes(key)));
  const { width, replicas } = contents;
  takeOver({ ...others, weights: name, width, ...(replicas > 1 && { replicas }) });
  tab.value = 'experiment';
}

/** The experiment takes over what a run was. Files are named without the folders of another machine. */
export function takeSettings({ contents }: DroppedFile): void {
  if (contents.kind !== 'settings') return;
  const { out: _, data, weights, ...rest } = contents.given;
  takeOver({
    ...rest,
    ...(data !== undefined && { data: baseName(data) }),
    ...(weights !== undefined && { weights: baseName(weights) }),
  });
  tab.value = 'experiment';
}
