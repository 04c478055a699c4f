/** Several results folders beside each other: what differs in their settings, where they ended, and their curves together. */
import { RUN_COLOURS } from '../figures/theme.ts';
import type { StoredResults } from '../results/schema.ts';
import { type Axis, curveOf, listLength, statistics, valuesOf } from './curves.ts';
import { html, type Markup } from './html.ts';
import { drawLines, type Line, lineDashes, type NamedFigure } from './run-figures.ts';
import { type ReportRun, runsOf } from './runs.ts';
import { figureOf, verdictCell } from './sections.ts';
import { environmentRows, settingRows, valuesText } from './settings.ts';
import { type View, viewsOf, words } from './views.ts';

/** A folder with the name that tells it from the others. */
export interface Named {
  readonly name: string;
  readonly results: StoredResults;
}

/** The last parts of their paths, as many as it takes to tell them apart. */
export function nameAll(all: readonly StoredResults[]): Named[] {
  const parts = all.map(({ path }) => path.split(/[/\\]+/).filter((part) => part !== '' && part !== '.'));
  const longest = Math.max(1, ...parts.map(({ length }) => length));
  for (let count = 1; count <= longest; count++) {
    const names = parts.map((all) => all.slice(-count).join('/') || 'results');
    if (new Set(names).size === all.length) return all.map((results, k) => ({ name: names[k], results }));
  }
  return all.map((results, k) => ({ name: `${results.path} (${k + 1})`, results }));
}

/** Figures in which the main runs of all folders are together; none where no metric is in two of them. */
export function comparisonFigures(all: readonly Named[]): NamedFigure[] {
  const mains = all.flatMap(({ name, results }, folder) =>
    mainRuns(results).map((run) => ({
      name: run.name === MAIN[0] || folderHasOne(results) ? name : `${name}: ${run.name}`,
      run,
      folder,
    })),
  );
  return (['step', 'time'] as const).flatMap((axis) => {
    const here = mains.filter(({ run }) => run.axis === axis);
    const recorded = new Set(here.flatMap(({ run }) => recordedBy(run)));
    return viewsOf(recorded).flatMap((view) => overlay(view, here, axis));
  });
}

const MAIN = ['train', 'flow', 'walk'] as const;

/** The runs that stand for a folder: its training, its flow and predictions, or the first experiment of a reproduction. */
function mainRuns(results: StoredResults): ReportRun[] {
  const runs = runsOf(results);
  if (results.summary.command === 'flow') return runs;
  return runs.slice(0, 1);
}

const folderHasOne = (results: StoredResults) => mainRuns(results).length === 1;

const recordedBy = (run: ReportRun) => [...new Set(run.rows.flatMap(({ values }) => Object.keys(values)))];

interface Main {
  readonly name: string;
  readonly run: ReportRun;
  readonly folder: number;
}

/** The first metric of a view that two of the runs have, of all that have it. */
function overlay(view: View, mains: readonly Main[], axis: Axis): NamedFigure[] {
  const having = (metric: string) => mains.filter(({ run }) => recordedBy(run).includes(metric));
  const metric = Object.keys(view.metrics).find((name) => having(name).length > 1);
  if (!metric) return [];
  const runs = having(metric);
  const lines = runs.map(
    ({ name, run }, k): Line => ({
      name,
      colour: `var(--run-${k % RUN_COLOURS})`,
      dash: lineDashes[k % lineDashes.length],
      band: runs.length <= 4,
      curve: curveOf(run.rows, metric, axis),
    }),
  );
  const optima = new Set(runs.map(({ run }) => run.levels.optimum));
  const [optimum] = optima.size === 1 ? optima : [null];
  const what = runs.some(({ run }) => listLength(run.rows, metric) !== null)
    ? `the first of ${view.metrics[metric]}`
    : view.metrics[metric];
  const drawn = drawLines(
    { ...view, name: `compare-${view.name}`, caption: `${view.caption} Shown: ${what}.` },
    lines,
    axis,
    { optimum, noiseFloor: null },
  );
  return [drawn];
}

