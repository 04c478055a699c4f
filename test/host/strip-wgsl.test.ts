import { describe, expect, test } from 'vitest';
import { compose } from '../../src/engine/compose.ts';
import { compose as composeKernel, fileOf, kernelNames, kernels, shaderFiles } from '../../src/engine/registry.ts';
import { stripWgsl } from '../../strip-wgsl.mjs';

describe('stripping', () => {
  test('comments go, line comments and nested block comments, over lines too', () => {
    expect(stripWgsl('let a = 1; // why\n/* one /* two\n*/ still */ let b = 2;\nx/*y*/z')).toBe(
      'let a=1;\n\nlet b=2;\nx z',
    );
  });

  test('a slash or a star is not a comment', () => {
    expect(stripWgsl('let a = b / c * d; // * /')).toBe('let a=b/c*d;');
  });

  test('blanks go where they separate nothing, and stay where they do', () => {
    expect(stripWgsl('  fn f( a : u32 ) -> f32 {')).toBe('fn f(a:u32)->f32{');
    expect(stripWgsl('@group(0) @binding(1) var<storage, read> x: array<f32>;')).toBe(
      '@group(0)@binding(1)var<storage,read>x:array<f32>;',
    );
    expect(stripWgsl('a = b - -c; a = b / *p; a = x & &y; return select(1.0, 2.0, c);')).toBe(
      'a=b- -c;a=b/ *p;a=x& &y;return select(1.0,2.0,c);',
    );
  });

  test('directives stay, and so does a loop that is to be unrolled', () => {
    const text =
      '// sum: what it computes.\n// uses: lib/grid.wgsl\n// slot: space\n  // @unroll\n  for (var k = 0u; k < N; k++) {';
    expect(stripWgsl(text)).toBe(
      '\n// uses: lib/grid.wgsl\n// slot: space\n// @unroll\nfor (var k = 0u; k < N; k++) {',
    );
  });

  test('every line keeps its number', () => {
    for (const [file, text] of shaderFiles) {
      const stripped = stripWgsl(text).split('\n');
      const lines = text.split('\n');
      expect(stripped.length, file).toBe(lines.length);
      lines.forEach((line, i) => {
        const head = /^\s*(?:fn|struct) (\w+)/.exec(line)?.[1];
        if (head) expect(stripped[i]).toContain(head);
      });
    }
  });
});

/** Names, numbers and marks; marks of operators that touch are one, as a compiler may take them. */
const tokens = (code: string) => code.replaceAll(/\/\/.*/g, '').match(/[\w.]+|[-+*/%<>=!&|^~]+|\S/g);

test('every kernel, composed of stripped files, is the same to a compiler', () => {
  const stripped = new Map([...shaderFiles].map(([file, text]) => [file, stripWgsl(text)]));
  for (const kernel of kernelNames) {
    const sizes = Object.fromEntries(kernels[kernel].constants.map((name) => [name, 2]));
    const constants = { ...sizes, ACTIVATION_PARAMETER: 'f32(0.5)' };
    for (const [draws, law, space, schedule, tile] of [
      ['sampled', 'gaussian', 'data', 'constant', 'registers'],
      ['full', 'rademacher', 'weight', 'varying', 'workgroup'],
      ['full', 'rademacher', 'weight', 'varying', 'quads'],
    ] as const) {
      const variant = { slots: { activation: 'gelu', space, draws, law, schedule, tile }, constants };
      const short = compose(fileOf(kernel), stripped, variant);
      const whole = composeKernel(kernel, variant);
      expect(tokens(short.code), kernel).toEqual(tokens(whole.code));
      expect(short.lines.map(({ file, line }) => `${file}:${line}`)).toEqual(
        whole.lines.map(({ file, line }) => `${file}:${line}`),
      );
    }
  }
});
