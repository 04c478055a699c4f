/** The tab "Your data": files are dropped, described, and trained on as flatwalk run would. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { Page } from '../../src/host/chrome/index.ts';
import { encodeNpy } from '../../src/host/files/npy.ts';
import { encodeNpz } from '../../src/host/files/npz.ts';
import { root, useProgram } from '../host/program.ts';
import { usePages, withoutBrowser } from './pages.ts';
import { useVisits } from './visits.ts';

vi.setConfig({ testTimeout: 120_000 });
const pages = usePages();
const program = useProgram();
const folder = mkdtempSync(join(tmpdir(), 'flatwalk-dropped-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const coffee = join(root, 'docs/examples/coffee.csv');
const X = { shape: [3, 4], values: Float64Array.from([1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 1]) };
const y = { shape: [3], values: Float64Array.from([1, -2, 3]) };

describe.skipIf(withoutBrowser)('your data', () => {
  const visits = useVisits(pages);
  /** Keeps the rows that runs tell. */
  const before = (page: Page) =>
    page.evaluateOnNewDocument(() => {
      const rows: unknown[] = [];
      Object.assign(globalThis, { rowsToldHere: rows });
      const Plain = Worker;
      globalThis.Worker = class extends Plain {
        constructor(address: string | URL, options?: WorkerOptions) {
          super(address, options);
          this.addEventListener('message', ({ data }) => {
            if (data.kind === 'event' && data.event?.kind === 'row' && !data.event.passing) rows.push(data.event.row);
          });
        }
      };
    });
  const visit = (query: string, action: (page: Page) => Promise<void>) => visits.visit(query, action, { before });

  const panel = (page: Page) => page.$eval('#panel', (element) => element.textContent ?? '');
  const says = (page: Page, part: string | RegExp) =>
    vi.waitFor(async () => expect(await panel(page)).toMatch(part), 30_000);
  const dropFiles = async (page: Page, ...paths: string[]) => {
    const input = await page.waitForSelector('input[type=file]');
    await (input as unknown as { uploadFile(...paths: string[]): Promise<void> }).uploadFile(...paths);
  };
  const press = (page: Page, words: string) =>
    page.evaluate((words) => {
      const found = [...document.querySelectorAll('button')].find((one) => one.textContent === words);
      if (!found) throw new Error(`there is no button '${words}'`);
      found.click();
    }, words);

  test('a table is described, and trained on to the bits of flatwalk run', async () => {
    copyFileSync(coffee, join(program.folder, 'coffee.csv'));
    const numbers = [
      '--noise',
      '2',
      '--replicas',
      '2',
      '--steps',
      '40',
      '--every',
      '10',
      '--seed',
      '3',
      '--width',
      '8',
    ];
    const args = ['run', '--data', 'coffee.csv', '--target', 'score', '--scale', 'unit-norm', ...numbers];
    const { code, err } = await program.flatwalk([
      ...args,
      ...['--init-std', '0.5', '--metrics', 'loss,stableRank', '--plan', 'model', '--out', 'here'],
    ]);
    expect(code, err).toBe(0);
    const { config } = program.summaryIn('here');
    const query = '?tab=data&replicas=2&steps=40&every=10&seed=3&metrics=loss,stableRank';
    await visit(query, async (page) => {
      await dropFiles(page, coffee);
      await says(page, '8 data points in 12 dimensions');
      await says(page, 'Rank of X8 of 8');
      await press(page, 'Scale rows to length 1');
      await says(page, 'Scaled rows of length 3.18 to 5.51 to length 1');
      await press(page, 'Train on it');
      await page.waitForSelector('#start:not(:disabled)');
      const search = new URL(page.url()).searchParams;
      expect(search.get('data')).toBe('coffee.csv');
      expect(search.get('dataChecksum')).toBe(config.dataChecksum);
      await page.click('#start');
      const told = () => page.evaluate('rowsToldHere') as Promise<{ step: number; values: object }[]>;
      await vi.waitFor(async () => expect((await told()).at(-1)?.step).toBe(40), 90_000);
      const expected = program.rowsIn('here').map(({ step, loss, stableRank }) => ({ step, loss, stableRank }));
      const rows = (await told()).map(({ step, values }) => ({ step, ...values }));
      expect(rows).toEqual(expected);
    });
  });

  test('arrays in two .npy files, whatever comes first, and in .npz', () =>
    visit('?tab=data', async (page) => {
      await dropFiles(page, file('y.npy', encodeNpy(y)), file('X.npy', encodeNpy(X)));
      await says(page, '3 data points in 4 dimensions');
      await says(page, 'Labelsy.npy: -2 to 3');
      await dropFiles(page, file('both.npz', encodeNpz({ X, y })));
      await says(page, 'Labelsy: -2 to 3');
      await dropFiles(page, file('packed.csv.gz', gzipSync('a,b,y\n1,0,5\n1,0,6\n')));
      await says(page, '1 row with the inputs of another one and another label');
      await says(page, 'rank 1 of 2 rows');
      await press(page, 'Forget all files');
      await vi.waitFor(async () => expect(await panel(page)).not.toContain('packed.csv.gz'));
    }));

  test('arrays of other names are inputs by their columns, all of them or some', () =>
    visit('?tab=data', async (page) => {
      await dropFiles(page, file('odd.npz', encodeNpz({ features: X, price: y })));
      await says(page, '3 data points in 4 dimensions');
      await page.click('input[name=input]');
      await says(page, '3 data points in 3 dimensions');
      await page.click('input[name=input]');
      await says(page, '3 data points in 4 dimensions');
    }));

  test.each([
    ['words.csv', 'a,y\n1,2\nx,3\n', "line 3, column 'a': 'x' is not a number"],
    ['huge.csv', 'a,y\n1e60,2\n', "line 2, column 'a': 1e60 is outside the range of f32"],
    ['cut.npz', encodeNpz({ X, y }).subarray(0, 300), 'it is cut off or damaged'],
    ['cut.csv.gz', gzipSync('a,y\n1,2\n'.repeat(50)).subarray(0, 30), 'it is cut off, or not compressed with gzip'],
    ['quote.csv', 'a,y\n"1,2\n', 'Close every quotation mark'],
    ['empty.csv', '', 'it is empty'],
    ['table.xlsx', 'PK', 'its name must end in'],
    ['two.csv', 'a,a,y\n1,2,3\n', "two columns are called 'a'"],
  ])('%s is refused in words', (name, content, words) =>
    visit('?tab=data', async (page) => {
      await dropFiles(page, file(name, content));
      await says(page, words);
      expect((await page.$$('button.primary')).length).toBe(0);
    }),
  );

  test('a label column that has no numbers is refused, and another one helps', () =>
    visit('?tab=data', async (page) => {
      await dropFiles(page, file('named.csv', 'a,b,name\n1,2,<b>x</b>\n3,5,z\n'));
      await says(page, "column 'name': '<b>x</b>' is not a number");
      await page.select('select[name=target]', 'b');
      await page.click('input[name=input][value=name]');
      await says(page, '2 data points in 1 dimension');
      expect((await page.$$('#panel b')).length).toBe(0);
    }));

  test('a link says which file it was made with, and tells another one of that name', () =>
    visit(`?tab=data&data=mine.csv&target=y&dataChecksum=${'0'.repeat(64)}`, async (page) => {
      const notices = () => page.$eval('main', (main) => main.textContent ?? '');
      await vi.waitFor(async () => expect(await notices()).toContain('These settings were made with mine.csv'));
      await dropFiles(page, file('mine.csv', 'a,y\n1,2\n'));
      await says(page, 'The data in mine.csv are not those that the config was made for');
      expect(await notices()).not.toContain('These settings were made with');
      await press(page, 'Train on it');
      await page.waitForSelector('#start:not(:disabled)');
      expect(new URL(page.url()).searchParams.get('dataChecksum')).not.toBe('0'.repeat(64));
    }));

  test('weights and settings say what they are, and are taken over', () =>
    visit('?tab=data', async (page) => {
      const theta = { shape: [2, 5, 4], values: new Float32Array(40).fill(0.1) };
      await dropFiles(page, file('w.npz', encodeNpz({ theta })), file('c.json', '{"noise": 0.25, "generate": "unit"}'));
      await says(page, 'weights of 2 networks of 5 neurons for data of 4 dimensions');
      await press(page, 'Take these settings over');
      await vi.waitFor(() => expect(new URL(page.url()).searchParams.get('noise')).toBe('0.25'));
    }));

  test('nothing in it is an obstacle', () =>
    visit('?tab=data', async (page) => {
      await dropFiles(page, coffee);
      await page.waitForSelector('button.primary');
      await page.evaluate(readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8'));
      const source =
        'axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))';
      expect(await page.evaluate(source)).toEqual([]);
    }));
});
