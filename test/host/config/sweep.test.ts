/** Grids of runs: one that fails spoils no other, and what has ended is not run again. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cellsOf, parseAxis } from '../../../src/host/config/vary.ts';
import '../../gpu.ts';
import { useProgram } from '../program.ts';

describe('what is varied', () => {
  test('values are those of the setting, and every combination is a cell', () => {
    expect(parseAxis('step-size=auto, 1e-2')).toEqual({ key: 'stepSize', values: ['auto', 0.01] });
    expect(parseAxis('retractFirst=true,false')).toEqual({ key: 'retractFirst', values: [true, false] });
    const schedules = parseAxis('stepSizeSchedule=constant; cosine,final=0.1');
    expect(schedules.values).toEqual(['constant', 'cosine,final=0.1']);
    expect(cellsOf([parseAxis('seed=0,1'), schedules])).toEqual([
      { name: 'seed=0,stepSizeSchedule=constant', settings: { seed: 0, stepSizeSchedule: 'constant' } },
      { name: 'seed=0,stepSizeSchedule=cosine_final_0.1', settings: { seed: 0, stepSizeSchedule: 'cosine,final=0.1' } },
      { name: 'seed=1,stepSizeSchedule=constant', settings: { seed: 1, stepSizeSchedule: 'constant' } },
      { name: 'seed=1,stepSizeSchedule=cosine_final_0.1', settings: { seed: 1, stepSizeSchedule: 'cosine,final=0.1' } },
    ]);
  });

  const wrong: [axes: string[], message: string][] = [
    [['stpSize=1'], "There is no setting 'stpSize' to vary\n  Did you mean stepSize?"],
    [['dataChecksum=1'], "There is no setting 'dataChecksum' to vary"],
    [['out=a'], "There is no setting 'out' to vary\n  Write stepSize=0.01,0.1."],
    [['width'], "width: there is the value ''\n  It must be a whole number, 1 or more."],
    [['width=1,,2'], "width: there is the value ''"],
    [['width=1,1'], 'A setting or a value is varied twice'],
    [['width=1', 'width=2'], 'A setting or a value is varied twice'],
  ];
  test.each(wrong)('%j is refused', (axes, message) => {
    expect(() => cellsOf(axes.map(parseAxis))).toThrow(message);
  });
});

describe('a sweep', () => {
  const program = useProgram();
  const base = ['sweep', '--generate', 'unit', '--n', '3', '--d', '4', '--width', '4', '--metrics', 'loss'];
  const summaryOf = (...path: string[]) =>
    JSON.parse(readFileSync(join(program.folder, ...path, 'summary.json'), 'utf8'));

  test('marks what failed with the reason, runs the rest, and exits 1; again, it skips what has ended', async () => {
    const grid = ['--vary', 'stepSize=0.01,1e30', '--vary', 'width=4,100000000', '--steps', '50'];
    const args = [...base, ...grid, '--out', 'grid', '--json'];
    const first = await program.flatwalk(args);
    expect(first.code).toBe(1);
    const { cells, outcome } = JSON.parse(first.out);
    expect(outcome).toEqual({ kind: 'finished', failed: 3, left: 0 });
    const kinds = cells.map((one: { cell: string; outcome: { kind: string } }) => [one.cell, one.outcome.kind]);
    expect(kinds).toEqual([
      ['stepSize=0.01,width=4', 'finished'],
      ['stepSize=0.01,width=100000000', 'failed'],
      ['stepSize=1e+30,width=4', 'diverged'],
      ['stepSize=1e+30,width=100000000', 'failed'],
    ]);
    for (const [name, kind] of kinds) expect(summaryOf('grid', name).outcome.kind, name).toBe(kind);
    const failed = summaryOf('grid', 'stepSize=0.01,width=100000000');
    expect(failed.outcome).toMatchObject({ code: 'LIMIT', message: expect.stringContaining('--width 100000000') });
    const written = () => statSync(join(program.folder, 'grid/stepSize=0.01,width=4/summary.json')).mtimeMs;
    const before = written();
    const again = await program.flatwalk(args);
    expect(JSON.parse(again.out).cells).toEqual(cells);
    expect(written()).toBe(before);
    const other = await program.flatwalk([...args, '--noise', '3']);
    expect(other).toMatchObject({ code: 2, err: expect.stringContaining('grid/sweep.json is of a sweep with other') });
  });

  test('Ctrl-C keeps the cells that have ended, exit 130; again, only the others run', async () => {
    // The second cell would go on for hours; the third is never reached.
    const grid = ['--vary', 'steps=20,4000000000,30', '--every', '10', '--out', 'cut', '--json'];
    const ended = await new Promise<{ code: number | null; out: string }>((done) => {
      const child = execFile(
        process.execPath,
        [program.file, ...base, ...grid],
        { cwd: program.folder, env: process.env, maxBuffer: 2 ** 26 },
        (_, out) => {
          clearInterval(looking);
          done({ code: child.exitCode, out });
        },
      );
      const looking = setInterval(() => {
        if (!existsSync(join(program.folder, 'cut/steps=4000000000/metrics.ndjson'))) return;
        clearInterval(looking);
        child.kill('SIGINT');
      }, 50);
    });
    expect(ended.code).toBe(130);
    expect(JSON.parse(ended.out).outcome).toMatchObject({ kind: 'aborted', left: 1 });
    expect(summaryOf('cut', 'steps=20').outcome).toEqual({ kind: 'finished', step: 20 });
    expect(summaryOf('cut', 'steps=4000000000').outcome.kind).toBe('aborted');
    expect(existsSync(join(program.folder, 'cut/steps=30'))).toBe(false);
    const rest = await program.flatwalk([...base, '--vary', 'steps=20,30', '--every', '10', '--out', 'cut']);
    expect(rest.code).toBe(0);
    expect(rest.out).toContain('steps=20: finished at step 20 (before)');
    expect(rest.out).toContain('steps=30: finished at step 30\n');
  });
});
