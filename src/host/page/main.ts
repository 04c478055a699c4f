/** The page: settings, a worker that computes, and what is shown of it. */
import 'uplot/dist/uPlot.min.css';
import type { ExperimentResult, ExperimentStart } from '../experiments/experiment.ts';
import { judged } from '../experiments/index.ts';
import { fillForm, onStart, onStop, readForm, setState, showNotes } from './controls.ts';
import { at } from './dom.ts';
import { showFacts } from './facts.ts';
import { type FeatureTable, showFeatures } from './features.ts';
import type { Failure, Features, FromWorker, PlannedRun, ToWorker } from './messages.ts';
import { notSecure, noWebGpu, showTrouble, troubleOf } from './panel.ts';
import { Plot } from './plot.ts';
import { plots as plotSpecs } from './plots.ts';
import { noiseChoices, type RunName, readQuery, runNames, type Settings, writeQuery } from './settings.ts';
import { grouped, short } from './statistics.ts';
import { showVerdict } from './verdict.ts';

/** What is known of one run. */
interface Shown {
  readonly settings: Settings;
  start?: ExperimentStart;
  before?: Features;
  optimum?: readonly number[];
  after?: Features;
  result?: ExperimentResult;
}

const titles = { walk: 'With label noise', quiet: 'Without label noise' } satisfies Record<RunName, string>;
const defaults: Settings = { seed: judged.walk.seed, noise: 'both', steps: judged.walk.steps };
const query = readQuery(location.search, defaults);

const plots = plotSpecs.map((spec) => new Plot(spec));
const shown: Partial<Record<RunName, Shown>> = {};
let planned: readonly PlannedRun[] = [];
let running = false;
let began = 0;
let frame = 0;

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'flatwalk' });
const tell = (message: ToWorker) => worker.postMessage(message);

const hear: { readonly [K in FromWorker['kind']]: (message: Extract<FromWorker, { kind: K }>) => void } = {
  opened({ adapter: { name, description, software } }) {
    at('adapter').textContent = description && description !== name ? `${name} (${description})` : name;
    at('software').hidden = !software;
    if (running) return;
    setState('ready');
    say('Ready.');
    if (query.autostart && began === 0) start();
  },
  started({ run, start, features, optimum }) {
    Object.assign(shown[run] ?? {}, { start, before: features, optimum });
    at('plan').textContent = start.plan.reason;
    showFacts(start);
    showInside();
    for (const plot of plots) plot.begin(start);
  },
  row({ run, row }) {
    const start = shown[run]?.start;
    if (!start) return;
    for (const plot of plots) plot.add(run, row.step, row.values, start);
    showProgress(run, row.step);
    frame ||= requestAnimationFrame(draw);
  },
  ended({ run, result, features }) {
    Object.assign(shown[run] ?? {}, { result, after: features });
    showInside();
    showClaims();
  },
  done: () => end(`Done in ${short((performance.now() - began) / 1000)} s.`),
  stopped: ({ run, step }) =>
    end(`Stopped at step ${grouped(step)}: ${titles[run].toLowerCase()}. Rows so far stay; Start begins anew.`),
  failed: ({ failure }) => fail(failure),
};

worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => hear[data.kind](data as never));
worker.addEventListener('error', (event) => {
  fail({ code: null, message: event.message || "The page's worker could not be loaded.", fix: '' });
});
onStart(start);
onStop(() => tell({ kind: 'stop' }));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const plot of plots) plot.repaint();
});

at('plots').append(...plots.map((plot) => plot.element));
fillForm(query.settings);
for (const plot of plots) plot.expect(query.settings.steps);
draw();
showNotes(query.notes);
showFacts();
open();

/** Looks for something to compute on. */
function open(): void {
  const trouble = !isSecureContext ? notSecure(location.origin) : navigator.gpu ? null : noWebGpu;
  showTrouble(trouble, open);
  if (trouble) {
    say('The experiment cannot run here.');
  } else {
    say('Looking for an adapter …');
    tell({ kind: 'open' });
  }
}

function start(): void {
  const settings = readForm();
  if (!settings) return;
  history.replaceState(null, '', location.pathname + writeQuery(settings, defaults));
  planned = plan(settings);
  for (const run of runNames) {
    const again = planned.some((one) => one.run === run);
    // A run of the same seed and steps stays, for the other to be compared with it.
    const { seed, steps } = shown[run]?.settings ?? {};
    if (!again && seed === settings.seed && steps === settings.steps) continue;
    shown[run] = again ? { settings } : undefined;
    for (const plot of plots) plot.clear(run);
  }
  for (const plot of plots) plot.expect(settings.steps);
  draw();
  showInside();
  showClaims();
  showNotes([]);
  showTrouble(null, start);
  setState('running');
  running = true;
  began = performance.now();
  at<HTMLProgressElement>('progress').value = 0;
  say('Preparing …');
  tell({ kind: 'start', runs: planned, seed: settings.seed });
}

function plan({ noise, steps }: Settings): PlannedRun[] {
  // Without noise all comes to rest early.
  const most = { walk: steps, quiet: Math.min(steps, judged.quiet.steps) };
  return noiseChoices[noise].map((run) => ({ run, steps: most[run], every: Math.ceil(most[run] / rows(most[run])) }));
}

/** Rows of a run. On a software adapter one costs as much as a thousand steps. */
function rows(steps: number): number {
  return Math.max(20, Math.min(60, Math.ceil(steps / 500)));
}

function fail(failure: Failure): void {
  const wasRunning = running;
  end(wasRunning ? 'The experiment has ended early.' : 'The experiment cannot run here.');
  if (!wasRunning) setState('blocked');
  showTrouble(troubleOf(failure), wasRunning ? start : open);
}

function end(words: string): void {
  running = false;
  setState('ready');
  say(words);
  draw();
}

function say(words: string): void {
  at('status').textContent = words;
}

function draw(): void {
  cancelAnimationFrame(frame);
  frame = 0;
  for (const plot of plots) plot.draw();
}

function showProgress(run: RunName, step: number): void {
  const steps = planned.map((one) => one.steps);
  const index = planned.findIndex((one) => one.run === run);
  const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
  at<HTMLProgressElement>('progress').value = (sum(steps.slice(0, index)) + step) / sum(steps);
  say(`${titles[run]}: step ${grouped(step)} of ${grouped(steps[index])}`);
}

function showInside(): void {
  const first = runNames.map((run) => shown[run]).find((one) => one?.before);
  if (!first?.before || !first.optimum) return;
  const tables: FeatureTable[] = [{ title: 'At the start', values: first.before, row: 'neuron' }];
  for (const run of runNames) {
    const after = shown[run]?.after;
    if (after) tables.push({ title: `${titles[run]}, at the end`, values: after, row: 'neuron' });
  }
  tables.push({ title: 'The flattest solution', values: [first.optimum], row: 'every neuron' });
  showFeatures(at('features'), tables);
}

function showClaims(): void {
  showVerdict({ walk: shown.walk?.result, quiet: shown.quiet?.result });
}
