/** Runs beside each other: one after the other on the one device, each as a run of its own. */
import { computed, type Signal, signal } from '@preact/signals';
import { FlatwalkError } from '../../../model/errors.ts';
import { setPart } from '../session/place.ts';
import { RunRecord, running } from '../session/record.ts';
import { given, settings } from '../session/settings.ts';
import { readPart } from './refusals.ts';
import { formatVariation, parseVariation, suggestions, type Variant, type Variation, variantsOf } from './variants.ts';

/** Rows of a run, beyond the first. */
const ROWS = 100;

export interface OverlaidRun extends Variant {
  /** null where the settings make no run. */
  readonly run: RunRecord | null;
}

type ComparisonState = 'new' | 'running' | 'paused' | 'over' | 'stopped';

export class Comparison {
  readonly runs: readonly OverlaidRun[];
  readonly state: Signal<ComparisonState> = signal('new');
  /** What it was begun with. */
  readonly given = given.value;
  readonly variation: Variation;

  constructor(variation: Variation) {
    this.variation = variation;
    this.runs = variantsOf(variation, this.given).map((variant) => {
      const { settings: s } = variant;
      if (s instanceof FlatwalkError) return { ...variant, run: null };
      const every = s.every ?? Math.max(1, Math.ceil(s.steps / ROWS));
      return { ...variant, run: new RunRecord({ ...s, every }, { apart: true }) };
    });
  }

  /** Goes on with the first run that has not ended. One that fails does not keep the others from theirs. Never rejects. */
  async go(): Promise<void> {
    if (this.state.value === 'running' || this.state.value === 'over') return;
    this.state.value = 'running';
    let begun = false;
    for (const { run } of this.runs) {
      if (!run || !['new', 'paused'].includes(run.state.value.kind)) continue;
      if (begun && running.value) {
        // Somebody else has waited for the end of the run before.
        this.state.value = 'paused';
        return;
      }
      begun = true;
      await run.go();
      // By a visitor, or by whatever else was begun.
      if (run.state.value.kind === 'paused') {
        if (this.state.value === 'running') this.state.value = 'paused';
        return;
      }
      // While it ran its end was asked for.
      if (this.state.value !== 'running') return;
    }
    this.state.value = 'over';
  }

  pause(): void {
    for (const { run } of this.runs) run?.pause();
  }

  /** Gives up what is left, and keeps what is there. */
  stop(): void {
    this.state.value = 'stopped';
    this.pause();
  }
}

/** What a visitor has chosen to vary; null for the first suggestion. */
const chosenVariation = signal<Variation | null>(readPart('vary', parseVariation));

export const variation = computed<Variation | null>(() => {
  if (chosenVariation.value) return chosenVariation.value;
  return settings.value instanceof FlatwalkError ? null : suggestions(settings.value, null)[0].variation;
});

export function chooseVariation(next: Variation): void {
  chosenVariation.value = next;
  setPart('vary', formatVariation(next));
}

export const comparison = signal<Comparison | null>(null);

/** Whether the settings have changed since the runs were begun. */
export const changedSince = computed(() => {
  const found = comparison.value;
  if (!found || !variation.value) return false;
  return found.given !== given.value || formatVariation(found.variation) !== formatVariation(variation.value);
});

export function startComparison(): Promise<void> | undefined {
  if (!variation.value) return;
  comparison.value?.stop();
  comparison.value = new Comparison(variation.value);
  return comparison.value.go();
}
