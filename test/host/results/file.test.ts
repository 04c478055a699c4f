/** Files that hold one document. */
import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ResultsFile } from '../../../src/host/results/file.ts';

const folder = mkdtempSync(join(tmpdir(), 'flatwalk-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);

describe.skipIf(process.platform === 'win32')('what is no plain file [not on Windows]', () => {
  test('a link goes on leading to its file', () => {
    writeFileSync(at('real.json'), 'before');
    symlinkSync(at('real.json'), at('link.json'));
    expect(() => new ResultsFile(at('link.json'))).toThrow('link.json exists already');
    new ResultsFile(at('link.json'), { force: true }).writeContent(['af', 'ter']);
    expect(lstatSync(at('link.json')).isSymbolicLink()).toBe(true);
    expect(readFileSync(at('real.json'), 'utf8')).toBe('after');
    expect(readdirSync(folder).sort()).toEqual(['link.json', 'real.json']);
  });

  test('a device is written to, and stays what it is', () => {
    // A copy of its own, since whoever may replace the system's would.
    const made = at('null');
    try {
      execFileSync('mknod', [made, 'c', '1', '3'], { stdio: 'ignore' });
    } catch {
      execFileSync('mkfifo', [made]);
    }
    const device = statSync(made).isCharacterDevice();
    const file = new ResultsFile(made, { force: true });
    if (device) file.writeContent(['nothing', 'of it stays']);
    expect(statSync(made).isFile()).toBe(false);
    expect(readdirSync(folder)).not.toContain('null.new');
  });
});
