/** The report of one or several results folders: one HTML document, with nothing from elsewhere in it. Pure. */
import type { StoredResults } from '../results/schema.ts';
import { comparison, comparisonFigures, type Named, nameAll } from './compare.ts';
import { html, type Markup, trusted } from './html.ts';
import type { NamedFigure } from './run-figures.ts';
import type { ReportRun } from './runs.ts';
import {
  adapterMark,
  claimsTable,
  figureOf,
  figuresOf,
  leadOf,
  provenance,
  type ResultFigures,
  statusOf,
  table,
  tiles,
  verdictCell,
} from './sections.ts';
import { settingRows } from './settings.ts';
import { style } from './style.ts';

/** The text of report.html. The same results give the same text. */
export function buildReport(all: readonly StoredResults[]): string {
  const named = nameAll(all);
  const several = named.length > 1;
  const title = several ? `${named.length} results side by side` : named[0].name;
  return `<!doctype html>\n${
    html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="flatwalk report">
<title>${title} – flatwalk report</title>
<style>${trusted(style())}</style>
</head>
<body>
<header>
<p class="brand">flatwalk report</p>
<h1>${title}</h1>
${themeSwitch}
</header>
${several && contents(named)}<main>
${several && comparison(named)}${named.map((one, k) => section(one, `r${k + 1}`, several))}</main>
<footer><p>Made by <code>flatwalk report</code>. F is the trace of the Hessian of the loss on the zero-loss manifold, F* the least there is; L = Σ (r − y)².</p></footer>
</body>
</html>
`.text
  }`;
}

/** Every figure of a report, with a name for its file that no other has. */
export function reportFigures(all: readonly StoredResults[]): NamedFigure[] {
  const named = nameAll(all);
  const of = ({ name, results }: Named): NamedFigure[] => {
    const { runs, claims } = figuresOf(results);
    const place = named.length > 1 ? `${name}-` : '';
    return [
      ...runs.flatMap(({ run, figures }) =>
        figures.map((one) => ({ ...one, name: `${place}${runs.length > 1 ? `${run.name}-` : ''}${one.name}` })),
      ),
      ...claims.flatMap(({ figures }) => figures.map((one) => ({ ...one, name: `${place}${one.name}` }))),
    ];
  };
  const figures = [...(named.length > 1 ? comparisonFigures(named) : []), ...named.flatMap(of)];
  const taken = new Set<string>();
  return figures.map((figure) => {
    const wanted = fileName(figure.name) || 'figure';
    let name = wanted;
    for (let k = 2; taken.has(name.toLowerCase()); k++) name = `${wanted}-${k}`;
    taken.add(name.toLowerCase());
    return { ...figure, name };
  });
}

/** Letters, digits, dots and hyphens, which any system takes. */
const fileName = (text: string) =>
  text
    .replaceAll(/[^\w.-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 120);

/** Works without a script: the style looks at which one is chosen. */
const themeSwitch = html`<fieldset class="theme"><legend>Theme</legend>
<label><input type="radio" name="theme" id="theme-auto" checked> Auto</label>
<label><input type="radio" name="theme" id="theme-light"> Light</label>
<label><input type="radio" name="theme" id="theme-dark"> Dark</label>
</fieldset>`;

function contents(named: readonly Named[]): Markup {
  return html`<nav aria-label="Contents"><ul>
<li><a href="#comparison">Side by side</a></li>
${named.map(({ name }, k) => html`<li><a href="#r${k + 1}">${name}</a></li>\n`)}</ul></nav>
`;
}

function section({ name, results }: Named, id: string, several: boolean): Markup {
  const found = figuresOf(results);
  const { runs } = found;
  return html`<section id="${id}" aria-labelledby="${id}-title">
