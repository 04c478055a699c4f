import { describe, expect, test } from 'vitest';
import { type Line, unroll } from '../../src/engine/compose.ts';
import { Engine } from '../../src/engine/index.ts';
import { tileVariant } from '../../src/engine/products.ts';
import { compose, fileOf, kernelNames, shaderFiles } from '../../src/engine/registry.ts';
import { openTestDevice } from '../gpu.ts';

const source = (text: string): Line[] =>
  text.split('\n').map((line, i) => ({ text: line, file: 'x.wgsl', line: i + 1 }));
const texts = (lines: readonly Line[]) =>
  lines.map((l) => l.text.trim()).filter((text) => text !== '{' && text !== '}');

describe('unroll', () => {
  test('repeats the body with the variable as a literal, and only where it is a word of its own', () => {
    const lines = source(
      ['// @unroll', 'for (var k = 0u; k < 3u; k++) {', '  a[k] = kk + k * SIZE;', '}', 'done;'].join('\n'),
    );
    expect(texts(unroll(lines, {}))).toEqual([
      'a[0u] = kk + 0u * SIZE;',
      'a[1u] = kk + 1u * SIZE;',
      'a[2u] = kk + 2u * SIZE;',
      'done;',
    ]);
  });

  test('every copy is a scope of its own', () => {
    const lines = source(['// @unroll', 'for (var k = 0u; k < 2u; k++) {', '  let x = k;', '}'].join('\n'));
    expect(unroll(lines, {}).map((l) => l.text)).toEqual(['{', '  let x = 0u;', '}', '{', '  let x = 1u;', '}']);
  });

  test('nested loops, bounds from the constants, starts other than 0', () => {
    const lines = source(
      [
        '  // @unroll',
        '  for (var j = 1u; j < ROWS; j++) {',
        '    // @unroll',
        '    for (var k = 0u; k < COLUMNS; k++) {',
        '      c[j * COLUMNS + k] = 0.0;',
        '    }',
        '  }',
      ].join('\n'),
    );
    expect(texts(unroll(lines, { ROWS: 3, COLUMNS: 2 }))).toEqual([
      'c[1u * COLUMNS + 0u] = 0.0;',
      'c[1u * COLUMNS + 1u] = 0.0;',
      'c[2u * COLUMNS + 0u] = 0.0;',
      'c[2u * COLUMNS + 1u] = 0.0;',
    ]);
  });

  test('a loop inside that is not marked stays a loop', () => {
    const lines = source(
      ['// @unroll', 'for (var j = 0u; j < 1u; j++) {', '  for (var k = j; k < 9u; k++) {', '  }', '}'].join('\n'),
    );
    expect(texts(unroll(lines, {}))).toEqual(['for (var k = 0u; k < 9u; k++) {']);
  });

  test('a bound of 0 leaves nothing', () => {
    const lines = source(['// @unroll', 'for (var k = 0u; k < N; k++) {', '  a;', '}', 'b;'].join('\n'));
    expect(texts(unroll(lines, { N: 0 }))).toEqual(['b;']);
  });

  test('every line remembers where it came from', () => {
    const lines = source(['first;', '// @unroll', 'for (var k = 0u; k < 2u; k++) {', '  second;', '}'].join('\n'));
    expect(
      unroll(lines, {})
        .filter((l) => l.text.includes('second'))
        .map((l) => `${l.file}:${l.line}`),
    ).toEqual(['x.wgsl:4', 'x.wgsl:4']);
  });

  test.each([
    ['nothing after it', '// @unroll'],
    ['no loop after it', '// @unroll\nlet x = 1;'],
    ['another form of loop', '// @unroll\nfor (var k = 0; k < 3; k += 2) {\n}'],
    ['a bound that is no constant', '// @unroll\nfor (var k = 0u; k < UNKNOWN; k++) {\n}'],
  ])('%s: the error names file and line', (_, text) => {
    expect(() => unroll(source(`first;\n${text}`), { OTHER: 3 })).toThrow(/^x\.wgsl:2: '\/\/ @unroll' needs a loop/);
  });
});

