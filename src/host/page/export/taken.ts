/** A run of the page as results to take away. */
import { kernelFingerprint } from '../../../engine/plans/fingerprint.ts';
import { writtenSettings } from '../../config/problem.ts';
import { outcomeOf } from '../../results/document.ts';
import type { Summary } from '../../results/schema.ts';
import { adapterState } from '../session/adapter.ts';
import type { RunRecord } from '../session/record.ts';
import type { FeatureMatrix } from '../worker/requests.ts';
import { pageEnvironment } from './environment.ts';
import type { Taken } from './make.ts';
import { type PageRun, storedResults } from './results.ts';

/** What a run has come to, as far as it is known. @throws BAD_ARGUMENT for what the forms of results do not allow */
export async function takenOf(record: RunRecord, name = nameNow()): Promise<Taken> {
  const state = adapterState.value;
  if (state.kind !== 'here') throw new Error('nothing was computed yet');
  const environment = await pageEnvironment(state.adapter, kernelFingerprint(), navigator);
  const { settings, facts, seconds, start, weights, checkpoint } = record;
  const results = storedResults({
    name,
    settings: writtenSettings(settings),
    facts: facts as PageRun['facts'],
    environment,
    rows: rowsOf(record).map((row) => ({ run: 'train', row })),
    features: featuresOf(record),
    outcome: outcomeNow(record),
    traceOptimum: start?.traceIsOptimal ? start.traceOptimum : null,
    seconds,
  });
  // Those of the last pause are not those of the newest row.
  const resting = record.state.value.kind === 'paused' || record.state.value.kind === 'over';
  return { results, weights: resting ? weights : null, checkpoint };
}

/** A name as commands give their folders: by the time. */
function nameNow(): string {
  return `run-${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}`;
}

/** With the row at which it was interrupted, as the command line has it. */
function rowsOf({ rows, passing }: RunRecord) {
  return passing && passing.step > (rows.at(-1)?.step ?? -1) ? [...rows, passing] : rows;
}

/** Before the first step, and where the run has come to rest. */
function featuresOf({ first, latest, state }: RunRecord) {
  const resting = state.value.kind !== 'running' && latest !== first ? [latest] : [];
  return [first, ...resting]
    .filter((one) => one !== null)
    .map(({ step, samples, width, values }: FeatureMatrix) => ({
      ...{ run: 'train', step, samples, width },
      values: Array.from(values),
    }));
}

function outcomeNow(record: RunRecord): Summary['outcome'] {
  const state = record.state.value;
  switch (state.kind) {
    case 'new':
    case 'running':
      return { kind: 'running' };
    case 'paused':
      return { kind: 'aborted', step: record.step };
    case 'failed':
      return state.lost
        ? { kind: 'lost', step: record.step }
        : (outcomeOf(state.error, record.step) as Summary['outcome']);
    case 'over':
      return state.outcome as unknown as Summary['outcome'];
    default:
      return state satisfies never;
  }
}
