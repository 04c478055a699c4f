import type { Gpu } from '../../src/engine/gpu.ts';
import { type Bare, finished, prepareBare } from '../bare.ts';
import { compareNumbers } from '../check.ts';
import type { BenchCase, Work } from '../document.ts';
import type { BenchContext, Effort, Entry, Group, Roofline, Suite } from '../suite.ts';

/** What the adapter can do at most, by measurement: the rates that everything else is held against. */
export const roofline: Suite = {
  name: 'roofline',
  quickSeconds: 12,
  groups: (context) => [...rateGroups(context), ...costGroups(context)],
};

/** Multiply-adds and memory: enough for a roofline. */
export function rateGroups(context: BenchContext): Group[] {
  const { lowLevel: gpu, adapter } = context.engine;
  const work = worksFor(context.effort, adapter.software, gpu.device.limits.maxStorageBufferBindingSize);
  return [
    group({
      'large/multiply-add, scalar': (name) => multiplyAdd(gpu, name, 'multiply_add', work),
      'large/multiply-add, vec4': (name) => multiplyAdd(gpu, name, 'multiply_add_vec4', work),
    }),
    group({ 'large/copy': (name) => copy(gpu, name, work.bytes) }),
  ];
}

/** What it costs to have something done at all. */
function costGroups({ engine: { lowLevel: gpu } }: BenchContext): Group[] {
  return [
    group({
      'small/dispatch in a pass': (name) => counting(gpu, name, 'dispatch', undefined),
      'small/submission': (name) => counting(gpu, name, 'submission', 1),
    }),
    group({ 'small/barrier': (name) => barrier(gpu, name) }),
    group({ 'small/read-back': (name) => readBack(gpu, name) }),
  ];
}

/** The roofline from measured cases, by the fastest sample of each: a bound must not be slowed by what else went on. */
export function rooflineOf(cases: readonly BenchCase[]): Roofline {
  const best = (pick: (work: Work) => number) =>
    Math.max(0, ...cases.map(({ time, work }) => (time && work ? pick(work) / Math.min(...time.samples) : 0)));
  return { gflops: best((work) => work.flops), gbs: best((work) => work.bytes) };
}

interface Works {
  readonly invocations: number;
  readonly rounds: number;
  readonly bytes: number;
}

/** A dispatch takes some milliseconds on a software adapter, and fills a GPU. */
function worksFor(effort: Effort, software: boolean, mostBytes: number): Works {
  if (effort === 'tiny') return { invocations: 128, rounds: 8, bytes: 1 << 16 };
  // More than any cache holds.
  const bytes = Math.min(software ? 1 << 25 : 1 << 28, mostBytes);
  return software ? { invocations: 1 << 12, rounds: 32, bytes } : { invocations: 1 << 19, rounds: 64, bytes };
}

type Made = { readonly entry: Entry; dispose(): void };

function group(makers: Readonly<Record<string, (name: string) => Promise<Made>>>): Group {
  return {
    names: Object.keys(makers),
    async prepare(wanted) {
      const made: Made[] = [];
      const dispose = () => {
        for (const one of made) one.dispose();
      };
      try {
        for (const [name, make] of Object.entries(makers)) if (wanted(name)) made.push(await madeAndDone(name, make));
      } catch (error) {
        dispose();
        throw error;
      }
      return { entries: made.map((m) => m.entry), dispose };
    },
  };
}

/** Made and done once, with the time of both: from the shader's text to its first result. */
async function madeAndDone(name: string, make: (name: string) => Promise<Made>): Promise<Made> {
  const began = performance.now();
  const made = await make(name);
  try {
    await made.entry.run(1);
  } catch (error) {
    made.dispose();
    throw error;
  }
  const first = (performance.now() - began) * 1e6;
  return { ...made, entry: { ...made.entry, first: () => first } };
}

const CHAINS = 16;
const LINKS = 4;
const A = 0.75;
const B = 1;

/** The two multiply-add kernels: 16 chains of numbers, be they scalars or parts of vectors. */
export async function multiplyAdd(gpu: Gpu, name: string, kernel: string, work: Works): Promise<Made> {
  const { invocations, rounds } = work;
  const bare = await prepareBare(
    gpu,
    kernel,
    { input: Float32Array.of(A, B), result: invocations * 4 },
    invocations / 64,
    { ROUNDS: rounds },
  );
  let expected = 0;
  for (let chain = 0; chain < CHAINS; chain++) {
    let x = 0;
    for (let k = 0; k < LINKS * rounds; k++) x = x * A + B + chain;
    expected += x;
  }
  return entryOf(bare, {
    name,
    unit: 'dispatch',
    work: { flops: 2 * CHAINS * LINKS * rounds * invocations, bytes: 4 * invocations },
    async check() {
      gpu.write(bare.buffers.result, new Float32Array(invocations));
      bare.dispatch(1);
      const [bytes] = await bare.read({ buffer: bare.buffers.result, size: invocations * 4 });
      // A chain forgets its rounding errors at the rate a: each has an error of a few in the last place.
      return compareNumbers(new Float32Array(bytes), () => expected, 1e-5 * expected, 'the same chains in float64');
    },
    run: (count) => dispatchAll(gpu, bare, count),
  });
}

