import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { buildReport, reportFigures } from '../../../src/host/report/document.ts';
import { made, walk } from './made.ts';

const page = (...all: Parameters<typeof buildReport>[0]) => parseHTML(buildReport(all)).document;
const textOf = (node: Document | Element | null) =>
  (node && 'body' in node ? node.body : node)?.textContent?.replaceAll(/\s+/g, ' ').trim() ?? '';

describe('a report', () => {
  test('is one document with nothing from elsewhere, and the same every time', () => {
    const text = buildReport([made()]);
    expect(text.startsWith('<!doctype html>')).toBe(true);
    expect(text).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|src=/);
    const links = [...text.matchAll(/(?:href|xlink:href)="([^"]*)"/g)].map(([, to]) => to);
    expect(links.filter((to) => !to.startsWith('#'))).toEqual([]);
    expect([...text.matchAll(/https?:\/\/[^"\s<]+/g)].map(([address]) => address)).toEqual(
      expect.not.arrayContaining([expect.not.stringMatching(/^http:\/\/www\.w3\.org\//)]),
    );
    expect(buildReport([made()])).toBe(text);
  });

  test('shows each metric that was recorded, with a sentence on what to see', () => {
    const { document } = { document: page(made()) };
    const figures = [...document.querySelectorAll('figure')];
    expect(figures.map((figure) => textOf(figure.querySelector('h3, h4, h5')))).toEqual([
      'Loss',
      'Sharpness',
      'Rank of the features',
      'Singular values of the features',
    ]);
    for (const figure of figures) {
      expect(textOf(figure.querySelector('figcaption')).length).toBeGreaterThan(40);
      const svg = figure.querySelector('svg');
      expect(svg?.getAttribute('role')).toBe('img');
      expect(svg?.getAttribute('aria-label')).toMatch(/ from \S+ at step 0 to \S+ at step 200/);
      expect(document.getElementById(figure.getAttribute('aria-labelledby') ?? '')).not.toBeNull();
    }
    expect(textOf(figures[0])).toContain('median of 8 replicas');
    expect(textOf(figures[1])).toContain('F* = 50');
  });

  test('a metric of which nothing is known has a figure too', () => {
    const rows = walk((row, k) => ({ ...row, somethingNew: [k] }));
    expect(textOf(page(made({ rows })))).toContain('Something new');
  });

  test('says what was run: settings, adapter with the software mark, plan with its reason', () => {
    const text = textOf(page(made({ summary: { plan: { strategy: 'lane', reason: 'Because it is cheapest.' } } })));
    for (const part of ['Neurons m', 'Label noise σ', 'SOFTWARE adapter', 'Because it is cheapest.', 'v20']) {
      expect(text).toContain(part);
    }
    const hardware = { flatwalk: '1', in: 'node', adapter: { name: 'card', software: false } };
    expect(textOf(page(made({ summary: { environment: hardware } })))).not.toContain('SOFTWARE');
  });

  test('every id is there once', () => {
    const document = page(made(), made({ path: 'results/second' }));
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const link of document.querySelectorAll('a[href^="#"]')) {
      expect(ids).toContain(link.getAttribute('href')?.slice(1));
    }
  });
});

describe('how a run ended is said at the top', () => {
  const cases = {
    running: [{ kind: 'running' }, 'Not finished.'],
    stopped: [
      { kind: 'stopped', step: 9, reason: 'loss < 1' },
      'Stopped early. The rule for stopping was met at step 9: loss < 1',
    ],
    diverged: [{ kind: 'diverged', replicas: [{ replica: 3, step: 7 }] }, 'DIVERGED. 1 replica at step 7.'],
    aborted: [{ kind: 'aborted' }, 'Interrupted.'],
    lost: [{ kind: 'lost', step: 12_000 }, 'Device lost. The device was lost at step 12\u202f000'],
    failed: [
      { kind: 'failed', code: 'GPU', message: 'the shader is bad', fix: 'Mend it.' },
      'FAILED. the shader is bad. Mend it.',
    ],
  } as const;

  test.each(Object.entries(cases))('%s', (_, [outcome, said]) => {
    const document = page(made({ summary: { outcome } }));
    const banner = document.querySelector('.banner');
    expect(banner?.textContent).toContain(said);
    const all = document.documentElement.outerHTML;
    expect(all.indexOf('class="banner')).toBeLessThan(all.indexOf('<figure'));
  });

  test('one that finished has no banner', () => {
    expect(page(made()).querySelector('.banner')).toBeNull();
  });
});

describe('what is not finite', () => {
  const rows = walk((row, k) => (k === 2 ? { ...row, loss: Array(8).fill('NaN') } : row));

  test('is a gap in the curve, and said', () => {
    const figure = page(made({ rows })).querySelector('figure');
    expect(textOf(figure)).toContain('8 numbers were not finite, and left out.');
    const [line] = [...(figure?.querySelectorAll('path') ?? [])].map((path) => path.getAttribute('d') ?? '').slice(-1);
    // A curve in two pieces begins twice.
    expect(line.match(/M/g)).toHaveLength(2);
    expect(buildReport([made({ rows })])).not.toMatch(/d="[^"]*NaN/);
  });

  test('all of it leaves a figure that says so', () => {
    const nothing = walk((row) => ({ ...row, loss: Array(8).fill('Infinity') }));
    const figure = page(made({ rows: nothing })).querySelector('figure');
    expect(figure?.querySelector('svg')?.getAttribute('aria-label')).toContain('nothing finite');
  });

  test('replicas that diverged are left out from there on, and counted', () => {
    const some = walk((row, k) => ({ ...row, diverged: k >= 3 ? [{ replica: 0, step: 120 }] : [] }));
    expect(textOf(page(made({ rows: some })).querySelector('figure'))).toContain('1 replica diverged, and is left out');
  });

  test('zero and below has no place on a logarithmic axis, which is said', () => {
    const zero = walk((row, k) => (k === 4 ? { ...row, loss: Array(8).fill(0) } : row));
    expect(textOf(page(made({ rows: zero })).querySelector('figure'))).toContain('1 point of zero or below');
  });
});

test('no rows at all are said', () => {
  expect(textOf(page(made({ rows: [] })))).toContain('There are no rows of metrics.');
});

describe('hostile names', () => {
  const evil = `"><script>alert('x')</script><img src=x onerror=alert(1)>`;
  const results = made({
    path: `results/${evil}`,
    summary: {
      config: { [evil]: evil, inputs: [evil], data: evil, question: evil },
      environment: { ...{ flatwalk: evil, in: evil }, adapter: { name: evil, driver: evil, software: true } },
      outcome: { kind: 'failed', message: evil, fix: evil },
      plan: { [evil]: evil, reason: evil },
      claims: [
        {
          id: evil,
          statement: evil,
          measured: evil,
          expected: evil,
          holds: false,
          values: {},
          series: { [evil]: { [evil]: [1, 2] } },
        },
      ],
    },
    rows: [{ run: evil, step: 0, [evil]: [1], diverged: [] }],
    features: [{ run: evil, step: 0, samples: 1, width: 1, values: [1] }],
  });

  test.each([1, 2])('are text in a report of %i', (count) => {
    const text = buildReport(Array(count).fill(results));
    expect(text).not.toMatch(/<script|<img/);
    const document = parseHTML(text).document;
    expect(document.querySelectorAll('script, img')).toHaveLength(0);
    for (const element of document.querySelectorAll('*')) {
      for (const { name } of element.attributes) expect(name).not.toMatch(/^on/);
    }
    expect(document.documentElement.textContent).toContain(evil);
  });

  test('that every object of JavaScript knows are names like others', () => {
    const name = 'constructor';
    const odd = made({
      summary: {
        command: name,
        config: { [name]: 7 },
        claims: [
          {
            id: name,
            statement: name,
            measured: 'm',
            expected: 'e',
            holds: true,
            values: {},
            series: { [name]: { [name]: [1] } },
          },
        ],
      },
      rows: [{ run: name, step: 0, [name]: [1], diverged: [] }],
    });
    const text = textOf(page(odd, made()));
    expect(text).toContain('Constructor7');
    expect(text).not.toMatch(/native code|undefined/);
  });

  test('become names of files that any system takes', () => {
    for (const { name } of reportFigures([results, results])) expect(name).toMatch(/^[\w.-]+$/);
  });
});

describe('claims', () => {
  const claim = (id: string, holds: boolean | null, series?: object) => ({
    id,
    statement: `statement ${id}`,
    measured: 'm',
    expected: 'e',
    holds,
    values: {},
    series,
  });
  const results = made({
    summary: {
      command: 'reproduce',
      claims: [
        claim('1', true),
        claim('6', false, { 'a, start 1': { time: [0, 1, 2], gap: [1, 0.1, 0.01], predictedRate: [1] } }),
        claim('10', null, { ends: { stableRank: [1, 2], distinct: [3, 4] } }),
      ],
    },
    rows: walk((row) => ({ ...row, run: 'walk' })),
  });
  const document = page(results);

  test('have verdicts in words beside the signs', () => {
    const verdicts = [...document.querySelectorAll('.claims .verdict')].map(textOf);
    expect(verdicts).toEqual(['✓ holds', '✗ does not hold', '· not judged']);
    expect(textOf(document.querySelector('.claims caption'))).toContain('1 of 2 judged claims hold');
    expect(textOf(document.querySelector('.banner'))).toContain('1 of the claims do not hold: 6');
  });

  test('lead to what they rest on: their series, or the experiment', () => {
    const targets = [...document.querySelectorAll('.claims a')].map((a) => a.getAttribute('href')?.slice(1) ?? '');
    expect(targets).toHaveLength(3);
    for (const target of targets)
      expect(document.getElementById(target)?.closest('section')?.querySelector('figure')).not.toBeNull();
  });
});

describe('several folders', () => {
  const second = made({
    path: 'elsewhere/second',
    summary: { config: { ...(made().summary.config ?? {}), noise: 3 } },
    rows: walk((row) => ({ ...row, gap: [1, 2] })),
  });
  const document = page(made(), second);

  test('are compared: settings that differ, where they ended, curves over each other', () => {
    const [settings, ends] = [...document.querySelectorAll('#comparison table')];
    expect(textOf(settings.querySelector('thead'))).toBe('firstsecond');
    expect([...settings.querySelectorAll('tbody tr')].map(textOf)).toEqual(['Label noise σ13']);
    expect(textOf(ends)).toContain('Stable rank');
    const curves = [...document.querySelectorAll('#comparison figure')];
    expect(curves.length).toBeGreaterThan(2);
    for (const figure of curves) expect(textOf(figure)).toMatch(/first.*second/);
  });

  test('of the same name are told apart by more of their paths', () => {
    const both = page(made({ path: 'a/run' }), made({ path: 'b/run' }));
    expect([...both.querySelectorAll('nav a')].map(textOf)).toEqual(['Side by side', 'a/run', 'b/run']);
  });

  test('have figures with names of their own', () => {
    const names = reportFigures([made(), second]).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(['compare-loss', 'first-loss', 'second-loss', 'second-gap']));
  });
});
