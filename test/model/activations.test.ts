import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Activation, activation, activationNames } from '../../src/model/activations.ts';
import { FlatwalkError } from '../../src/model/errors.ts';

const specs = [...activationNames, 'cubic_linear:0', 'cubic_linear:0.1', 'leaky_relu:0.25'];
const orders = ['phi', 'dphi', 'd2phi', 'd3phi'] as const;

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof FlatwalkError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

describe.each(specs)('%s', (spec) => {
  const f = activation(spec);

  test.each([0, 1, 2] as const)('derivative %i + 1 is the slope of derivative %i', (order) => {
    const value = f[orders[order]];
    const slope = f[orders[order + 1]];
    for (let z = -6.03; z <= 6; z += 0.11) {
      if (f.kinks.some((kink) => Math.abs(kink - z) < 0.01)) continue;
      const h = 1e-3;
      // Central differences of order 4: truncation about h⁴ times the fifth derivative, rounding about 1e-16/h.
      const estimate = (8 * (value(z + h) - value(z - h)) - (value(z + 2 * h) - value(z - 2 * h))) / (12 * h);
      const size = Math.max(1, Math.abs(value(z)), Math.abs(slope(z)));
      expect(Math.abs(slope(z) - estimate) / size, `z = ${z}`).toBeLessThan(5e-11);
    }
  });

  test('is finite, or infinite only where its value exceeds float32', () => {
    for (const size of [1e-320, 1e-30, 1, 20, 40, 88, 300, 700, 1e4, 1e8, 1e20, 3.4e38]) {
      for (const z of [size, -size]) {
        for (const order of orders) {
          const value = f[order](z);
          expect(value, `${order}(${z})`).not.toBeNaN();
          // Only functions that grow exponentially may overflow float64 within the float32 range.
          if (!(spec === 'sinh' || spec === 'exp')) expect(Math.abs(value), `${order}(${z})`).toBeLessThan(1e120);
          else if (size <= 700) expect(Math.abs(value), `${order}(${z})`).toBeLessThan(1e305);
        }
      }
    }
  });

  test('inverse undoes phi', () => {
    const { inverse } = f;
    if (!inverse) {
      expect(['gelu', 'silu']).toContain(spec);
      return;
    }
    const positiveBranch = ['square', 'relu'].includes(spec);
    for (let z = positiveBranch ? 0 : -9.7; z < 9.8; z += 0.1) {
      if (spec === 'cubic_linear:0' && Math.abs(z) < 0.05) continue; // flat: badly conditioned there
      const back = inverse(f.phi(z));
      // An error of one bit in φ(z) moves z by |φ|/φ' bits.
      const condition = Math.max(1, Math.abs(z), Math.abs(f.phi(z) / f.dphi(z)));
      expect(Math.abs(back - z), `z = ${z}`).toBeLessThan(z === 0 ? 1e-15 : 8 * 2 ** -52 * condition);
    }
  });

  test('inverse refuses what is outside the range', () => {
    const { inverse, range } = f;
    if (!inverse) return;
    const outside = [Number.NaN, Number.POSITIVE_INFINITY];
    if (Number.isFinite(range.low)) outside.push(range.low - 0.1);
    if (Number.isFinite(range.high)) outside.push(range.high + 0.1);
    if (Number.isFinite(range.low) && !range.attained) outside.push(range.low);
    for (const u of outside) {
      expect(codeOf(() => inverse(u))).toBe('NOT_DEFINED');
      expect(() => inverse(u)).toThrow(`${u}`);
      expect(() => inverse(u)).toThrow(f.spec);
    }
  });

  test('values stay in the range', () => {
    for (let z = -30; z <= 30; z += 0.05) {
      expect(f.phi(z)).toBeGreaterThanOrEqual(f.range.low);
      expect(f.phi(z)).toBeLessThanOrEqual(f.range.high);
    }
  });

  test('is simple exactly if the first and third derivative are positive', () => {
    let positive = true;
    for (let z = -5; z <= 5; z += 0.25) positive &&= f.dphi(z) > 0 && f.d3phi(z) > 0;
    expect(f.simple).toBe(positive);
  });

  test('its spec gives it back', () => {
    const again = activation(f.spec);
    expect([again.name, again.parameter, again.spec, again.label]).toEqual([f.name, f.parameter, f.spec, f.label]);
  });

  test('has one shader file, with exactly the four functions', () => {
    const text = readFileSync(new URL(`../../shaders/activation/${f.name}.wgsl`, import.meta.url), 'utf8');
    const code = text.replace(/\/\/.*$/gm, '');
    expect([...code.matchAll(/\bfn\s+(\w+\([^)]*\)\s*->\s*\w+)/g)].map((match) => match[1])).toEqual(
      orders.map((order) => `${order}(z: f32) -> f32`),
    );
    expect(code).not.toMatch(/@group|@binding|\bvar<|\bpow\(|\benable\b/);
    expect(code.includes('ACTIVATION_PARAMETER')).toBe(f.spec.includes(':'));
  });
});