describe('compose', () => {
  const slots = { activation: 'tanh', space: 'data', draws: 'sampled', law: 'gaussian', schedule: 'constant' };
  const constants = {
    WIDTH: 2,
    SAMPLES: 3,
    STATE: 3,
    BATCH: 1,
    LANES: 4,
    ROWS: 1,
    HALVINGS: 1,
    ACTIVATION_PARAMETER: 'f32(0.5)',
  };

  test('a fragment that several want is added once, before those that use it', () => {
    const { code } = compose('sgd_lane', { slots, constants });
    const places = ['fn exponential(', 'fn hyperbolic_tangent(', 'fn phi(', 'fn sgd_lane('].map((t) => code.indexOf(t));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(code.split('fn exponential(').length).toBe(2);
  });

  test('slots of fragments are filled too, and told', () => {
    expect([...compose('sgd_lane', { slots, constants }).slots].sort()).toEqual([
      'activation',
      'draws',
      'law',
      'schedule',
      'space',
    ]);
    expect(compose('centre').slots).toEqual([]);
    const recorded = compose('sgd_lane', { slots: { ...slots, draws: 'recorded' }, constants });
    expect(recorded.slots).not.toContain('law');
    expect(recorded.code).not.toContain('philox(');
  });

  test('constants are declared in front', () => {
    const { code } = compose('residual', { slots, constants: { SAMPLES: 7, ACTIVATION_PARAMETER: 'f32(0.5)' } });
    expect(code.startsWith('const SAMPLES: u32 = 7u;\nconst ACTIVATION_PARAMETER = f32(0.5);\n')).toBe(true);
  });

  test('an empty slot and an unknown choice name what is missing', () => {
    expect(() => compose('residual')).toThrow(/shaders\/residual\.wgsl has an empty slot 'activation'/);
    expect(() => compose('residual', { slots: { activation: 'nope' } })).toThrow(
      /residual\.wgsl needs shaders\/activation\/nope\.wgsl, which does not exist/,
    );
  });

  test('every line of the code is a line of the list', () => {
    for (const kernel of kernelNames) {
      const tile = tileVariant('quads 4x4');
      const all = { slots: { ...slots, ...tile.slots }, constants: { ...constants, ...tile.constants } };
      const { code, lines } = compose(kernel, all);
      // What is enabled comes before the constants.
      expect(code.indexOf('enable subgroups;')).toBeLessThanOrEqual(0);
      expect(code.split('\n')).toEqual(lines.map((l) => l.text));
      const own = lines.find((l) => l.text.includes(`fn ${kernel}(`));
      expect(shaderFiles.get(fileOf(kernel))?.split('\n')[(own?.line ?? 0) - 1]).toBe(own?.text);
    }
  });
});

/** A device whose compiler is given another text for one kernel. */
async function deviceBreaking(kernel: string, damage: (code: string) => string): Promise<GPUDevice> {
  const device = await openTestDevice();
  const original = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) =>
    original(descriptor.label === kernel ? { ...descriptor, code: damage(descriptor.code) } : descriptor);
  return device;
}

describe('a kernel that does not compile', () => {
  const options = { inputs: [[1, 2]], labels: [1], width: 2, activation: 'tanh', weights: [1, 2, 3, 4] };

  test('rejects with the message of the compiler, the file and the line', async () => {
    const device = await deviceBreaking('residual', (code) =>
      code.replace('let replica =', 'let replica = nonsense +'),
    );
    const engine = await Engine.open({ device });
    const problem = await engine.problem(options);
    const line = 1 + (shaderFiles.get('residual.wgsl') ?? '').split('\n').findIndex((l) => l.includes('let replica ='));
    await expect(problem.residuals()).rejects.toMatchObject({ code: 'SHADER' });
    await expect(problem.residuals()).rejects.toThrow(
      new RegExp(`'residual' does not compile.*shaders/residual\\.wgsl:${line}:\\d+: .*nonsense`),
    );
    // What does not need the kernel goes on.
    expect(await problem.weights()).toEqual(Float32Array.of(1, 2, 3, 4));
    engine.dispose();
  });

  test('an error in a fragment names the fragment', async () => {
    const device = await deviceBreaking('observe', (code) => code.replace('let a = abs(x);', 'let a = absent(x);'));
    const engine = await Engine.open({ device });
    const problem = await engine.problem(options);
    await expect(problem.loss()).rejects.toThrow(/'observe' does not compile.*shaders\/lib\/tanh\.wgsl:\d+:\d+: /);
    engine.dispose();
  });

  test('a run ends with the error, and the weights are as before', async () => {
    const device = await deviceBreaking('sgd_lane', (code) =>
      code.replace('workgroup_size(LANES)', 'workgroup_size(0)'),
    );
    const engine = await Engine.open({ device });
    const problem = await engine.problem(options);
    const run = problem.train({ stepSize: 0.1, steps: 10, plan: { strategy: 'lane' } });
    await expect(run.finish()).rejects.toMatchObject({ code: 'SHADER' });
    expect(await problem.weights()).toEqual(Float32Array.of(1, 2, 3, 4));
    engine.dispose();
  });

  test('an error that only the pipeline meets is told as well', async () => {
    const device = await deviceBreaking('observe', (code) => code.replace('fn observe(', 'fn observed('));
    const engine = await Engine.open({ device });
    const problem = await engine.problem(options);
    await expect(problem.loss()).rejects.toMatchObject({ code: 'SHADER' });
    engine.dispose();
  });
});
