import './experiment.css';
import { useComputed } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { FlatwalkError } from '../../../model/errors.ts';
import { ExportMenu } from '../export/export-menu.tsx';
import { SceneView } from '../scene/scene-view.tsx';
import { adapterState } from '../session/adapter.ts';
import { shareLink } from '../session/place.ts';
import type { RunRecord } from '../session/record.ts';
import { settings } from '../session/settings.ts';
import { RunTrouble } from '../trouble/run-trouble.tsx';
import type { Advice as AdviceFound } from '../worker/requests.ts';
import { Controls } from './controls.tsx';
import { HeatMap } from './heat-map.tsx';
import { Plots } from './plots.tsx';
import { RunBar } from './run-bar.tsx';
import { advice, changed, followAdvice, goOn, prediction, record, start } from './state.ts';

/** One run, live: its settings, its plots, and what is inside a network. */
export function Experiment() {
  useEffect(followAdvice, []);
  const run = record.value;
  const isRunning = run?.state.value.kind === 'running';
  const ready = adapterState.value.kind === 'here';
  return (
    <div class="two-columns">
      <div class="side card">
        <Controls disabled={isRunning} />
      </div>
      <div class="results">
        <RunBar ready={ready} />
        {run && <RunTrouble record={run} onContinue={() => retry(run)} />}
        <Advice />
        <div class="inside">
          <section aria-labelledby="features-title">
            <h2 id="features-title">Inside the first network</h2>
            <HeatMap run={run} />
          </section>
          <section aria-labelledby="scene-title">
            <h2 id="scene-title">In three dimensions</h2>
            <SceneView />
          </section>
        </div>
        <section aria-labelledby="plots-title">
          <h2 id="plots-title">What happens</h2>
          <p class="hint">
            {(run?.settings.replicas ?? 1) > 1
              ? 'The median of all networks as a line, the middle 80 % of them as a band.'
              : 'One line a quantity.'}
            {prediction.value?.kind === 'none' && ` Theory draws no curve here. ${prediction.value.reason}`}
          </p>
          <Plots run={run} />
        </section>
        <TakeAway run={run} />
      </div>
    </div>
  );
}

const counted = (count: number, what: string) => `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;

/** After a lost device the run goes on; what failed otherwise begins again, with the settings as they are now. */
function retry(run: RunRecord): void {
  const state = run.state.value;
  if (state.kind === 'failed' && state.lost && !changed.value) void goOn();
  else void start();
}

/** What there is of the run, once it has begun. */
function TakeAway({ run }: { readonly run: RunRecord | null }) {
  const begun = useComputed(
    () => record.value !== null && record.value.changed.value > 0 && record.value.start !== null,
  );
  const taken = async () => {
    const { takenOf } = await import('../export/taken.ts');
    return run ? [await takenOf(run)] : [];
  };
  return <ExportMenu taken={begun.value ? taken : null} name="runs" settings={run?.asked} link={shareLink} />;
}

/** What theory and the device have to say of the settings, before the run and during it. */
function Advice() {
  const run = record.value;
  // Shows what the run tells as it tells it.
  run?.changed.value;
  const refused = settings.value instanceof FlatwalkError ? settings.value : null;
  const found = advice.value;
  if (refused ?? found instanceof FlatwalkError) {
    return (
      <div class="notice warn" role="status" id="advice">
        <p class="pre-line">{(refused ?? (found as FlatwalkError)).message}</p>
      </div>
    );
  }
  const told = found as AdviceFound | null;
  // A run's own words are about what it was begun with.
  const start = run && !changed.value ? run.start : told;
  const notes = run && !changed.value ? run.notes : (told?.notes ?? []);
  if (!start) return null;
  const short = (value: number) => value.toPrecision(3);
  const facts = [
    `${counted(start.samples, 'data point')} in ${counted(start.dimension, 'dimension')}, ${counted(start.width, 'neuron')}, ${counted(start.replicas, 'network')}.`,
    `Step size η = ${short(start.stepSize)}${start.stable ? `; ${start.stable.sharp ? 'stable' : 'sure to be stable'} at the start below ${short(start.stable.stepSize)}` : ''}.`,
    start.traceOptimum !== null &&
      `F* = ${short(start.traceOptimum)}${start.traceIsOptimal ? '' : ', if all neurons agree; it need not be the least'}.`,
  ];
  return (
    <div class={notes.length > 0 ? 'notice warn' : 'notice'} id="advice">
      <p>{facts.filter(Boolean).join(' ')}</p>
      {notes.length > 0 && (
        <ul>
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {start.plan && (
        <details>
          <summary>Which kernels compute it, and why</summary>
          <p>{start.plan}</p>
        </details>
      )}
      {changed.value && <p>The settings have changed since the run began; Start anew takes them over.</p>}
    </div>
  );
}
