import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import type { PeersResult } from '../../../bench/peers/compare.ts';
import { useBuilt } from '../../built.ts';
import '../../gpu.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const program = useBuilt('cli');
// Called from outside the project.
const elsewhere = mkdtempSync(join(tmpdir(), 'flatwalk-peers-'));
afterAll(() => rmSync(elsewhere, { recursive: true }));

function peers(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const all = [program, 'bench', '--peers', '--tiny', '--python', '/no/such/python', ...args];
  return new Promise((done) => {
    const child = execFile(process.execPath, all, { cwd: elsewhere }, (_, out, err) => {
      done({ code: child.exitCode, out, err });
    });
  });
}

test('one document, whose form others may rely on', async () => {
  // Nothing of Python is there, and JavaScript's libraries do no probes: the same everywhere, whatever is installed.
  const { code, out, err } = await peers('--filter', 'small/probe', '--json');
  const document: PeersResult & Record<string, unknown> = JSON.parse(out);
  expect(document).toMatchObject({
    command: 'bench',
    suite: 'peers',
    adapter: { name: expect.any(String), software: expect.any(Boolean) },
    environment: { in: 'node', node: process.version },
    outcome: { kind: 'finished' },
    cases: [{ case: 'small/probe', unit: 'probe', ours: expect.any(Number), check: { passed: true }, peers: {} }],
  });
  expect(Number.isNaN(Date.parse(String(document.date)))).toBe(false);
  const why = document.missing.find(({ name }) => name === 'PyTorch')?.reason;
  expect(why).toContain("no Python '/no/such/python'");
  for (const row of document.rows) expect(row).toMatchObject({ verdict: 'not measured', why: `PyTorch: ${why}` });
  expect(code).toBe(0);
  expect(err).toContain('not measured: PyTorch');
});

test('what cannot be meant is refused', async () => {
  for (const [args, message] of [
    [['--filter', 'no such case'], "has 'no such case' in its name"],
    [['--filter', 'PyTorch, no such form'], "PyTorch is not here: there is no Python '/no/such/python' to start"],
    [['--suite', 'steps'], 'cannot be used with option'],
    [['--in', 'chrome'], '--peers compares in Node only'],
    [['--threshold', '10%'], '--threshold does nothing without --baseline'],
  ] as const) {
    const { code, out, err } = await peers(...args);
    expect([args, code]).toEqual([args, 2]);
    expect(err).toContain(message);
    expect(out).not.toContain('comparisons');
  }
});
