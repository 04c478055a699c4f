import { VALUES_PER_CHUNK } from '../geometry/kernels.ts';
import { lanesFor } from '../kernels.ts';
import type { Network } from '../network.ts';
import { prepareCombine } from '../products.ts';
import type { Stage } from './stage.ts';

/** The gradient of L, replicas x m x d, left in the scratch buffer 'gradient'; its result is the norm per replica. */
export async function prepareGradient(network: Network): Promise<Stage<Float64Array>> {
  const { gpu, replicas, width, samples, cells, blocks, preactivations, residuals, targets, running } = network;
  const coefficients = network.gradientCoefficients;
  const gradient = gradientBuffer(network);
  const chunks = Math.ceil(cells / VALUES_PER_CHUNK);
  const partials = network.scratch('squares', replicas * chunks);
  const [weigh, combine, squares] = await Promise.all([
    network.launch('gradient_coefficients', {
      preactivations,
      targets,
      weights: residuals,
      status: running,
      coefficients,
    }),
    prepareCombine(network, { rows: replicas * width, coefficients, sum: gradient }),
    gpu.launch(
      'sum_squares',
      { values: gradient, partials },
      { constants: { LANES: lanesFor(Math.min(VALUES_PER_CHUNK, cells), gpu.lanes) } },
    ),
  ]);
  return {
    block(block) {
      const { first, count } = block;
      gpu.recorder.dispatch(weigh, {
        replicas,
        width,
        samples,
        first,
        count,
        scale: 2,
        accumulate: 0,
        keep: 0,
        step: 0,
      });
      combine(block, block !== blocks[0]);
    },
    end() {
      gpu.recorder.dispatch(squares, { replicas, length: cells });
    },
    outputs: [{ buffer: partials, size: replicas * chunks * 4 }],
    finish([bytes]) {
      const values = new Float32Array(bytes);
      return Float64Array.from({ length: replicas }, (_, r) => {
        let sum = 0;
        for (let c = 0; c < chunks; c++) sum += values[r * chunks + c];
        return Math.sqrt(sum);
      });
    },
  };
}

export function gradientBuffer(network: Network): GPUBuffer {
  return network.scratch('gradient', network.replicas * network.cells);
}
