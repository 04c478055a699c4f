import { FlatwalkError } from '../model/errors.ts';
import type { Slot } from './kernel.ts';

/**
 * From the files in shaders/ to the text of one shader module. Three things only:
 * - `// uses: <file>` in a header adds that file, once, in front;
 * - `// slot: <folder>` adds the file of that folder which the caller chose;
 * - `// @unroll` above a loop with constant bounds repeats its body, the loop variable being a literal.
 * Constants (sizes, seeds) are declarations in front, behind what is enabled. Every line remembers the file and line that it came from.
 */

/** Files by their places below shaders/, from what `import.meta.glob` gives. */
export function shaderTexts(files: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(files).map(([path, text]) => [path.replace(/^.*\/shaders\//, ''), text]));
}

/** The file of a kernel, which has its name. */
export function fileOf(kernel: string, files: ReadonlyMap<string, string>): string {
  return [...files.keys()].find((file) => `/${file}`.endsWith(`/${kernel}.wgsl`)) ?? kernel;
}

export interface Variant {
  readonly slots?: Partial<Record<Slot, string>>;
  /** Integers become `u32` constants, strings are taken as WGSL expressions. */
  readonly constants?: Readonly<Record<string, number | string>>;
}

export interface Line {
  readonly text: string;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

export interface Composed {
  readonly code: string;
  readonly lines: readonly Line[];
  /** The slots that were filled, those of fragments included. */
  readonly slots: readonly Slot[];
}

/** @throws SHADER for a file or a choice that is not among `files` */
export function compose(file: string, files: ReadonlyMap<string, string>, variant: Variant = {}): Composed {
  const constants = variant.constants ?? {};
  const lines: Line[] = Object.entries(constants).map(([name, value]) => ({
    text: typeof value === 'number' ? `const ${name}: u32 = ${value}u;` : `const ${name} = ${value};`,
    file: 'constants',
    line: 1,
  }));
  const seen = new Set<string>();
  const slots = new Set<Slot>();
  const add = (file: string, wantedBy: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = files.get(file);
    if (text === undefined) {
      throw new FlatwalkError('SHADER', `${wantedBy} needs shaders/${file}, which does not exist`, 'Check the name.');
    }
    for (const [, kind, name] of text.matchAll(/^\/\/ (uses|slot): (\S+)$/gm)) {
      if (kind === 'uses') add(name, file);
      else add(`${name}/${choice(name as Slot, file)}.wgsl`, file);
    }
    lines.push(...text.split('\n').map((line, i) => ({ text: line, file: `shaders/${file}`, line: i + 1 })));
  };
  const choice = (slot: Slot, file: string) => {
    slots.add(slot);
    const chosen = variant.slots?.[slot];
    if (chosen === undefined) {
      throw new FlatwalkError(
        'SHADER',
        `shaders/${file} has an empty slot '${slot}'`,
        `Choose a file of shaders/${slot}/.`,
      );
    }
    return chosen;
  };
  add(file, 'the engine');
  // Directives come before all declarations, those in front included.
  const isDirective = ({ text }: Line) => text.startsWith('enable ');
  const ordered = [...lines.filter(isDirective), ...lines.filter((line) => !isDirective(line))];
  const unrolled = unroll(ordered, constants);
  return { code: unrolled.map((l) => l.text).join('\n'), lines: unrolled, slots: [...slots] };
}

const LOOP = /^(\s*)for \(var (\w+) = (\d+)u; \2 < (\w+); \2\+\+\) \{$/;

/** Expands the loops marked `// @unroll`, inner ones too. */
export function unroll(lines: readonly Line[], constants: Readonly<Record<string, number | string>>): Line[] {
  const out: Line[] = [];
  for (let at = 0; at < lines.length; at++) {
    if (lines[at].text.trim() !== '// @unroll') {
      out.push(lines[at]);
      continue;
    }
    const head = lines[at + 1];
    const match = LOOP.exec(head?.text ?? '');
    const bound = match && (/^\d+u?$/.test(match[4]) ? Number.parseInt(match[4], 10) : constants[match[4]]);
    if (!match || typeof bound !== 'number') {
      throw new FlatwalkError(
        'SHADER',
        `${lines[at].file}:${lines[at].line}: '// @unroll' needs a loop of the form for (var k = 0u; k < CONSTANT; k++) {`,
        'Give the bound as a constant of the kernel.',
      );
    }
    const [, indent, variable, start] = match;
    const close = closing(lines, at + 1);
    const body = lines.slice(at + 2, close);
    const name = new RegExp(`\\b${variable}\\b`, 'g');
    for (let k = Number(start); k < bound; k++) {
      out.push({ ...head, text: `${indent}{` });
      out.push(
        ...unroll(
          body.map((l) => ({ ...l, text: l.text.replace(name, `${k}u`) })),
          constants,
        ),
      );
      out.push({ ...lines[close], text: `${indent}}` });
    }
    at = close;
  }
  return out;
}

/** The line that closes the braces which line `head` opens. */
function closing(lines: readonly Line[], head: number): number {
  let depth = 0;
  return lines.findIndex(({ text }, at) => {
    if (at < head) return false;
    const code = text.replace(/\/\/.*/, '');
    depth += code.split('{').length - code.split('}').length;
    return depth === 0;
  });
}
