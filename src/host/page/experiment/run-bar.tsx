import { FlatwalkError } from '../../../model/errors.ts';
import type { Settings } from '../../config/table.ts';
import type { RunRecord, RunState } from '../session/record.ts';
import { settings } from '../session/settings.ts';
import { changed, choosePace, everyOf, goOn, type PaceName, pace, paces, record, reset, start } from './state.ts';

/** Start, pause, step, continue, reset; how far it is; and how fast it should be. */
export function RunBar({ ready }: { readonly ready: boolean }) {
  const run = record.value;
  const state: RunState = run?.state.value ?? { kind: 'new' };
  const isRunning = state.kind === 'running';
  // With other settings a run cannot go on: every button then begins another.
  const canGoOn =
    run !== null && !changed.value && (state.kind === 'paused' || (state.kind === 'failed' && state.lost));
  const valid = !(settings.value instanceof FlatwalkError);
  // The second half of a double click on Start, whose place the button takes, is no wish to pause.
  const pause = ({ detail }: MouseEvent) => detail < 2 && run?.pause();
  const step = () => (canGoOn ? goOn(run.step + 1) : start(1));
  const nextRow = () => {
    if (!canGoOn) return valid ? start(everyOf(settings.value as Settings)) : undefined;
    const every = everyOf(run.settings);
    return goOn((Math.floor(run.step / every) + 1) * every);
  };
  return (
    <section class="run-bar" aria-label="Run">
      <div class="buttons">
        {isRunning ? (
          <button type="button" class="primary" id="pause" onClick={pause}>
            Pause
          </button>
        ) : canGoOn ? (
          <button type="button" class="primary" id="continue" disabled={!ready} onClick={() => goOn()}>
            Continue
          </button>
        ) : (
          <button type="button" class="primary" id="start" disabled={!ready || !valid} onClick={() => start()}>
            {run ? 'Start anew' : 'Start'}
          </button>
        )}
        <button type="button" id="step" disabled={!ready || !valid || isRunning} onClick={step}>
          One step
        </button>
        <button type="button" id="row" disabled={!ready || !valid || isRunning} onClick={nextRow}>
          To the next row
        </button>
        <button type="button" id="reset" disabled={run === null} onClick={reset}>
          Reset
        </button>
        <label class="pace">
          The whole run{' '}
          <select
            value={pace.value}
            disabled={isRunning}
            onChange={({ currentTarget }) => choosePace(currentTarget.value as PaceName)}
          >
            {Object.entries(paces).map(([name, { words }]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Progress run={run} />
    </section>
  );
}

function Progress({ run }: { readonly run: RunRecord | null }) {
  // Redraws as the run goes on.
  run?.changed.value;
  const steps = run?.settings.steps ?? 1;
  const step = run?.step ?? 0;
  return (
    <>
      <progress max={Math.max(1, steps)} value={Math.min(step, steps)} aria-label="Progress of the run" />
      <p class="status" id="status">
        {run ? statusOf(run, step) : 'Ready.'}
      </p>
      {/* Told once, not at every step, to those who listen. */}
      <p class="visually-hidden" role="status">
        {run && run.state.value.kind !== 'running' ? statusOf(run, step) : ''}
      </p>
    </>
  );
}

function statusOf(run: RunRecord, step: number): string {
  const state = run.state.value;
  const at = `step ${step.toLocaleString('en')} of ${run.settings.steps.toLocaleString('en')}`;
  switch (state.kind) {
    case 'new':
      return 'Ready.';
    case 'running':
      return run.start ? `Running: ${at}.` : 'Preparing: kernels are compiled …';
    case 'paused':
      return `Paused at ${at}.`;
    case 'failed':
      return state.lost ? `The device was lost at ${at}.` : `Ended early at ${at}.`;
    case 'over': {
      const { outcome } = state;
      if (outcome.kind === 'diverged') {
        return `Diverged: ${outcome.replicas.length} of ${run.settings.replicas} networks left the range of numbers, the first at step ${outcome.step.toLocaleString('en')}. Use a smaller step size.`;
      }
      if (outcome.kind === 'stopped') return `Stopped at ${at}: ${outcome.reason}.`;
      return `Done: ${at}, in ${run.seconds.toPrecision(3)} s.`;
    }
    default:
      return state satisfies never;
  }
}
