/** The examples in docs/instruments do what they say. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as geometry from '../../src/engine/geometry/index.ts';
import * as flatwalk from '../../src/engine/index.ts';
import * as node from '../../src/host/node/index.ts';
import * as data from '../../src/model/data.ts';

const folder = 'docs/instruments';
const chapters = readdirSync(folder).filter((file) => file.endsWith('.md') && file !== 'README.md');
const modules: Record<string, object> = {
  flatwalk,
  'flatwalk/data': data,
  'flatwalk/geometry': geometry,
  'flatwalk/node': node,
};
const textOf = (file: string) => readFileSync(join(folder, file), 'utf8');
const codeOf = (text: string) => /```ts\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
const preamble = codeOf(textOf('README.md'));

/** What the code prints, line by line, a space between values. */
async function printed(code: string): Promise<string[]> {
  const scope: Record<string, unknown> = {};
  const body = code.replaceAll(/import \{([^}]*)\} from '([^']*)';/g, (_, names: string, from: string) => {
    for (const name of names.split(',').map((one) => one.trim())) {
      expect(modules[from], `${name} from ${from}`).toHaveProperty(name);
      scope[name] = (modules[from] as Record<string, unknown>)[name];
    }
    return '';
  });
  const lines: string[] = [];
  scope.console = { log: (...values: unknown[]) => lines.push(values.map(short).join(' ')) };
  const Async = Object.getPrototypeOf(async () => {}).constructor;
  await new Async(...Object.keys(scope), `${body}; engine.dispose();`)(...Object.values(scope));
  return lines;
}

const short = (value: unknown) => (typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value));

describe.each(chapters)('%s', (file) => {
  const text = textOf(file);

  test('its example prints what is shown below it', async () => {
    const shown = /```text\n([\s\S]*?)```/.exec(text)?.[1].trimEnd().split('\n') ?? [];
    const lines = await printed(preamble + codeOf(text));
    const words = (line: string) => line.split(' ').map((word) => (Number.isNaN(Number(word)) ? word : null));
    const numbers = (line: string) =>
      line
        .split(' ')
        .map(Number)
        .filter((value) => !Number.isNaN(value));
    expect(lines.map(words), lines.join('\n')).toEqual(shown.map(words));
    // Four digits are shown; adapters may round the last one differently.
    for (const [k, line] of lines.entries()) {
      for (const [i, value] of numbers(line).entries()) {
        const want = numbers(shown[k])[i];
        expect(Math.abs(value - want), `${line}, where ${shown[k]} is shown`).toBeLessThanOrEqual(
          2e-3 * Math.abs(want),
        );
      }
    }
  });

  test('its picture is there', () => {
    const pictures = [...text.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map((match) => match[1]);
    expect(pictures.length).toBeGreaterThan(0);
    for (const picture of pictures) expect(readFileSync(join(folder, picture), 'utf8')).toMatch(/^<svg /);
  });
});