test('every shader file has an entry', () => {
  const files = readdirSync(new URL('../../shaders/activation/', import.meta.url));
  expect(files.sort()).toEqual(activationNames.map((name) => `${name}.wgsl`).sort());
});

test('fragments that the activations use exist', () => {
  const shaders = new URL('../../shaders/', import.meta.url);
  const follow = (path: string, depth = 0): void => {
    expect(depth).toBeLessThan(9);
    const text = readFileSync(new URL(path, shaders), 'utf8');
    for (const [, used] of text.matchAll(/^\/\/ uses: (\S+)$/gm)) follow(used, depth + 1);
  };
  for (const name of activationNames) follow(`activation/${name}.wgsl`);
});

test('small arguments and tails keep their relative accuracy', () => {
  // From mpmath with 60 digits.
  const cases: [
    spec: string,
    order: keyof Activation & ('phi' | 'dphi' | 'd2phi' | 'd3phi'),
    z: number,
    value: number,
  ][] = [
    ['sqp', 'phi', -100000.0, -6.353036322771337],
    ['sqp', 'phi', -20.0, -2.09459587950231],
    ['sqp', 'phi', -1e-9, -9.999999995e-10],
    ['sqp', 'phi', 3.0, 10.152639719868603],
    ['sqp', 'dphi', -100000.0, 4.999999999875e-6],
    ['sqp', 'dphi', -20.0, 0.02498439450078573],
    ['sqp', 'd2phi', -100000.0, 4.999999999625e-11],
    ['sqp', 'd2phi', -20.0, 0.0012476611221553253],
    ['softplus', 'phi', -60.0, 8.75651076269652e-27],
    ['softplus', 'phi', -3.0, 0.04858735157374206],
    ['softplus', 'd3phi', 1e-9, -1.25e-10],
    ['sigmoid', 'dphi', -60.0, 8.75651076269652e-27],
    ['sigmoid', 'dphi', 40.0, 4.248354255291589e-18],
    ['sigmoid', 'd2phi', -1e-9, 1.25e-10],
    ['tanh', 'dphi', -30.0, 3.502604305078608e-26],
    ['tanh', 'dphi', 18.0, 9.278091320974273e-16],
    ['tanh', 'd2phi', -30.0, 7.005208610157216e-26],
    ['tanh', 'd2phi', 1e-9, -2e-9],
    ['gelu', 'phi', -9.0, -1.0157295653584566e-18],
    ['gelu', 'phi', -2.875, -0.005807895283594755],
    ['gelu', 'phi', -3, -0.0040496940948902835],
    ['gelu', 'phi', -5.5, -1.0444259356238245e-7],
    ['gelu', 'phi', -2.0, -0.04550026389635842],
    ['gelu', 'phi', -1e-9, -4.999999996010577e-10],
    ['gelu', 'phi', 0.5, 0.34573123063700656],
    ['gelu', 'phi', 6.0, 5.999999994080474],
    ['gelu', 'dphi', -9.0, -9.138937373906639e-18],
    ['gelu', 'dphi', -3.0, -0.011945647204183927],
    ['gelu', 'dphi', 2.5, 1.037611085908145],
    ['gelu', 'd3phi', -7.0, -2.877436928634847e-9],
    ['silu', 'phi', -40.0, -1.6993417021166355e-16],
    ['silu', 'phi', 3.0, 2.8577223804672998],
    ['silu', 'dphi', -40.0, -1.6568581595637197e-16],
    ['silu', 'dphi', 3.0, 1.0881041060151695],
    ['silu', 'd2phi', 20.0, -3.710076488101912e-8],
    ['silu', 'd3phi', 1e-9, -5e-10],
    ['sinh', 'phi', 1e-9, 1e-9],
  ];
  for (const [spec, order, z, value] of cases) {
    expect(Math.abs(activation(spec)[order](z) / value - 1), `${spec} ${order}(${z})`).toBeLessThan(2e-13);
  }
});

test('aliases and parameters', () => {
  expect(activation('cube').spec).toBe('cubic');
  expect(activation('cube_lin:0.1').spec).toBe('cubic_linear:0.1');
  expect(activation('cubic_linear').spec).toBe('cubic_linear:1');
  expect(activation('cubic_linear').label).toBe('x³ + x');
  expect(activation('leaky_relu').parameter).toBe(0.01);
  expect(activation('relu').dphi(0)).toBe(0);
  expect(activation('leaky_relu:0.25').dphi(0)).toBe(0.25);
});

test.each([
  'swish',
  '',
  'cubic:1',
  'cubic_linear:',
  'cubic_linear:x',
  'cubic_linear:-1',
  'cubic_linear:1e60',
  'leaky_relu:0',
])("'%s' is refused", (spec) => {
  expect(codeOf(() => activation(spec))).toBe('BAD_ARGUMENT');
});

test('the refusal of an unknown name lists the names', () => {
  for (const name of activationNames) expect(() => activation('swish')).toThrow(name);
});
