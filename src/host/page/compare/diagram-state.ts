/** The phase diagram that is asked for, what it would cost, and the one that has been trained. */
import { computed, effect, signal } from '@preact/signals';
import { FlatwalkError } from '../../../model/errors.ts';
import { checkGrid, formatGrid, type Grid, parseGrid, suggestGrid } from '../../config/grid.ts';
import type { EnsembleStart } from '../../tasks/grid-cells.ts';
import { adapterState, isSoftware } from '../session/adapter.ts';
import { call } from '../session/link.ts';
import { parts, setPart } from '../session/place.ts';
import { given, settings } from '../session/settings.ts';
import { GridRun } from './grid-run.ts';
import { type MeasureName, measureNames } from './measures.ts';
import { readPart, refusePart } from './refusals.ts';
import { stable } from './stable.ts';

/** Values on each axis, where nothing else is asked for. */
const SIDES = { software: 5, gpu: 10 };
export const MOST_REPEATS = 16;

/** The grid that a visitor has chosen; null for the one that is suggested. */
export const chosen = signal<Grid | null>(readPart('grid', parseGrid));
export const measure = signal<MeasureName>(readColour());
export const repeats = signal(1);
/** What the device says of the settings: for each ensemble of the grid, or why there can be none; null until it has. */
export const survey = signal<readonly EnsembleStart[] | FlatwalkError | null>(null);

export const diagram = signal<GridRun | null>(null);
/** The cell whose curves are shown. */
export const opened = signal<number | null>(null);

export const grid = computed<Grid | null>(() => {
  if (chosen.value) return chosen.value;
  if (settings.value instanceof FlatwalkError) return null;
  return suggestGrid(settings.value, stable.value, isSoftware() ? SIDES.software : SIDES.gpu);
});

function readColour(): MeasureName {
  const text = parts.value.get('colour');
  const found = measureNames.find((name) => name === text);
  if (text && !found) refusePart('colour', text, `There are ${measureNames.join(', ')}.`);
  return found ?? 'stableRank';
}

/** @throws BAD_ARGUMENT for a grid that is none */
export function chooseGrid(next: Grid | null): void {
  chosen.value = next && checkGrid(next);
  setPart('grid', next ? formatGrid(next) : '');
}

export function chooseMeasure(name: MeasureName): void {
  measure.value = name;
  setPart('colour', name === 'stableRank' ? '' : name);
}

/** Seconds by the costs that plans are chosen by; null where they are not known. */
export const predicted = computed<number | null>(() => {
  const found = survey.value;
  if (found === null || found instanceof FlatwalkError) return null;
  return found.reduce<number | null>(
    (sum, { seconds }) => (sum === null || seconds === null ? null : sum + seconds),
    0,
  );
});

/** Whether the settings have changed since the diagram was begun. */
export const outdated = computed(() => {
  const run = diagram.value;
  if (!run || !grid.value) return false;
  const same = formatGrid(run.options.grid) === formatGrid(grid.value) && run.options.repeats === repeats.value;
  return !same || run.options.given !== given.value;
});

export function startDiagram(): Promise<void> | undefined {
  const wanted = settings.value;
  if (wanted instanceof FlatwalkError || !grid.value) return;
  diagram.value?.stop();
  opened.value = null;
  diagram.value = new GridRun({ settings: wanted, given: given.value, grid: grid.value, repeats: repeats.value });
  return diagram.value.go();
}

const SOON = 250;

/** Asks the worker about the grid, a moment after something has changed. Returns what ends it. */
export function followSurvey(): () => void {
  return effect(() => {
    const wanted = settings.value;
    survey.value = wanted instanceof FlatwalkError ? wanted : null;
    if (wanted instanceof FlatwalkError || adapterState.value.kind !== 'here') return;
    const side = isSoftware() ? SIDES.software : SIDES.gpu;
    // The suggestion follows from what the survey finds, so it is no reason for another one.
    const asked = chosen.value ?? suggestGrid(wanted, null, side);
    const ask = { settings: wanted, grid: asked, repeats: repeats.value };
    let stale = false;
    const timer = setTimeout(async () => {
      try {
        const found = await call('surveyGrid', ask);
        if (stale) return;
        survey.value = found;
        stable.value = found[0]?.stable?.stepSize ?? null;
      } catch (error) {
        if (stale) return;
        survey.value = error instanceof FlatwalkError ? error : new FlatwalkError('HOST', (error as Error).message, '');
      }
    }, SOON);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  });
}
