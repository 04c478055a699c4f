/** The conversation with child processes, held with programs of Node, which are always there. */
import { describe, expect, test } from 'vitest';
import { peerCases, questionOf } from '../../../bench/peers/cases.ts';
import type { PeerCase } from '../../../bench/peers/peer.ts';
import { openPython, openScript, pack, pythonProgram, unpack } from '../../../bench/peers/python.ts';

const one = peerCases[0];
const form = { name: 'a form', kind: 'steps', form: 'scan', noise: 'inside', replicas: 'one' };
const hello = {
  ok: true,
  name: 'Fake',
  version: '1',
  device: 'none',
  forms: [form],
  missing: [{ name: 'Other', reason: 'gone' }],
};

/** A program that answers each question with what `answers` says, by the word of what is to be done. */
function script(answers: Record<string, string>): string[] {
  const text = `
    const answers = ${JSON.stringify({ hello: `say(${JSON.stringify(hello)})`, ...answers })};
    const say = (what) => process.stdout.write(JSON.stringify(what) + '\\n');
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const asked = JSON.parse(line);
      if (asked.do === 'end') process.exit(0);
      eval(answers[asked.do] ?? "say({ ok: false, error: 'not known' })");
    });`;
  return ['-e', text];
}

const open = (answers: Record<string, string>) => openScript(process.execPath, script(answers));

describe('conversation', () => {
  test('numbers keep their bits', () => {
    const floats = Float32Array.of(1.1, -0, Number.MIN_VALUE, 3.4e38, Number.POSITIVE_INFINITY);
    expect(unpack(pack(floats))).toEqual(floats);
    const part = new Int32Array([7, -1, 2 ** 31 - 1, 5]).subarray(1, 3);
    expect(unpack(pack(part))).toEqual(Int32Array.of(-1, 2 ** 31 - 1));
  });

  test('what a script offers, how it is asked, and what it answers', async () => {
    const { library, missing } = await open({
      prepare: 'globalThis.problem = asked.problem; say({ ok: true, unitsPerRun: 12 })',
      answer: 'say({ ok: true, values: asked.question.noises })',
      run: 'globalThis.count = asked.count; say({ ok: true })',
      release: 'say({ ok: true })',
    });
    expect(missing).toEqual([{ name: 'Other', reason: 'gone' }]);
    expect(library).toMatchObject({ name: 'Fake', version: '1', device: 'none' });
    const [peer] = library.peers;
    expect(peer).toMatchObject({ name: 'Fake, a form', library: 'Fake', form: 'scan', noise: 'inside' });
    const suited = peerCases.filter((c: PeerCase) => peer.suits(c));
    expect(suited.every(({ kind, replicas }) => kind === 'steps' && replicas === 1)).toBe(true);
    expect(suited.length).toBeGreaterThan(1);
    const program = await peer.prepare(one);
    expect(program.unitsPerRun).toBe(12);
    await program.run(3);
    const question = questionOf(one);
    if (question.kind !== 'steps') throw new Error('the first case is one of steps');
    expect(await program.answer(question)).toEqual(question.noises);
    await program.dispose();
    await library.close();
  });

  test('an error of the script is told, and the conversation goes on', async () => {
    const { library } = await open({ prepare: "say({ ok: false, error: 'ValueError: no' })" });
    const [peer] = library.peers;
    await expect(peer.prepare(one)).rejects.toThrow('ValueError: no');
    await expect(peer.prepare(one)).rejects.toThrow('ValueError: no');
    await library.close();
  });

  test('a script that dies says its last words to whoever waits', async () => {
    const { library } = await open({
      prepare: "process.stderr.write('first\\nout of memory\\n'); process.exitCode = 3; process.stdin.destroy()",
    });
    const [peer] = library.peers;
    await expect(peer.prepare(one)).rejects.toThrow('out of memory');
    await expect(peer.prepare(one)).rejects.toThrow('out of memory');
    await library.close();
  });

  test('a script that is busy is ended all the same', async () => {
    const { library } = await open({
      prepare: 'say({ ok: true, unitsPerRun: 1 })',
      run: "process.stderr.write('x'); for (;;);",
    });
    const program = await library.peers[0].prepare(one);
    const ended = expect(program.run(1)).rejects.toThrow();
    // Asked before it is told to end.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await library.close();
    await ended;
  });
});

describe('a Python that cannot do it', () => {
  test('which one is started', () => {
    expect(pythonProgram('mine', { FLATWALK_PYTHON: 'theirs' })).toBe('mine');
    expect(pythonProgram(undefined, { FLATWALK_PYTHON: 'theirs' })).toBe('theirs');
    expect(pythonProgram(undefined, {})).toBe('python3');
  });

  test('no such program: how to name one', async () => {
    const { libraries, missing } = await openPython('bench/peers', '/no/such/python');
    expect(libraries).toEqual([]);
    expect(missing.map(({ name }) => name)).toEqual(['PyTorch', 'JAX']);
    for (const { reason } of missing) expect(reason).toMatch(/no Python '\/no\/such\/python'.*--python/);
  });

  test('a program that is no Python: what it says', async () => {
    const { libraries, missing } = await openPython('bench/peers', process.execPath);
    expect(libraries).toEqual([]);
    for (const { reason, install } of missing) {
      expect(reason).toContain(`${process.execPath} says: `);
      expect(install).toBeUndefined();
    }
  });
});