${several ? html`<h2 id="${id}-title">${name}</h2>` : html`<h2 id="${id}-title" class="hidden">What was run, and where it ended</h2>`}
<p class="lead">${leadOf(results)}</p>
<p class="marks"><span class="mark">flatwalk ${results.summary.command}</span> ${adapterMark(results)}</p>
${statusOf(results)}${results.summary.claims ? claimed(results, found, id) : runs.length === 0 ? noRows : runs.map((one, k) => runSection(one, `${id}-run-${k}`, runs.length > 1))}
<h3 class="part">What was run</h3>
${provenance(results)}</section>
`;
}

/** Of a reproduction: the claims first, then their series, then every experiment. */
function claimed(results: StoredResults, { runs, claims: drawn }: ResultFigures, id: string): Markup {
  const claims = results.summary.claims ?? [];
  const claimId = (claim: string) => `${id}-claim-${claim.replaceAll(/[^\w.-]/g, '_')}`;
  const runId = (run: string) => `${id}-run-${run.replaceAll(/[^\w.-]/g, '_')}`;
  const anchor = (claim: { id: string }) => {
    if (drawn.some((one) => one.claim.id === claim.id)) return claimId(claim.id);
    // The first claims are about the main experiment, and the next ones name theirs.
    const run = { 1: 'walk', 2: 'walk', 3: 'walk', 4: 'quiet' }[claim.id] ?? claim.id.replace(/^5\./, '');
    return runs.some((one) => one.run.name === run) ? runId(run) : null;
  };
  return html`<h3 class="part">Claims and verdicts</h3>
${claimsTable(claims, anchor)}
${
  drawn.length > 0 &&
  html`<h3 class="part">What the claims rest on</h3>
${families(drawn).map((family) => claimFamily(family, claimId))}`
}<h3 class="part">Every experiment</h3>
${runs.map((one) => experiment(one, runId(one.run.name)))}`;
}

type DrawnClaims = ResultFigures['claims'];

/** Claims of one number, as 7.single and 7.fullSum. */
function families(drawn: DrawnClaims): DrawnClaims[] {
  const number = (id: string) => id.split('.')[0];
  const numbers = [...new Set(drawn.map(({ claim }) => number(claim.id)))];
  return numbers.map((one) => drawn.filter(({ claim }) => number(claim.id) === one));
}

function claimFamily(family: DrawnClaims, claimId: (id: string) => string): Markup {
  const several = family.length > 1;
  const [{ claim: first }] = family;
  const titled = (figure: NamedFigure, id: string) =>
    several ? { ...figure, figure: { ...figure.figure, title: `${id}: ${figure.figure.title}` } } : figure;
  return html`<section class="claim">
<h4>Claim ${several ? first.id.split('.')[0] : first.id}</h4>
<ul class="verdicts">
${family.map(({ claim }) => html`<li id="${claimId(claim.id)}">${several && html`<b>${claim.id}</b> `}${verdictCell(claim.holds)}: ${claim.statement}</li>\n`)}</ul>
<div class="figures">
${family.map(({ claim, figures }) => figures.map((figure, k) => figureOf(titled(figure, claim.id), `${claimId(claim.id)}-${k}`, 5)))}</div>
</section>
`;
}

interface Drawn {
  readonly run: ReportRun;
  readonly figures: readonly NamedFigure[];
}

function experiment({ run, figures }: Drawn, id: string): Markup {
  const { question, config, outcome } = run;
  return html`<section class="experiment" id="${id}">
<h4>${run.title}${outcome && outcome.kind !== 'finished' && html` <strong class="mark software">${outcome.kind}</strong>`}</h4>
${question && html`<p>${question}</p>\n`}${tiles(run)}${figures.length === 0 && noRows}<div class="figures">
${figures.map((figure, k) => figureOf(figure, `${id}-${k}`, 5))}</div>
${config && html`<details><summary>Settings of ${run.name}</summary>${table(`Settings of ${run.name}`, settingRows(config))}</details>\n`}</section>
`;
}

const noRows = html`<p>There are no rows of metrics.</p>\n`;

function runSection({ run, figures }: Drawn, id: string, named: boolean): Markup {
  return html`${named && html`<h3 class="part">${run.title}</h3>\n`}${tiles(run)}${
    figures.length === 0
      ? noRows
      : html`<div class="figures">
${figures.map((figure, k) => figureOf(figure, `${id}-${k}`, named ? 4 : 3))}</div>
`
  }`;
}
