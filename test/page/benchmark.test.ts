/** The tab Benchmark, as visitors use it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { BenchDocument } from '../../bench/document.ts';
import { validDocument } from '../../bench/validate.ts';
import { useProgram } from '../host/program.ts';
import { usePages, withoutBrowser } from './pages.ts';
import { copied, drop, press, saved, text, texts, useTab } from './tab-page.ts';

const folder = usePages();
const program = useProgram();
/** Compiling takes a software adapter seconds, and more where other tests run beside. */
vi.setConfig({ testTimeout: 240_000 });
const PATIENCE = 200_000;

const query = '?tab=benchmark&suites=roofline&filter=small/barrier';

describe.skipIf(withoutBrowser)('the benchmark', () => {
  const { visit } = useTab(() => folder);
  const done = { timeout: PATIENCE } as const;

  test('measures, and what it found is read by the command line, kept, compared and deleted', () =>
    visit(query, async (page) => {
      expect(await text(page, '.tabs [aria-selected="true"]')).toContain('Benchmark');
      await press(page, 'Measure');
      await page.waitForSelector('.progress-room progress');
      await page.waitForSelector('.result', done);
      expect(await texts(page, '.result tbody th')).toEqual(['small/barrier']);
      expect(await texts(page, '.result thead th')).toContain('95 % interval');
      const [row] = await texts(page, '.result tbody tr');
      expect(row).toMatch(/^small\/barrier.*passed.*[\d.]+ (ns|µs|ms).*exact$/);
      expect(await text(page, '.result .notice')).toContain('The adapter is software');

      const markdown = await copied(page, 'Copy as Markdown');
      expect(markdown).toContain('### roofline');
      expect(markdown).toMatch(/\| ✓ \| small\/barrier \|/);
      const json = await saved(page, 'Download JSON');
      const measured = validDocument(JSON.parse(json), 'what was downloaded') as BenchDocument;
      expect(measured).toMatchObject({
        schema: 1,
        command: 'bench',
        config: { suites: ['roofline'], filter: 'small/barrier', effort: 'quick' },
        environment: { in: 'page', adapter: { software: true } },
        outcome: { kind: 'finished' },
      });
      expect(measured.environment.browser).toMatch(/Chrome/);
      expect(measured.environment.kernels).toMatch(/^[0-9a-f]{8}$/);
      expect(Number.isNaN(Date.parse(measured.date))).toBe(false);

      const file = join(program.folder, 'page.json');
      writeFileSync(file, json);
      const compared = await program.flatwalk(['bench', 'compare', file, file]);
      expect(compared.out).toContain(`Kernels: the same in both (${measured.environment.kernels}).`);
      expect(compared.out).toContain('small/barrier');
      expect(compared.code).toBe(0);

      // Another measurement of the same, in which everything took ten times as long, within no noise.
      const [one] = measured.cases;
      const slower = {
        ...measured,
        noiseFloor: { inTurn: 0.01, drift: 0.01, share: 0.01 },
        cases: [{ ...one, time: one.time && { ...one.time, samples: one.time.samples.map((ns) => ns * 100) } }],
      };
      await drop(page, 'slower.json', JSON.stringify(slower));
      await page.waitForSelector('.compared tbody tr');
      writeFileSync(join(program.folder, 'slower.json'), JSON.stringify(slower));
      const said = await program.flatwalk(['bench', 'compare', 'slower.json', 'page.json']);
      const lines = (await texts(page, '.compared .lines p')).map((line) => line.replace(/^\S+ (?=Nothing)/, ''));
      for (const line of lines.filter((words) => /^(Kernels|Noise floor|1 case on)/.test(words))) {
        expect(said.out).toContain(line);
      }
      expect(lines.join()).toMatch(/1 case on .* \(software\): [01] faster/);
      expect(await copied(page, 'Copy comparison as Markdown')).toContain('## flatwalk bench compare');

      const stranger = { ...measured, environment: { ...measured.environment, cpu: 'another' } };
      await drop(page, 'stranger.json', JSON.stringify(stranger));
      await page.waitForSelector('.comparison .notice.error');
      expect(await text(page, '.comparison .notice.error')).toContain('The CPU differs: another in the old one');
      await drop(page, 'damaged.json', json.slice(0, 100));
      await vi.waitFor(async () => {
        expect((await texts(page, '.comparison .notice.error')).join()).toContain('damaged.json is no JSON');
      });
      await drop(page, 'other.json', '{"command":"run","<b>":"<img src=x>"}');
      await vi.waitFor(async () => {
        expect((await texts(page, '.comparison .notice.error')).join()).toContain('other.json is no document of');
      });

      await press(page, 'Keep in this browser');
      await page.waitForSelector("::-p-xpath(//button[.='Kept in this browser'])");
      await page.reload();
      await page.waitForSelector('.comparison tbody tr');
      expect(await texts(page, '.comparison tbody td:nth-child(2)')).toEqual(['kept']);
      await press(page, 'Show');
      await page.waitForSelector('.result');
      expect(JSON.parse(await saved(page, 'Download JSON'))).toEqual(JSON.parse(json));
      await press(page, 'Delete');
      await page.waitForFunction(() => !document.querySelector('.comparison tbody tr'));
      await page.reload();
      await page.waitForSelector('.comparison .drop-zone');
      // What is kept is read before anything is shown of it.
      await new Promise((later) => setTimeout(later, 500));
      expect(await texts(page, '.comparison tbody tr')).toEqual([]);
    }));

  test('stopped, it keeps what was measured; a tab that was hidden meanwhile is told', () =>
    visit('?tab=benchmark&suites=roofline', async (page) => {
      await press(page, 'Measure');
      await page.waitForSelector('.so-far tbody tr', done);
      await page.evaluate(() => {
        let hidden = true;
        Object.defineProperty(document, 'hidden', { get: () => hidden, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
        setTimeout(() => {
          hidden = false;
          document.dispatchEvent(new Event('visibilitychange'));
        }, 150);
      });
      await page.waitForFunction(() => !document.hidden);
      await press(page, 'Stop');
      await page.waitForSelector('.result', done);
      expect(await text(page, '.result .lines')).toMatch(
        /Interrupted: \d+ cases? measured .* What was measured is kept\./,
      );
      expect(await text(page, '.result .notice')).toMatch(/The tab was hidden for 0\.\d s of the measurement/);
      expect((await texts(page, '.result tbody tr')).length).toBeGreaterThan(0);
      expect(await text(page, '.result details')).toContain('Not measured (interrupted)');
      const document = JSON.parse(await saved(page, 'Download JSON'));
      expect(document.outcome).toEqual({ kind: 'aborted' });
    }));

  test('an experiment that is running is paused first, and can go on afterwards', () =>
    visit('?suites=roofline&filter=small/barrier&steps=4000&every=10&replicas=2&pace=slow', async (page) => {
      await page.waitForSelector('#start:not(:disabled)');
      await page.click('#start');
      await page.waitForFunction(() => /step [1-9]/i.test(document.querySelector('#status')?.textContent ?? ''), done);
      await page.click('#tab-benchmark');
      await page.waitForSelector('.benchmark .notice');
      expect((await texts(page, '.benchmark .notice')).join()).toContain('It is paused before anything is measured');
      await press(page, 'Measure');
      await page.waitForSelector('.result', done);
      expect(await text(page, '.result .notice')).not.toContain('something else to compute');
      await page.click('#tab-experiment');
      await page.waitForSelector('#status');
      expect(await text(page, '#status')).toContain('Paused');
    }));

  test('a filter that nothing fits, and an address that asks for what there is not, are told', () =>
    visit('?tab=benchmark&suites=roofline,<b>&effort=endless&filter=nowhere', async (page) => {
      await page.waitForSelector('.benchmark');
      const notes = await text(page, '.notice');
      expect(notes).toContain("suites='roofline,<b>'; it was left out");
      expect(notes).toContain("effort='endless'; it was left out");
      await press(page, 'Measure');
      await page.waitForSelector('.notice.error', done);
      expect(await text(page, '.notice.error')).toContain("has 'nowhere' in its name");
    }));
});
