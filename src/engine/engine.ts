/// <reference lib="esnext.disposable" preserve="true" />
import { FlatwalkError } from '../model/errors.ts';
import { type AdapterDescription, describeAdapter } from './adapter.ts';
import { Gpu } from './gpu.ts';
import { Network, type ProblemOptions } from './network.ts';
import type { GivenParts } from './parts.ts';
import { Problem } from './problem.ts';

export interface EngineOptions {
  /** A device of the caller's. It is used within its limits, never destroyed, and no listener is put on it. */
  readonly device?: GPUDevice;
  /** Where to ask for an adapter if no device is given: `navigator.gpu`, or Dawn's in Node. */
  readonly gpu?: GPU;
  readonly powerPreference?: GPUPowerPreference;
  /** Parts of the library that are not to be loaded later, as in a service worker: `{ large, geometry }`. */
  readonly parts?: GivenParts;
}

/**
 * Invocations that may wait for each other. On a software adapter those beyond a vector of the processor, its subgroup, cost time
 * at every barrier and gain nothing.
 */
const lanesOf = (software: boolean, info: GPUAdapterInfo) => (software ? Math.min(8, info.subgroupMaxSize || 8) : 64);

/** A power of two, on every device. */
const subgroupOf = (device: GPUDevice, info: GPUAdapterInfo) =>
  device.features.has('subgroups') ? (info.subgroupMinSize ?? 0) : 0;

/** Limits that are asked for up to what the adapter has, because the default ones are small. */
const WANTED_LIMITS = ['maxBufferSize', 'maxStorageBufferBindingSize'] as const;
/** Asked for where the adapter has them. They cost nothing until a pass asks for its time, or a kernel for its neighbours. */
const WANTED_FEATURES: readonly GPUFeatureName[] = ['timestamp-query', 'subgroups'];

/** An open device, and the problems on it. */
export class Engine {
  /** Who computes. */
  readonly adapter: AdapterDescription;
  readonly #gpu: Gpu;
  readonly #problems = new Set<Problem>();

  private constructor(gpu: Gpu, adapter: AdapterDescription) {
    this.#gpu = gpu;
    this.adapter = adapter;
  }

  /**
   * Opens an engine on the caller's device, or on a device of its own.
   * @throws NO_WEBGPU, NO_ADAPTER, DEVICE_LOST
   */
  static async open(options: EngineOptions = {}): Promise<Engine> {
    const { device, info } = options.device
      ? // Older browsers do not tell who is behind a device.
        { device: options.device, info: options.device.adapterInfo ?? ({} as GPUAdapterInfo) }
      : await openDevice(options);
    const adapter = describeAdapter({ info });
    const gpu = new Gpu(
      device,
      options.device === undefined,
      adapter.software,
      lanesOf(adapter.software, info),
      subgroupOf(device, info),
      options.parts,
    );
    // Lets a loss that has already happened be seen.
    await gpu.settled();
    return new Engine(gpu, adapter);
  }

  get device(): GPUDevice {
    return this.#gpu.device;
  }

  /** What the engine holds on the device now: buffers and bytes. */
  get held(): { readonly buffers: number; readonly bytes: number } {
    return { ...this.#gpu.held };
  }

  /** For tools that launch kernels one by one, such as `verify` and benchmarks. */
  get lowLevel(): Gpu {
    return this.#gpu;
  }

  /** Puts data and weights on the device. @throws BAD_ARGUMENT, BAD_SHAPE, NOT_FINITE, LIMIT, DEVICE_LOST */
  async problem(options: ProblemOptions): Promise<Problem> {
    const network = new Network(this.#gpu, options);
    try {
      await this.#gpu.settled();
    } catch (error) {
      network.dispose();
      throw error;
    }
    const problem: Problem = new Problem(network, this.adapter, () => this.#problems.delete(problem));
    this.#problems.add(problem);
    return problem;
  }

  /** Frees everything. A borrowed device stays alive; one that was opened here is destroyed. Safe to call twice. */
  dispose(): void {
    for (const problem of [...this.#problems]) problem.dispose();
    this.#gpu.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

async function openDevice({
  gpu,
  powerPreference,
}: EngineOptions): Promise<{ device: GPUDevice; info: GPUAdapterInfo }> {
  const entry = gpu ?? (globalThis.navigator as Navigator | undefined)?.gpu;
  if (!entry) {
    if (globalThis.isSecureContext === false) {
      throw new FlatwalkError(
        'NO_WEBGPU',
        'This page was not loaded securely, so the browser hides WebGPU from it',
        'Open it over https, or from localhost.',
      );
    }
    throw new FlatwalkError(
      'NO_WEBGPU',
      'This environment has no WebGPU',
      'Use a browser with WebGPU (Chrome or Edge 113, Safari 26, Firefox 141 or later), or flatwalk/node in Node.',
    );
  }
  // Adapters are used once: a second device from one adapter is lost from the start, or refused.
  const adapter = await entry.requestAdapter({ powerPreference: powerPreference ?? 'high-performance' });
  if (!adapter) {
    throw new FlatwalkError(
      'NO_ADAPTER',
      'WebGPU is there, but it offers no adapter',
      'Check the graphics driver, or whether the browser has blocked it (chrome://gpu); software adapters need a flag.',
    );
  }
  const requiredLimits = Object.fromEntries(WANTED_LIMITS.map((limit) => [limit, adapter.limits[limit]]));
  const requiredFeatures = WANTED_FEATURES.filter((feature) => adapter.features.has(feature));
  try {
    const device = await adapter.requestDevice({ label: 'flatwalk', requiredLimits, requiredFeatures });
    return { device, info: adapter.info };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FlatwalkError(
      'NO_ADAPTER',
      `The adapter gives no device: ${reason}`,
      'Close other pages, or restart the browser.',
      {
        cause,
      },
    );
  }
}
