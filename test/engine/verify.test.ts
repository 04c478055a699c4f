/** Whether `verify` would notice: kernels with one small fault each must fail, and only they. */
import { describe, expect, test } from 'vitest';
import { Engine } from '../../src/engine/index.ts';
import { verifications } from '../../src/host/tasks/verify.ts';
import { openTestDevice } from '../gpu.ts';

/** A device that compiles one kernel with a fault in it. */
async function faultyEngine(kernel: string, from: string, to: string): Promise<Engine> {
  const device = await openTestDevice();
  const original = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) => {
    if (descriptor.label !== kernel) return original(descriptor);
    const code = descriptor.code.replace(from, to);
    if (code === descriptor.code) throw new Error(`${kernel} has no '${from}'`);
    return original({ ...descriptor, code });
  };
  return Engine.open({ device });
}

async function verify(engine: Engine, label: string) {
  const one = verifications(true).find((v) => v.label === label);
  if (!one) throw new Error(`there is no comparison '${label}'`);
  const [row] = await one.run(engine);
  return row;
}

describe('a fault is noticed', () => {
  test.each([
    ['the first neuron left out', 'residual', 'residual, tanh', 'var j = 0u', 'var j = 1u'],
    ['a sign lost', 'observe', 'observe, relu', 'loss += e * e', 'loss += e'],
    ['a level of the tree left out', 'observe', 'observe, relu', 'half = LANES / 2u', 'half = LANES / 4u'],
    ['a tail not written', 'sum_squares', 'sum_squares', 'end = min(begin + 1024u', 'end = min(begin + 1023u'],
    ['one sample of a chunk lost', 'probe_forms', 'probe_forms, sqp', 'i += LANES', 'i += LANES + 1u'],
    ['a vector of four repeated', 'probe_forms', 'probe_forms, cubic', 'vector + 3u)', 'vector + 2u)'],
    ['the block not where it should be', 'multiply', 'multiply', 'Operand(params.first,', 'Operand(0u,'],
    ['a term counted twice at a seam', 'multiply', 'multiply', 'min(begin + 64u, terms)', 'min(begin + 65u, terms)'],
    ['a column written past the last', 'multiply', 'multiply', '&& column < params.columns', ''],
    ['a stopped replica is multiplied', 'multiply', 'multiply', 'params.step >=', 'params.step >'],
    ['slopes that cancel', 'activate', 'activate, exp', 'abs(a * dphi(z))', 'a * dphi(z)'],
    ['the start left out', 'activate', 'activate, tanh', 'params.from_start == 1u', 'false'],
    ['a coefficient wrong in its fourth digit', 'activation_table', 'activation_table, tanh', '0.1333', '0.1334'],
    [
      'an accuracy of 1e-5',
      'activation_table',
      'activation_table, tanh',
      'return select(t, -t, x < 0.0)',
      'return tanh(x)',
    ],
    ['a carry lost', 'draw_table', 'draw_table', '+ (carry >> 16u)', ''],
    ['a factor of 2', 'curvature_coefficients', 'curvature_coefficients, cubic', '2.0 * a', 'a'],
    ['another replica', 'tangent', 'tangent, gelu', 'vector / params.per_replica', 'vector % params.per_replica'],
    [
      'a stopped replica moves',
      'gradient_coefficients',
      'gradient_coefficients, exp',
      'params.step <',
      'params.step <=',
    ],
    ['a tile above the diagonal', 'gram_matrix', 'gram_matrix', 'tile -= tiles_in(row_of_tiles, size)', 'tile -= 1u'],
    ['a half not written', 'gram_matrix', 'gram_matrix', '(replica * size + column) * size + row', 'cell'],
    ['a retraction that ends too early', 'retraction_state', 'retraction_state', '1.52587890625e-5', '1.53e-5'],
    ['a term of the factor left out', 'cholesky_panel', 'cholesky_panel', 'var l = 0u; l < k', 'var l = 1u; l < k'],
    ['a pivot that is not 0', 'cholesky_panel', 'cholesky_panel', 'found[i] > floor', 'true'],
    ['a column not taken off', 'cholesky_update', 'cholesky_update', 'k < 32u', 'k < 31u'],
    ['an equation too few', 'cholesky_solve', 'cholesky_solve', 'var done = 0u', 'var done = 1u'],
    ['the draws of another replica', 'draw_ahead', 'draw_ahead', '(index / BATCH) % params', 'index % params'],
    ['noise left out', 'sgd_lane', 'sgd_lane, cubic', 'now.noise * drawn.noise', '0.0'],
    ['a schedule left out', 'sgd_lane', 'sgd_lane, cubic', 'own.noise * now.noise', 'own.noise'],
    ['the factors of another step', 'sgd_lane', 'sgd_lane, cubic', 'step % SCHEDULED', '(step + 1u) % SCHEDULED'],
    [
      'noise of the step before',
      'sgd_group',
      'sgd_group, softplus',
      'params.first_step + t',
      'params.first_step + t - 1u',
    ],
    ['the mean over one neuron too many', 'centre', 'centre', 'f32(params.width)', 'f32(params.width + 1u)'],
    ['the mean not taken off', 'centre', 'centre', '- mean;', ';'],
    ['a probe repeated', 'probe_vectors', 'probe_vectors', 'params.first + vector', 'vector'],
    [
      'a pull too large',
      'noisy_residual',
      'noisy_residual',
      'atomicMin(&status[replica], params.step)',
      'let ignored = 0',
    ],
  ])('%s', async (_, kernel, label, from, to) => {
    const engine = await faultyEngine(kernel, from, to);
    const row = await verify(engine, label);
    expect(row.error).toBeUndefined();
    expect(row.passed).toBe(false);
    expect(row.worst).toBeGreaterThan(1);
    expect(row.worstCase).not.toBe('');
    engine.dispose();
  });

  test('a kernel that does not compile is a row of its own, and the others go on', async () => {
    const engine = await faultyEngine('tangent', 'var total', 'bar total');
    const row = await verify(engine, 'tangent, relu');
    expect(row).toMatchObject({ kernel: 'tangent', activation: 'relu', passed: false });
    expect(row.error).toMatch(/'tangent' does not compile.*shaders\/geometry\/tangent\.wgsl:\d+/);
    expect(await verify(engine, 'centre')).toMatchObject({ passed: true });
    expect(JSON.parse(JSON.stringify(row))).toEqual(row);
    engine.dispose();
  });
});
