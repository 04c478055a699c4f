import { shown } from '../../report/numbers.ts';
import { DataTable } from '../kit/data-table.tsx';
import { wordsOf } from '../kit/error-words.ts';
import { spread } from '../kit/statistics.ts';
import { tab } from '../session/place.ts';
import type { RunRecord } from '../session/record.ts';
import { takeOver } from '../session/settings.ts';
import type { Comparison, OverlaidRun } from './comparison.ts';
import { colourOf, dashOf } from './look.ts';

interface Quantity {
  readonly title: string;
  /** The values of all replicas; empty where there are none. */
  readonly of: (run: RunRecord) => readonly number[];
}

/** Of the replicas that have not diverged. */
const metric =
  (...names: readonly string[]) =>
  (run: RunRecord): readonly number[] => {
    const { values = {}, diverged = [] } = run.last ?? {};
    const lost = new Set(diverged.map(({ replica }) => replica));
    const all = values as Readonly<Record<string, readonly number[]>>;
    const found = names.map((name) => all[name]).find((list) => list !== undefined) ?? [];
    return found.filter((_, replica) => !lost.has(replica));
  };
const sharpness = metric('retractedTrace', 'manifoldTrace');

const quantities: readonly Quantity[] = [
  { title: 'Loss', of: metric('loss') },
  { title: 'F', of: sharpness },
  {
    title: 'F/F*',
    of: (run) => {
      const optimum = run.start?.traceOptimum;
      return optimum ? sharpness(run).map((value) => value / optimum) : [];
    },
  },
  { title: 'F − F*', of: metric('gap') },
  { title: 'Stable rank', of: metric('stableRank') },
  { title: 'Disagreement', of: metric('disagreement') },
  { title: '|P ∇F|', of: metric('riemannianGradientNorm') },
];

/** Where each run stands, in numbers, and by how much it differs from the first. */
export function FinalTable({ found }: { readonly found: Comparison }) {
  // Redraws as rows arrive.
  for (const { run } of found.runs) run?.changed.value;
  const kept = quantities.filter(({ of }) => found.runs.some(({ run }) => run && of(run).length > 0));
  const first = found.runs[0].run;
  return (
    <DataTable
      caption="The newest values: median over the networks, 10 % to 90 % of them, and the difference from the first run"
      columns={[
        { title: 'Run' },
        { title: 'State' },
        ...kept.map(({ title }) => ({ title, number: true })),
        { title: 'Experiment' },
      ]}
      rows={found.runs.map((one, k) => [
        <Name key="name" name={one.name} at={k} />,
        <State key="state" one={one} />,
        ...kept.map(({ title, of }) => <Value key={title} run={one.run} first={k === 0 ? null : first} of={of} />),
        <button
          key="open"
          type="button"
          aria-label={`Open ${one.name} in Experiment`}
          onClick={() => {
            takeOver(one.given);
            tab.value = 'experiment';
          }}
        >
          Open
        </button>,
      ])}
    />
  );
}

function Name({ name, at }: { readonly name: string; readonly at: number }) {
  return (
    <>
      <span class={dashOf(at) ? 'swatch dashed' : 'swatch'} style={{ borderColor: `var(${colourOf(at)})` }} />
      {name}
    </>
  );
}

function State({ one: { run, settings } }: { readonly one: OverlaidRun }) {
  // What is drawn here is drawn again with the rows.
  run?.changed.value;
  if (!run) return <span class="run-state">{settings instanceof Error ? `Refused: ${wordsOf(settings)}` : ''}</span>;
  const share = Math.min(1, run.step / Math.max(1, run.settings.steps));
  const isRunning = run.state.value.kind === 'running';
  return (
    <span class="run-state">
      {stateOf(run)}
      {isRunning && <progress max={1} value={share} aria-label="Progress of this run" />}
    </span>
  );
}

function stateOf(run: RunRecord): string {
  const state = run.state.value;
  const at = `step ${run.step.toLocaleString('en')}`;
  switch (state.kind) {
    case 'new':
      return 'Waits';
    case 'running':
      return run.start ? `Runs: ${at}` : 'Is prepared';
    case 'paused':
      return `Paused at ${at}`;
    case 'failed':
      return `${state.lost ? 'The device was lost' : 'Failed'} at ${at}. ${wordsOf(state.error)}`;
    case 'over': {
      const { outcome } = state;
      if (outcome.kind === 'diverged') {
        return `Diverged: ${outcome.replicas.length} of ${run.settings.replicas}, the first at step ${outcome.step.toLocaleString('en')}`;
      }
      return outcome.kind === 'stopped' ? `Stopped at ${at}: ${outcome.reason}` : `Done: ${at}`;
    }
    default:
      return state satisfies never;
  }
}

interface ValueProps {
  readonly run: RunRecord | null;
  /** What it is compared with; null for the first itself. */
  readonly first: RunRecord | null;
  readonly of: Quantity['of'];
}

function Value({ run, first, of }: ValueProps) {
  run?.changed.value;
  first?.changed.value;
  const found = run && spread(of(run));
  if (!run || !found) return <>–</>;
  const base = first && spread(of(first));
  const difference = base && found.median - base.median;
  const digits = (value: number) => shown(value, 4);
  return (
    <>
      <span class="run-median">{digits(found.median)}</span>
      {run.settings.replicas > 1 && (
        <small>
          {shown(found.low, 3)} to {shown(found.high, 3)}
        </small>
      )}
      {difference !== null && (
        <small>
          {difference > 0 ? '+' : ''}
          {digits(difference)}
        </small>
      )}
    </>
  );
}