/** Settings, versions and adapters that are not the same in all folders. */
function differencesTable(all: readonly Named[]): Markup {
  const perFolder = all.map(({ results: { summary } }) => {
    const eta = summary.stepSize;
    const rows = [
      { key: 'command', label: 'Command', value: summary.command },
      ...settingRows(summary.config ?? {}),
      ...(eta === undefined ? [] : settingRows({ eta })).map((row) => ({ ...row, label: 'Step size η, the number' })),
      ...environmentRows(summary).filter(({ key }) => key !== 'seconds'),
    ];
    return new Map(rows.map((row) => [row.key, row]));
  });
  const keys = [...new Set(perFolder.flatMap((rows) => [...rows.keys()]))];
  const commands = all.map(({ results: { summary } }) => summary.command);
  // What one command does not know is no difference to another.
  const comparable = (key: string) =>
    perFolder.filter(
      (rows, k) => rows.has(key) || perFolder.some((other, j) => commands[j] === commands[k] && other.has(key)),
    );
  const differing = keys.filter((key) => new Set(comparable(key).map((rows) => rows.get(key)?.value)).size > 1);
  if (differing.length === 0) return html`<p>All settings, versions and adapters are the same.</p>\n`;
  const label = (key: string) => perFolder.find((rows) => rows.has(key))?.get(key)?.label ?? key;
  return wide(
    'Settings that differ; all others are the same',
    all,
    differing.map((key) => ({ label: label(key), cells: perFolder.map((rows) => rows.get(key)?.value ?? '–') })),
  );
}

/** Where each folder ended: its outcome, and the metrics of its last row. */
function finalTable(all: readonly Named[]): Markup {
  const finals = all.map(({ results }) => {
    const [main] = mainRuns(results);
    return main?.rows[main.rows.length - 1];
  });
  const metrics = [...new Set(finals.flatMap((row) => Object.keys(row?.values ?? {})))];
  const cell = (row: (typeof finals)[number], metric: string) => {
    const values = row && valuesOf(row, metric);
    if (!row || !values) return '–';
    if (values.some(Array.isArray))
      return values.length === 1
        ? [values[0]]
            .flat()
            .map((v) => valuesText({ y: v, low: v, high: v }, 1))
            .join(', ')
        : `${values.length} lists`;
    const lost = new Set(row.diverged.map(({ replica }) => replica));
    const going = (values as number[]).filter((value, replica) => !lost.has(replica) && Number.isFinite(value));
    return going.length === 0 ? 'nothing finite' : valuesText(statistics(going), values.length);
  };
  return wide('Where they ended; over replicas the median, with 10 % and 90 %', all, [
    { label: 'Outcome', cells: all.map(({ results: { summary } }) => summary.outcome.kind) },
    { label: 'Step', cells: finals.map((row) => (row ? String(row.step) : '–')) },
    ...metrics.map((metric) => ({ label: words(metric), cells: finals.map((row) => cell(row, metric)) })),
  ]);
}

/** The verdicts of several reproductions. */
function verdictsTable(all: readonly Named[]): Markup {
  const judging = all.filter(({ results }) => results.summary.claims !== undefined);
  if (judging.length < 2) return html``;
  const ids = [...new Set(judging.flatMap(({ results }) => (results.summary.claims ?? []).map(({ id }) => id)))];
  const claimOf = ({ results }: Named, id: string) => results.summary.claims?.find((claim) => claim.id === id);
  return wide(
    'Claims, and whether they hold',
    judging,
    ids.map((id) => ({
      label: `${id}  ${judging.map((one) => claimOf(one, id)?.statement).find(Boolean) ?? ''}`,
      cells: judging.map((one) => {
        const claim = claimOf(one, id);
        return claim ? html`${verdictCell(claim.holds)}<br>${claim.measured}` : '–';
      }),
    })),
  );
}

interface WideRow {
  readonly label: string;
  readonly cells: readonly (string | Markup)[];
}

/** A table with a column for each folder, which scrolls by itself where there is no room. */
function wide(caption: string, all: readonly Named[], rows: readonly WideRow[]): Markup {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table class="wide">
<caption>${caption}</caption>
<thead><tr><td></td>${all.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${rows.map(({ label, cells }) => html`<tr><th scope="row">${label}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>
`;
}

export function comparison(all: readonly Named[]): Markup {
  const figures = comparisonFigures(all);
  return html`<section id="comparison" aria-labelledby="comparison-title">
<h2 id="comparison-title">Side by side</h2>
${differencesTable(all)}${finalTable(all)}${verdictsTable(all)}${
  figures.length > 0
    ? html`<div class="figures">\n${figures.map((figure, k) => figureOf(figure, `compare-${k}`))}</div>\n`
    : html`<p>No metric was recorded by two of them, so there are no curves to lay over each other.</p>\n`
}</section>
`;
}
