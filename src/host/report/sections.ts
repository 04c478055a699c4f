/** The parts of a report about one results folder. */
import { drawInline } from '../figures/svg.ts';
import type { StoredClaim, StoredResults } from '../results/schema.ts';
import { claimFigures } from './claim-figures.ts';
import { curveOf } from './curves.ts';
import { heatMap } from './heat-map.ts';
import { html, type Markup, trusted } from './html.ts';
import { counted, duration, percent, shown } from './numbers.ts';
import { type NamedFigure, runFigures } from './run-figures.ts';
import { type ReportRun, runsOf } from './runs.ts';
import { environmentRows, type Row, settingRows } from './settings.ts';

/** Width at which figures are drawn, in their own pixels: narrow, so that their text is legible on a phone. */
const FIGURE_WIDTH = 400;

/** One figure with what to see in it. `id` is unique in the document. */
export function figureOf({ figure, caption, notes }: NamedFigure, id: string, level: 3 | 4 | 5 = 3): Markup {
  return html`<figure id="${id}" aria-labelledby="${id}-title">
<h${level} id="${id}-title">${figure.title}</h${level}>
${trusted(drawInline(figure, FIGURE_WIDTH))}
<figcaption>${caption}${notes.map((note) => html` <span class="note">${note}</span>`)}</figcaption>
</figure>
`;
}

export function table(caption: string, rows: readonly Row[]): Markup {
  return html`<table class="facts">
<caption>${caption}</caption>
<tbody>
${rows.map(({ label, value }) => html`<tr><th scope="row">${label}</th><td>${value}</td></tr>\n`)}</tbody>
</table>
`;
}

/** How a run ended, where that must not be missed. */
export function statusOf({ summary: { outcome, runs, claims }, running, rows }: StoredResults): Markup {
  const last = rows[rows.length - 1];
  const at = outcome.step ?? last?.step;
  const where = at === undefined ? '' : ` at step ${shown(at)}`;
  const banner = (kind: string, title: string, text: string) =>
    html`<p class="banner ${kind}" role="note"><strong>${title}</strong> ${text}</p>\n`;
  if (running) {
    return banner(
      'notice',
      'Not finished.',
      `This run is still going on, or was cut off${where}: what follows is what it had written.`,
    );
  }
  const lost = (runs ?? []).filter((run) => run.outcome.kind === 'diverged').map(({ name }) => name);
  const failed = (claims ?? []).filter(({ holds }) => holds === false).map(({ id }) => id);
  return html`${
    {
      running: null,
      planned: banner('notice', 'Only planned.', 'Nothing was computed.'),
      finished: null,
      stopped: banner(
        'notice',
        'Stopped early.',
        `The rule for stopping was met${where}${outcome.reason ? `: ${outcome.reason}` : ''}.`,
      ),
      diverged: banner(
        'alarm',
        'DIVERGED.',
        `${divergedText(outcome.replicas)} An update was not finite, or beyond 2⁶⁴; the last finite weights were kept. A smaller step size may help.`,
      ),
      aborted: banner('alarm', 'Interrupted.', `The run was broken off${where}; what it had computed is shown.`),
      lost: banner('alarm', 'Device lost.', `The device was lost${where}; what was computed before is shown.`),
      failed: banner(
        'alarm',
        'FAILED.',
        `${outcome.message ?? 'No reason was recorded'}. ${outcome.fix ?? ''} What was computed before is shown.`,
      ),
    }[outcome.kind]
  }${failed.length > 0 && banner('alarm', `${failed.length} of the claims do not hold:`, failed.join(', '))}${
    lost.length > 0 &&
    banner('notice', 'Some replicas diverged', `in ${lost.join(', ')}; they are counted and left out of the ranges.`)
  }`;
}

function divergedText(replicas: readonly { replica: number; step: number }[] | undefined): string {
  if (!replicas || replicas.length === 0) return 'The run';
  const steps = replicas.map(({ step }) => step);
  const [least, most] = [Math.min(...steps), Math.max(...steps)];
  const when = least === most ? `at step ${shown(least)}` : `between steps ${shown(least)} and ${shown(most)}`;
  return `${counted(replicas.length, 'replica')} ${when}.`;
}

/** The software mark, for times that say nothing about a GPU. */
export function adapterMark({ summary: { environment } }: StoredResults): Markup {
  if (!environment) return html``;
  const { adapter } = environment;
  return html`<span class="mark">${adapter.name}</span>${
    adapter.software &&
    html` <strong class="mark software" title="A CPU computes what a GPU should">SOFTWARE adapter</strong>`
  }`;
}

/** The few numbers that say where a run went, from its start to its end. */
export function tiles(run: ReportRun): Markup {
  const { rows, axis, levels } = run;
  const tile = (name: string, from: string, to: string) =>
    html`<div><dt>${name}</dt><dd><span>${from} →</span> <strong>${to}</strong></dd></div>\n`;
  const ends = (metric: string) => {
    const { points } = curveOf(rows, metric, axis);
    return points.length === 0 ? null : [points[0].y, points[points.length - 1].y];
  };
  const loss = ends('loss');
  const sharpness = ends('retractedTrace') ?? ends('manifoldTrace');
  const gap = ends('gap');
  const rank = ends('stableRank');
  const spread = ends('disagreement');
  const { optimum } = levels;
  const over = (value: number) => (optimum === null ? '' : percent(value / optimum));
  const all = [
    loss && tile('Loss', shown(loss[0], 3), shown(loss[1], 3)),
    sharpness &&
      tile(
        optimum === null ? 'Sharpness F' : `Sharpness F (F* = ${shown(optimum, 4)})`,
        shown(sharpness[0], 4),
        shown(sharpness[1], 4),
      ),
    gap && optimum !== null && tile('F above F*', over(gap[0]), over(gap[1])),
    rank && tile('Stable rank', shown(rank[0], 4), shown(rank[1], 5)),
    spread && tile('Disagreement', shown(spread[0], 3), shown(spread[1], 3)),
  ].filter(Boolean);
  return all.length === 0 ? html`` : html`<dl class="tiles">\n${all as Markup[]}</dl>\n`;
}

