import { expect, test } from 'vitest';
import { Engine } from '../../src/engine/index.ts';
import { RUNNING } from '../../src/engine/network.ts';
import { rightSteps, tileVariant } from '../../src/engine/products.ts';
import { openTestDevice } from '../gpu.ts';

/** The device, with every dispatch's workgroups noted. */
function noting(device: GPUDevice, dispatches: number[]): GPUDevice {
  return new Proxy(device, {
    get(target, key) {
      if (key === 'createCommandEncoder') {
        return (descriptor?: GPUCommandEncoderDescriptor) => {
          const encoder = device.createCommandEncoder(descriptor);
          const begin = encoder.beginComputePass.bind(encoder);
          encoder.beginComputePass = (d) => {
            const pass = begin(d);
            const dispatch = pass.dispatchWorkgroups.bind(pass);
            pass.dispatchWorkgroups = (x, y = 1, z = 1) => {
              dispatches.push(x * y * z);
              dispatch(x, y, z);
            };
            return pass;
          };
          return encoder;
        };
      }
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

test('long work is cut into dispatches that together do all of it, once', async () => {
  const dispatches: number[] = [];
  const device = await openTestDevice();
  using engine = await Engine.open({ device: noting(device, dispatches) });
  const gpu = engine.lowLevel;
  // 2 x 1000 x 1500 x 100 operations: more than twice what one dispatch may have.
  const [rows, count, inner] = [1000, 1500, 100];
  const left = Float32Array.from({ length: rows * inner }, (_, k) => ((k * 7) % 11) - 5);
  const data = Float32Array.from({ length: count * inner }, (_, k) => ((k * 5) % 13) - 6);
  const old = Float32Array.from({ length: rows * count }, (_, k) => k % 3);
  const buffers = {
    left: gpu.buffer('left', left.byteLength),
    right: gpu.buffer('data', data.byteLength),
    status: gpu.buffer('status', 4),
    product: gpu.buffer('product', old.byteLength),
  };
  gpu.write(buffers.left, left);
  gpu.write(buffers.right, data);
  gpu.write(buffers.status, new Uint32Array([RUNNING]));
  gpu.write(buffers.product, old);
  const launch = await gpu.launch('multiply', buffers, tileVariant('workgroup 32x32'));
  const shape = { replicas: 1, rows, columns: count, terms: inner, first: 0, ...rightSteps('columns', inner) };
  gpu.recorder.dispatch(launch, { ...shape, accumulate: 1, step: 0 });
  const [bytes] = await gpu.read([{ buffer: buffers.product, size: old.byteLength }]);

  expect(dispatches.length).toBeGreaterThan(2);
  expect(dispatches.reduce((a, b) => a + b, 0)).toBe(Math.ceil(rows / 32) * Math.ceil(count / 32));
  // Small whole numbers: every sum is exact, and adding twice would show.
  const product = new Float32Array(bytes);
  for (let row = 0; row < rows; row += 7) {
    for (let i = 0; i < count; i += 11) {
      let sum = old[row * count + i];
      for (let k = 0; k < inner; k++) sum += left[row * inner + k] * data[i * inner + k];
      if (product[row * count + i] !== sum)
        throw new Error(`row ${row}, column ${i}: ${product[row * count + i]}, not ${sum}`);
    }
  }
});

test('a new seed is no new pipeline', async () => {
  let modules = 0;
  const device = await openTestDevice();
  const counting = new Proxy(device, {
    get(target, key) {
      if (key === 'createShaderModule') {
        return (descriptor: GPUShaderModuleDescriptor) => {
          modules++;
          return device.createShaderModule(descriptor);
        };
      }
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  using engine = await Engine.open({ device: counting });
  const problem = await engine.problem({
    inputs: [[1, 0]],
    labels: [1],
    width: 2,
    activation: 'tanh',
    weights: [1, 0, 0, 1],
  });
  const weights: string[] = [];
  for (const seed of [1, 2, 2 ** 40]) {
    problem.setWeights([1, 0, 0, 1]);
    await problem.train({ stepSize: 0.1, noise: 1, steps: 3, seed }).finish();
    weights.push((await problem.weights()).join());
    if (seed === 1) modules = 0;
  }
  expect(modules).toBe(0);
  expect(new Set(weights).size).toBe(3);
});
