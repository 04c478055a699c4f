import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { afterAll, describe, expect, test } from 'vitest';
import { parquetBytes } from '../../../src/host/results/parquet.ts';
import type { StoredRow } from '../../../src/host/results/schema.ts';
import { csvLines, tableOf } from '../../../src/host/results/table.ts';

/** A run of two replicas of which one diverges, and a flow: every kind of number, metrics that are lists, and gaps. */
const rows: StoredRow[] = [
  { run: 'train', step: 0, values: { loss: [0.1, 1e300], singularValues: [[2, 1], [3]] }, diverged: [] },
  {
    run: 'train',
    step: 4_000_000_000,
    values: { loss: [Number.NaN, Number.POSITIVE_INFINITY], gap: [5e-324, Number.NEGATIVE_INFINITY] },
    diverged: [{ replica: 1, step: 3 }],
  },
  { run: 'flow, "plain"', step: 2, time: 0.5, values: { loss: [1 / 3] }, diverged: [] },
];
const names = ['run', 'step', 'time', 'replica', 'loss', 'singularValues_0', 'singularValues_1', 'gap', 'diverged'];
const lines = [
  ['train', 0, null, 0, 0.1, 2, 1, null, null],
  ['train', 0, null, 1, 1e300, 3, null, null, null],
  ['train', 4_000_000_000, null, 0, Number.NaN, null, null, 5e-324, null],
  ['train', 4_000_000_000, null, 1, Number.POSITIVE_INFINITY, null, null, Number.NEGATIVE_INFINITY, 3],
  ['flow, "plain"', 2, 0.5, 0, 1 / 3, null, null, null, null],
];
const csv = [...csvLines(tableOf({ rows }))].join('');
const parquet = parquetBytes(tableOf({ rows }), { 'flatwalk.summary': '{"schema":2}' });

describe('rows as a table', () => {
  test('have a line for each run, step and replica, and a column for each metric', () => {
    const { columns, rows: count } = tableOf({ rows });
    expect(columns.map(({ name }) => name)).toEqual(names);
    expect(count).toBe(5);
    expect(lines.map((_, k) => columns.map(({ values }) => values[k]))).toEqual(lines);
  });

  test('as CSV: what is not finite is told from what is not there', () => {
    const [head, ...read] = parse(csv) as string[][];
    expect(head).toEqual(names);
    expect(read).toEqual(lines.map((line) => line.map((value) => (value === null ? '' : String(value)))));
    expect(read[2][4]).toBe('NaN');
  });

  test('as Parquet, read by another library', async () => {
    const file = parquet.slice().buffer;
    const read = await parquetReadObjects({ file });
    const plain = read.map((row) =>
      names.map((name) => (typeof row[name] === 'bigint' ? Number(row[name]) : row[name])),
    );
    expect(plain.map((row) => row.map((value) => value ?? null))).toEqual(lines);
    const { key_value_metadata: metadata } = parquetMetadata(file);
    expect(metadata).toEqual([{ key: 'flatwalk.summary', value: '{"schema":2}' }]);
  });

  test('of no rows at all', async () => {
    const empty = tableOf({ rows: [] });
    expect([...csvLines(empty)].join('')).toBe('run,step,replica,diverged\n');
    expect(await parquetReadObjects({ file: parquetBytes(empty, {}).slice().buffer })).toEqual([]);
  });
});

const folder = mkdtempSync(join(tmpdir(), 'flatwalk-table-'));
afterAll(() => rmSync(folder, { recursive: true }));
const python = process.env.FLATWALK_PYTHON ?? 'python3';

/** Whether Python has these modules; says which it lacks. */
function pythonHas(modules: string): boolean {
  try {
    execFileSync(python, ['-c', `import ${modules}`], { stdio: 'ignore' });
    return true;
  } catch {
    console.log(`skipped: ${python} does not import ${modules}: FLATWALK_PYTHON names another`);
    return false;
  }
}

/** What Python prints, as JSON; its NaN and infinities are words here. */
function ask(program: string): unknown {
  writeFileSync(join(folder, 'rows.csv'), csv);
  writeFileSync(join(folder, 'rows.parquet'), parquet);
  return JSON.parse(execFileSync(python, ['-c', program], { cwd: folder, encoding: 'utf8' }));
}

const pandas = pythonHas('pandas, pyarrow');
const duckdb = pythonHas('duckdb');
const losses = ['0.1', '1e+300', 'nan', 'inf', '0.3333333333333333'];

describe('read in Python', () => {
  test.skipIf(!pandas)('by pandas from Parquet, with null and NaN told apart [pandas and pyarrow in Python]', () => {
    const program = `
import json, pyarrow.parquet as pq
t = pq.read_table('rows.parquet')
print(json.dumps({'types': [str(f.type) for f in t.schema], 'loss': [str(v) for v in t['loss'].to_pylist()],
  'gap': [str(v) for v in t['gap'].to_pylist()], 'step': t['step'].to_pylist(), 'run': t.to_pandas()['run'].tolist(),
  'metadata': t.schema.metadata[b'flatwalk.summary'].decode()}))`;
    expect(ask(program)).toEqual({
      types: ['string', 'int64', 'double', 'int64', 'double', 'double', 'double', 'double', 'int64'],
      loss: losses,
      gap: ['None', 'None', '5e-324', '-inf', 'None'],
      step: lines.map((line) => line[1]),
      run: lines.map((line) => line[0]),
      metadata: '{"schema":2}',
    });
  });

  test.skipIf(!pandas)('by pandas from CSV [pandas in Python]', () => {
    const program = `
import json, pandas as pd
t = pd.read_csv('rows.csv', float_precision='round_trip')
print(json.dumps({'columns': list(t.columns), 'loss': [str(v) for v in t['loss'].tolist()], 'run': t['run'].tolist()}))`;
    expect(ask(program)).toEqual({ columns: names, loss: losses, run: lines.map((line) => line[0]) });
  });

  test.skipIf(!duckdb)('by DuckDB from both [duckdb in Python]', () => {
    const program = `
import json, duckdb
ask = lambda file: [str(v) for (v,) in duckdb.sql(f"select loss from '{file}'").fetchall()]
nulls = lambda file: duckdb.sql(f"select count(*) from '{file}' where gap is null").fetchone()[0]
print(json.dumps([ask('rows.csv'), ask('rows.parquet'), nulls('rows.csv'), nulls('rows.parquet')]))`;
    expect(ask(program)).toEqual([losses, losses, 3, 3]);
  });
});
