/** The tab Verify, as visitors use it: on a GPU that is right, on one that is wrong, and on one that goes away. */
import { describe, expect, test, vi } from 'vitest';
import { loseDevice, useFaultyPages } from './faults.ts';
import { usePages, withoutBrowser } from './pages.ts';
import { copied, press, saved, text, texts, useTab } from './tab-page.ts';

const pages = usePages();
const faulty = useFaultyPages(pages);
/** Compiling takes a software adapter seconds, and more where other tests run beside. */
vi.setConfig({ testTimeout: 240_000 });
const done = { timeout: 200_000 } as const;

describe.skipIf(withoutBrowser)('verify', () => {
  const { visit } = useTab(() => pages);

  test('compares row by row, says that all is well, and gives the document of the command line', () =>
    visit('?tab=verify&only=residual,%20s', async (page) => {
      await press(page, 'Verify');
      await page.waitForSelector('.verified tbody tr', done);
      await page.waitForSelector('.verified .notice', done);
      const rows = await texts(page, '.verified tbody tr');
      expect(rows.length).toBeGreaterThan(3);
      for (const row of rows) expect(row).toMatch(/^residuals\w+.*passed[\d.]+ %\d+/);
      expect(await text(page, '.verified .notice')).toContain(`All ${rows.length} rows pass`);
      expect(await text(page, '.counts')).toBe(`${rows.length} compared, 0 failed`);
      const kept = JSON.parse(await saved(page, 'Download JSON'));
      expect(kept).toMatchObject({
        command: 'verify',
        config: { quick: true, filter: 'residual, s' },
        environment: { in: 'page' },
        outcome: { kind: 'finished' },
        adapter: { software: true },
        passed: true,
      });
      expect(kept.rows.map((row: { kernel: string }) => row.kernel)).toEqual(rows.map(() => 'residual'));
      expect(new URL(page.url()).searchParams.get('only')).toBe('residual, s');
    }));

  test('stopped, it keeps the rows that there are; the claims can be stopped as well', () =>
    visit('?tab=verify', async (page) => {
      await press(page, 'Verify');
      await page.waitForSelector('.verified tbody tr', done);
      expect(await texts(page, '.claims-part button:disabled')).toContain('Reproduce');
      await press(page, 'Stop');
      await page.waitForSelector('.verified .notice', done);
      expect(await text(page, '.verified .notice')).toMatch(/It was stopped\.\d+ rows? .* of which 0 FAILED/);
      const kept = JSON.parse(await saved(page, 'Download JSON'));
      expect(kept.outcome).toEqual({ kind: 'aborted' });
      expect(kept.passed).toBeUndefined();
      expect(kept.rows.length).toBeGreaterThan(0);

      await press(page, 'Reproduce');
      await page.waitForFunction(() => {
        const bar = document.querySelector<HTMLProgressElement>('.claims-part progress');
        return bar !== null && bar.value > 0;
      }, done);
      await press(page, 'Stop reproducing');
      await page.waitForSelector('.claims-part .notice', done);
      expect(await text(page, '.claims-part .notice')).toContain('Stopped during');
    }));

  test('a name that no kernel has is told', () =>
    visit('?tab=verify&only=<b>', async (page) => {
      await press(page, 'Verify');
      await page.waitForSelector('.verify .notice.error', done);
      expect(await text(page, '.verify .notice.error')).toContain("Nothing that is compared has '<b>' in its name");
    }));
});

describe.skipIf(withoutBrowser)('on a GPU with a fault', () => {
  const { visit } = useTab(faulty);

  test('the kernel that is wrong stands first, with what is wrong', () =>
    visit('?tab=verify&only=residual,%20s', async (page) => {
      await press(page, 'Verify');
      await page.waitForSelector('.verified .notice', done);
      expect(await text(page, '.verified .notice')).toMatch(/1 of \d+ rows FAILED/);
      expect(await text(page, '.counts')).toMatch(/ 1 failed$/);
      const [first, ...others] = await texts(page, '.verified tbody tr');
      expect(first).toMatch(/^residual.*failed.*residuals\[\d+\] = .*expected/);
      for (const row of others) expect(row).toContain('passed');
      const markdown = await copied(page, 'Copy for a bug report');
      expect(markdown).toMatch(/\| adapter \| google swiftshader \(software\) \|/);
      expect(markdown).toMatch(/\| browser \| .*Chrome/);
      expect(markdown).toContain('### Failed');
      expect(markdown.match(/^\| ✗ \|/gm)?.length).toBe(1);
      const kept = JSON.parse(await saved(page, 'Download JSON'));
      expect(kept.passed).toBe(false);
      // In the order of the computation, not of what is shown.
      expect(kept.rows.findIndex((row: { passed: boolean }) => !row.passed)).toBe(1);
    }));

  test('a device that is lost while verifying ends it, and names the comparison', () =>
    visit('?tab=verify', async (page) => {
      await press(page, 'Verify');
      await page.waitForSelector('.verified tbody tr', done);
      await loseDevice(page);
      await page.waitForSelector('.verified .notice', done);
      expect(await text(page, '.verified .notice')).toMatch(/The device was lost while '.+' was compared/);
      const kept = JSON.parse(await saved(page, 'Download JSON'));
      expect(kept.outcome).toMatchObject({ kind: 'failed', code: 'DEVICE_LOST' });
      expect(kept.rows.length).toBeGreaterThan(0);
      expect(kept.rows.every((row: { passed: boolean }) => row.passed)).toBe(true);
    }));

  test('a device that is lost while measuring leaves what was measured, and the next measurement has another', () =>
    visit('?tab=benchmark&suites=roofline', async (page) => {
      await press(page, 'Measure');
      await page.waitForSelector('.so-far tbody tr', done);
      await loseDevice(page);
      await page.waitForSelector('.result', done);
      expect(await text(page, '.result .lines')).toMatch(/The device was lost: \d+ cases? measured/);
      const kept = JSON.parse(await saved(page, 'Download JSON'));
      expect(kept.outcome).toMatchObject({ kind: 'lost', error: { code: 'DEVICE_LOST' } });
      expect(kept.cases.length).toBeGreaterThan(0);
      await press(page, 'Measure');
      await page.waitForSelector('.so-far tbody tr', done);
      await press(page, 'Stop');
      await page.waitForFunction(
        () => /Interrupted/.test(document.querySelector('.result .lines')?.textContent ?? ''),
        done,
      );
    }));
});