/** Verdicts in words, for those who do not see the sign or its colour. */
export const verdicts = {
  true: { sign: '✓', word: 'holds', kind: 'holds' },
  false: { sign: '✗', word: 'does not hold', kind: 'fails' },
  null: { sign: '·', word: 'not judged', kind: 'open' },
} as const;

export const verdictOf = (holds: boolean | null) => verdicts[`${holds}`];

export function verdictCell(holds: boolean | null): Markup {
  const { sign, word, kind } = verdictOf(holds);
  return html`<span class="verdict ${kind}"><span aria-hidden="true">${sign}</span> ${word}</span>`;
}

export function claimsTable(claims: readonly StoredClaim[], anchor: (claim: StoredClaim) => string | null): Markup {
  const judged = claims.filter(({ holds }) => holds !== null);
  const held = judged.filter(({ holds }) => holds).length;
  const link = (claim: StoredClaim) => {
    const target = anchor(claim);
    return target === null ? html`${claim.id}` : html`<a href="#${target}">${claim.id}</a>`;
  };
  // The roles say what it is where the style lays its rows out as blocks, on phones.
  return html`<table class="claims" role="table">
<caption>${held} of ${judged.length} judged claims hold; ${claims.length - judged.length} are reported without a verdict. A number leads to its figures.</caption>
<thead role="rowgroup"><tr role="row">${['Verdict', 'Claim', 'Measured', 'Expected'].map((name) => html`<th scope="col" role="columnheader">${name}</th>`)}</tr></thead>
<tbody role="rowgroup">
${claims.map(
  (claim) =>
    html`<tr role="row"><td role="cell">${verdictCell(claim.holds)}</td><th scope="row" role="rowheader"><b>${link(claim)}</b> ${claim.statement}</th><td role="cell">${claim.measured}</td><td role="cell">${claim.expected}</td></tr>\n`,
)}</tbody>
</table>
`;
}

/** All figures of one results folder, with the part of the report that they belong to. */
export interface ResultFigures {
  readonly runs: readonly { readonly run: ReportRun; readonly figures: readonly NamedFigure[] }[];
  readonly claims: readonly { readonly claim: StoredClaim; readonly figures: readonly NamedFigure[] }[];
}

export function figuresOf(results: StoredResults): ResultFigures {
  const runs = runsOf(results).map((run) => {
    const matrix = heatMap(run.features);
    return { run, figures: [...runFigures(run.rows, run.axis, run.levels), ...(matrix ? [matrix] : [])] };
  });
  const claims = (results.summary.claims ?? []).flatMap((claim) => {
    const figures = claimFigures(claim);
    return figures.length > 0 ? [{ claim, figures }] : [];
  });
  return { runs, claims };
}

/** What a newcomer should know of this run, in a sentence or two. */
export function leadOf({ summary, rows }: StoredResults): string {
  const config = summary.config ?? {};
  const { width, samples, dimension, activation } = {
    ...(summary.request ?? {}),
    ...(summary.shape ?? {}),
    ...config,
  } as Record<string, unknown>;
  const shape =
    typeof width === 'number'
      ? ` A network of ${counted(width, 'neuron')}${activation ? ` (${activation})` : ''} on ${valueOr(samples)} samples of dimension ${valueOr(dimension)}.`
      : '';
  const took = summary.seconds === undefined ? '' : ` It took ${duration(summary.seconds)}.`;
  // Where some replicas have diverged, the outcome has the step of the first; others have gone on.
  const steps = rows[rows.length - 1]?.step ?? summary.outcome.step;
  const replicas = typeof config.replicas === 'number' && config.replicas > 1 ? `, ${config.replicas} replicas` : '';
  const what: Readonly<Record<string, string>> = {
    run: `Label-noise SGD${steps === undefined ? '' : `, ${shown(steps)} steps`}${replicas}: does it end at the flattest, and simplest, network?`,
    flow: 'The Riemannian gradient flow of the sharpness, which label-noise SGD follows on the zero-loss manifold.',
    reproduce: "The paper's claims, each held against measurements.",
  };
  return `${Object.hasOwn(what, summary.command) ? what[summary.command] : `flatwalk ${summary.command}.`}${shape}${took}`;
}

const valueOr = (value: unknown) => (typeof value === 'number' ? shown(value) : 'some');

/** Everything that decides the numbers of one results folder, and what computed them. */
export function provenance(results: StoredResults): Markup {
  const { summary, path, rows, features } = results;
  const { plan } = summary;
  const files = `${counted(rows.length, 'row')} of metrics${features.length > 0 ? `, ${counted(features.length, 'feature matrix', 'feature matrices')}` : ''}`;
  const config = settingRows(summary.config ?? {});
  const eta = summary.stepSize;
  const { reason, ...choice } = plan ?? { reason: '' };
  return html`<div class="tables">
${config.length > 0 && table('Settings', eta !== undefined && typeof summary.config?.stepSize !== 'number' ? [...config, { key: 'eta', label: 'Step size η, the number', value: shown(eta, 6) }] : config)}
${table('What computed it', [...environmentRows(summary), { key: 'path', label: 'Folder', value: path }, { key: 'rows', label: 'Holds', value: files }])}
${plan && table('Plan: which kernels took the steps', [...settingRows(choice), { key: 'reason', label: 'Why', value: reason }])}
</div>
`;
}
