/**
 * Every kernel compiles with Naga too, the shader compiler of Firefox and Deno; all other tests use Tint. Needs Deno,
 * by the npm package `deno`, on the PATH, or named by FLATWALK_DENO; without one it says so and is skipped.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Kernel } from '../../src/engine/kernel.ts';
import { activationVariant, RUNNING } from '../../src/engine/network.ts';
import { tileVariant } from '../../src/engine/products.ts';
import { compose, type KernelName, kernelNames, kernels } from '../../src/engine/registry.ts';
import { environmentFor } from '../../src/host/node/environment.ts';
import { activation, activationNames } from '../../src/model/activations.ts';

function findDeno(): string | null {
  for (const candidate of [process.env.FLATWALK_DENO, 'node_modules/.bin/deno', 'deno']) {
    try {
      if (!candidate) continue;
      execFileSync(candidate, ['--version'], { stdio: 'ignore' });
      return candidate;
    } catch {
      // Not there; the next one.
    }
  }
  return null;
}

const deno = findDeno();
if (!deno) console.log('skipped: no Deno (npm install --no-save deno, or FLATWALK_DENO=/path/to/deno)');

const sizes = { WIDTH: 2, SAMPLES: 3, STATE: 3, BATCH: 3, LANES: 4, QUADS: 32, RUNNING, OWN_TARGETS: 11, SCHEDULED: 8 };

interface Source {
  readonly file: string;
  readonly entryPoint: KernelName;
  readonly code: string;
  /** Pipelines take long, and Naga has seen the whole text by then: one for each kernel and each fragment will do. */
  readonly pipeline: boolean;
}

/** Naga knows no subgroups; the kernels that need them have twins that do not. */
const portable = kernelNames.filter((name) => !(kernels[name] as Kernel).feature);
const left = kernelNames.filter((name) => !portable.includes(name));
console.log(`not compiled, because Naga has no subgroups: ${left.join(', ')}`);

/** Only `sgd_lane` reads draws made ahead, and what makes them ahead has not been given any. */
const waysOf = (name: KernelName) =>
  ['sampled', 'full', 'recorded', 'ahead'].filter((way) =>
    way === 'ahead' ? name === 'sgd_lane' : way !== 'recorded' || name !== 'draw_ahead',
  );

/** Every kernel with every activation; those that draw, with every way to draw and both spaces. */
function* sources(): Generator<Source> {
  for (const name of portable) {
    const slotsOf = (spec: string, space = 'data', draws = 'sampled', law = 'gaussian') => {
      const variant = activationVariant(activation(spec));
      // The schedule meets nothing else either: both kinds are seen.
      const schedule = law === 'gaussian' ? 'constant' : 'varying';
      // Without subgroups, which Naga enables in its own way; one kind of tile, then the other.
      const tile = tileVariant(spec === 'cubic' ? 'workgroup 32x32' : 'registers 4x4');
      return {
        slots: { ...variant.slots, space, draws, law, schedule, ...tile.slots },
        constants: { ...variant.constants, ...sizes, ...tile.constants },
      };
    };
    const { slots } = compose(name, slotsOf('cubic'));
    const spaces = slots.includes('space') ? ['weight', 'data'] : ['data'];
    const ways = slots.includes('draws') ? waysOf(name) : ['full'];
    const laws = slots.includes('law') ? ['gaussian', 'rademacher'] : ['gaussian'];
    for (const spec of slots.includes('activation') ? activationNames : ['cubic' as const]) {
      // The draws do not meet the activation, so one activation sees all of them.
      const thorough = spec === 'cubic';
      for (const space of spaces) {
        for (const draws of thorough ? ways : ways.slice(0, 1)) {
          for (const law of thorough ? laws : laws.slice(0, 1)) {
            const file = `${[name, spec, space, draws, law].join('-')}.wgsl`;
            const { code } = compose(name, slotsOf(spec, space, draws, law));
            yield { file, entryPoint: name, code, pipeline: thorough || name === 'activation_table' };
          }
        }
      }
    }
  }
}

test.skipIf(!deno)(
  'every kernel compiles with Naga',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'flatwalk-naga-'));
    try {
      const jobs = [...sources()].map(({ code, ...job }) => {
        writeFileSync(join(folder, job.file), code);
        const kernel: Kernel = kernels[job.entryPoint];
        const bindings = Object.values(kernel.bindings).map((a) => (a === 'read' ? 'read-only-storage' : 'storage'));
        return { ...job, bindings };
      });
      writeFileSync(join(folder, 'jobs.json'), JSON.stringify(jobs));
      const script = join(import.meta.dirname, 'naga-deno.mjs');
      const { stdout } = await promisify(execFile)(
        deno ?? '',
        ['run', '--unstable-webgpu', '--no-config', '--allow-all', script, folder],
        { env: { ...process.env, ...(await environmentFor()), DENO_NO_UPDATE_CHECK: '1', DENO_DIR: folder } },
      );
      const { adapter, failures } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
      expect(adapter, 'Deno found an adapter').not.toBeNull();
      expect(jobs.length).toBeGreaterThan(kernelNames.length);
      expect(failures).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  300_000,
);
