/** How a report looks: on phones, laptops and projectors, in both themes, and in print. */
import { themes } from '../figures/theme.ts';

export function style(): string {
  const names = Object.keys(themes.light);
  const light = names.map((name) => `--${name}: ${themes.light[name]};`).join(' ');
  const both = names.map((name) => `--${name}: light-dark(${themes.light[name]}, ${themes.dark[name]});`).join(' ');
  return `
:root { color-scheme: light dark; ${light} }
@supports (color: light-dark(#000, #fff)) { @media screen { :root { ${both} } } }
:root:has(#theme-light:checked) { color-scheme: light }
:root:has(#theme-dark:checked) { color-scheme: dark }
${rules}`;
}

const rules = `
* { box-sizing: border-box }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Open Sans", sans-serif;
}
header, nav, main, footer { max-width: 100rem; margin: 0 auto; padding: 0 clamp(1rem, 3vw, 2.5rem) }
header { position: relative; padding-top: 1.6rem }
.brand { margin: 0; color: var(--muted); font-size: .9rem; letter-spacing: .04em }
h1 { margin: 0 0 .2rem; font-size: clamp(1.6rem, 4vw, 2.4rem); line-height: 1.2; overflow-wrap: anywhere }
h2 { margin: 3rem 0 .3rem; padding-top: 1.4rem; border-top: 1px solid var(--edge); font-size: 1.6rem; overflow-wrap: anywhere }
.hidden { position: absolute; width: 1px; height: 1px; margin: 0; padding: 0; border: 0; overflow: hidden; clip-path: inset(50%) }
.part { margin: 2.4rem 0 .8rem; font-size: 1.3rem }
section.claim, section.experiment { margin: 1.8rem 0 2.4rem }
h4 { margin: 0 0 .2rem; font-size: 1.1rem }
.verdicts { margin: .4rem 0 1rem; padding-left: 1.2rem; max-width: 60rem }
p { margin: .4rem 0; max-width: 52rem; overflow-wrap: anywhere }
.lead { font-size: 1.1rem; color: var(--muted) }
.marks { display: flex; flex-wrap: wrap; gap: .5rem }
.mark { padding: .1rem .6rem; border: 1px solid var(--edge); border-radius: 1rem; background: var(--ground); font-size: .85rem; font-weight: 400 }
.software { border-color: var(--notice-edge); background: var(--notice); font-weight: 600 }
.banner { max-width: none; margin: 1rem 0; padding: .7rem 1rem; border: 1px solid var(--notice-edge); border-left-width: .4rem; border-radius: .4rem; background: var(--notice) }
.banner.alarm { border-color: var(--bad); background: var(--alarm) }
a { color: var(--measured) }
:focus-visible { outline: 3px solid var(--measured); outline-offset: 2px }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; margin: .8rem 0 0; padding: 0; list-style: none }
.theme { position: absolute; top: 1.2rem; right: clamp(1rem, 3vw, 2.5rem); display: none; gap: .7rem; margin: 0; padding: 0; border: 0; font-size: .85rem; color: var(--muted) }
.theme legend { float: left; padding: 0 .3rem 0 0 }
.theme label { display: inline-flex; align-items: center; gap: .25rem; cursor: pointer }
.theme input { margin: 0; accent-color: var(--measured) }
@supports selector(:has(a)) { .theme { display: flex } }
@media (max-width: 34rem) { .theme { position: static; margin: .4rem 0 } }
.tiles { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1rem 0 }
.tiles div { flex: 1 1 10rem; max-width: 22rem; padding: .7rem 1rem; border: 1px solid var(--edge); border-radius: .6rem; background: var(--ground) }
.tiles dt { color: var(--muted); font-size: .85rem }
.tiles dd { margin: 0; font-variant-numeric: tabular-nums }
.tiles dd span { color: var(--muted) }
.tiles dd strong { font-size: 1.35rem }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, max(22.5rem, 30%)), 1fr)); gap: 1.1rem; align-items: start }
figure { min-width: 0; margin: 0; padding: .9rem 1rem 1rem; border: 1px solid var(--edge); border-radius: .6rem; background: var(--page); break-inside: avoid }
figure > :is(h3, h4, h5) { margin: 0 0 .4rem; font-size: 1.02rem; font-weight: 600; line-height: 1.35; overflow-wrap: anywhere }
figcaption { margin-top: .4rem; color: var(--muted); font-size: .9rem; line-height: 1.45 }
.note { display: block; margin-top: .2rem; font-style: italic }
.plot { display: block; width: 100%; height: auto; overflow: visible; color: var(--text) }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums }
caption { padding: .2rem 0 .5rem; text-align: left; color: var(--muted); font-size: .9rem }
th, td { padding: .35rem .8rem .35rem 0; border-top: 1px solid var(--edge); text-align: left; vertical-align: top; font-weight: 400; overflow-wrap: anywhere }
thead th { font-weight: 600 }
.tables { columns: 3 22rem; column-gap: 2.5rem }
.tables table { margin-bottom: 1.5rem; break-inside: avoid }
.facts { width: 100% }
.facts caption { font-size: 1rem; font-weight: 600; color: var(--text) }
.facts th { width: 42%; color: var(--muted) }
.claims { width: 100% }
.claims td:first-child { width: 8.5rem }
.claims tbody th { width: 36% }
.claims tr { break-inside: avoid }
.verdict { white-space: nowrap; font-weight: 600; font-size: .92rem }
.holds { color: var(--good) }
.fails { color: var(--bad) }
.open { color: var(--muted) }
.scroll { overflow-x: auto; margin: 1rem 0 1.5rem }
.wide { min-width: 30rem }
.wide th[scope=row] { min-width: 9rem; max-width: 24rem; color: var(--muted) }
.wide td { min-width: 8rem; padding-right: 1.4rem }
details { margin: .8rem 0 }
summary { cursor: pointer; color: var(--muted) }
footer { margin-top: 3rem; padding-top: 1rem; padding-bottom: 2rem; color: var(--muted); font-size: .85rem }
@media (max-width: 44rem) {
  .tiles { gap: .5rem }
  .tiles div { flex: 1 1 calc(50% - .5rem); max-width: none; padding: .5rem .7rem }
  .tiles dd strong { font-size: 1.1rem }
  figure { padding: .7rem .7rem .8rem }
  .claims thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
  .claims :is(tbody, tr, td, th) { display: block; width: auto; border: 0; padding: .1rem 0 }
  .claims tr { padding: .7rem 0; border-top: 1px solid var(--edge) }
  .claims td:first-child, .claims tbody th { width: auto }
  .claims td:nth-child(3)::before { content: "Measured: "; color: var(--muted) }
  .claims td:nth-child(4)::before { content: "Expected: "; color: var(--muted) }
}
@media print {
  @page { margin: 14mm 12mm }
  :root { color-scheme: light !important; font-size: 9.5pt }
  header, main, footer { max-width: none; padding: 0 }
  .theme, nav { display: none }
  footer { margin-top: .5rem; padding: 0; break-before: avoid }
  .figures { grid-template-columns: 1fr 1fr; gap: .7rem }
  .tables { columns: 2 }
  .tiles { flex-wrap: nowrap; gap: .5rem }
  .tiles div { flex: 1 1 0; padding: .4rem .6rem }
  .tiles dd strong { font-size: 1.1rem; white-space: nowrap }
  figure { padding: .6rem .7rem }
  .tiles, .banner, .facts tr, .wide tr { break-inside: avoid }
  h2, h3, h4, h5 { break-after: avoid }
  .scroll { overflow: visible }
  .wide { min-width: 0 }
  body, figure, .tiles div, .mark, .banner { print-color-adjust: exact; -webkit-print-color-adjust: exact }
  a { color: inherit; text-decoration: none }
}
`;