/** The kernel that noise is told by. */
export function noiseKernel(context: BenchContext, name: string): Promise<Made> {
  const { lowLevel: gpu, adapter } = context.engine;
  return multiplyAdd(gpu, name, 'multiply_add', worksFor(context.effort, adapter.software, Number.POSITIVE_INFINITY));
}

const CHECKED_BYTES = 1 << 22;

async function copy(gpu: Gpu, name: string, bytes: number): Promise<Made> {
  const source = Float32Array.from({ length: bytes / 4 }, (_, k) => k % 65_521);
  const bare = await prepareBare(gpu, 'copy_buffer', { source, copied: bytes }, bytes / 16 / 64);
  const size = Math.min(bytes, CHECKED_BYTES);
  return entryOf(bare, {
    name,
    unit: 'dispatch',
    work: { flops: 0, bytes: 2 * bytes },
    async check() {
      // Another pattern in front of the source each time, so that what an earlier dispatch left is not taken for a copy.
      source.fill(++marks, 0, 64);
      gpu.write(bare.buffers.source, source.subarray(0, 64));
      gpu.recorder.clear(bare.buffers.copied);
      gpu.recorder.submit();
      bare.dispatch(1);
      const { copied: buffer } = bare.buffers;
      const [front, back] = await bare.read({ buffer, size }, { buffer, offset: bytes - size, size });
      const ends = [
        compareNumbers(new Float32Array(front), (k) => source[k], 0, 'the source, to the bit'),
        compareNumbers(new Float32Array(back), (k) => source[(bytes - size) / 4 + k], 0, 'the source, to the bit'),
      ];
      return ends.find((end) => !end.passed) ?? ends[0];
    },
    run: (count) => dispatchAll(gpu, bare, count),
  });
}

let marks = 0;

async function counting(gpu: Gpu, name: string, unit: string, perSubmission: number | undefined): Promise<Made> {
  const bare = await prepareBare(gpu, 'count_up', { counter: Uint32Array.of(0) }, 1);
  const { counter: buffer } = bare.buffers;
  const count = async () => new Uint32Array((await bare.read({ buffer, size: 4 }))[0])[0];
  let asked = 0;
  return entryOf(bare, {
    name,
    unit,
    async check() {
      // Of all that were ever asked for, those of the timing included.
      asked += 3;
      bare.dispatch(3, perSubmission);
      const got = await count();
      return compareNumbers([got], () => asked, 0, 'a count of the dispatches');
    },
    run(units) {
      asked += units;
      return dispatchAll(gpu, bare, units, perSubmission);
    },
  });
}

const BARRIER_ROUNDS = 512;

async function barrier(gpu: Gpu, name: string): Promise<Made> {
  const bare = await prepareBare(gpu, 'pass_around', { places: 64 * 4 }, 1, { ROUNDS: BARRIER_ROUNDS + 5 });
  return entryOf(bare, {
    name,
    unit: 'barrier',
    per: 2 * (BARRIER_ROUNDS + 5) + 1,
    async check() {
      gpu.write(bare.buffers.places, new Uint32Array(64).fill(99));
      bare.dispatch(1);
      const [bytes] = await bare.read({ buffer: bare.buffers.places, size: 256 });
      return compareNumbers(
        new Uint32Array(bytes),
        (k) => (k + BARRIER_ROUNDS + 5) % 64,
        0,
        'where every number must be',
      );
    },
    run: (count) => dispatchAll(gpu, bare, count),
  });
}

/** From handing in a dispatch to having its result. */
async function readBack(gpu: Gpu, name: string): Promise<Made> {
  const bare = await prepareBare(gpu, 'count_up', { counter: Uint32Array.of(0) }, 1);
  const { counter: buffer } = bare.buffers;
  let asked = 0;
  const once = async () => {
    bare.dispatch(1);
    asked++;
    return new Uint32Array((await bare.read({ buffer, size: 4 }))[0])[0];
  };
  const entry: Entry = {
    name,
    unit: 'read-back',
    check: async () => compareNumbers([await once()], () => asked, 0, 'a count of the dispatches'),
    async run(count) {
      for (let k = 0; k < count; k++) await once();
    },
  };
  return { entry, dispose: bare.dispose };
}

function entryOf(bare: Bare, entry: Omit<Entry, 'onDevice'>): Made {
  return { entry: { ...entry, onDevice: true }, dispose: bare.dispose };
}

function dispatchAll(gpu: Gpu, bare: Bare, count: number, perSubmission?: number): Promise<void> {
  bare.dispatch(count, perSubmission);
  return finished(gpu);
}
