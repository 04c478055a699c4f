/** The shaders of the 3-D view, compiled. */
import { compose, type Variant } from '../../../engine/compose.ts';
import type { Gpu } from '../../../engine/gpu.ts';
import { core } from '../../../engine/kernels.ts';
import { activationVariant, type Network } from '../../../engine/network.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import { Stage, watched } from './holdings.ts';
import lines from './lines.wgsl?raw';
import { VERTEX_NUMBERS } from './mesh.ts';
import place from './place.wgsl?raw';
import points from './points.wgsl?raw';
import sheet from './sheet.wgsl?raw';
import view from './view.wgsl?raw';

/** Their texts by name, beside the fragments of the engine that they use. */
const sceneShaders: ReadonlyMap<string, string> = new Map([
  ['scene/lines.wgsl', lines],
  ['scene/place.wgsl', place],
  ['scene/points.wgsl', points],
  ['scene/sheet.wgsl', sheet],
  ['scene/view.wgsl', view],
]);

export const DEPTH_FORMAT: GPUTextureFormat = 'depth24plus';
/** start, end, places, width, style. */
export const LINE_NUMBERS = 10;

export interface Drawing {
  readonly layout: GPUBindGroupLayout;
  readonly lines: GPURenderPipeline;
  readonly sheet: GPURenderPipeline;
  readonly shadows: GPURenderPipeline;
  readonly hidden: GPURenderPipeline;
  readonly balls: GPURenderPipeline;
  readonly ring: GPURenderPipeline;
}

interface Placing {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** What a pipeline draws, and how it meets the depths that are there. */
interface Part {
  readonly file: string;
  readonly vertex: string;
  readonly fragment: string;
  readonly topology: GPUPrimitiveTopology;
  readonly buffer: GPUVertexBufferLayout;
  readonly compare: GPUCompareFunction;
  readonly writes: boolean;
}

const perPoint: GPUVertexBufferLayout = {
  arrayStride: 16,
  stepMode: 'instance',
  attributes: [{ shaderLocation: 0, offset: 0, format: 'float32x4' }],
};
const perLine: GPUVertexBufferLayout = {
  arrayStride: 4 * LINE_NUMBERS,
  stepMode: 'instance',
  attributes: [
    { shaderLocation: 0, offset: 0, format: 'float32x3' },
    { shaderLocation: 1, offset: 12, format: 'float32x3' },
    { shaderLocation: 2, offset: 24, format: 'float32x2' },
    { shaderLocation: 3, offset: 32, format: 'float32' },
    { shaderLocation: 4, offset: 36, format: 'uint32' },
  ],
};
const perVertex: GPUVertexBufferLayout = {
  arrayStride: 4 * VERTEX_NUMBERS,
  attributes: [
    { shaderLocation: 0, offset: 0, format: 'float32x3' },
    { shaderLocation: 1, offset: 12, format: 'float32x3' },
    { shaderLocation: 2, offset: 24, format: 'float32' },
    { shaderLocation: 3, offset: 28, format: 'float32' },
  ],
};

const square = { file: 'scene/points.wgsl', topology: 'triangle-strip', buffer: perPoint } as const;
const parts = {
  lines: {
    file: 'scene/lines.wgsl',
    vertex: 'line_vertex',
    fragment: 'line_colour',
    topology: 'triangle-strip',
    buffer: perLine,
    compare: 'less-equal',
    // Their smooth edges must not hide what is drawn behind them later.
    writes: false,
  },
  sheet: {
    file: 'scene/sheet.wgsl',
    vertex: 'sheet_vertex',
    fragment: 'sheet_colour',
    topology: 'triangle-list',
    buffer: perVertex,
    compare: 'less',
    writes: true,
  },
  shadows: { ...square, vertex: 'shadow_vertex', fragment: 'shadow_colour', compare: 'less-equal', writes: false },
  hidden: { ...square, vertex: 'ball_vertex', fragment: 'hidden_colour', compare: 'greater', writes: false },
  balls: { ...square, vertex: 'ball_vertex', fragment: 'ball_colour', compare: 'less', writes: true },
  ring: { ...square, vertex: 'ring_vertex', fragment: 'ring_colour', compare: 'always', writes: false },
} satisfies Record<string, Part>;

/** What draws onto textures of a format with so many samples a pixel. @throws SHADER, GPU, DEVICE_LOST */
export async function makeDrawing(gpu: Gpu, format: GPUTextureFormat, count: number): Promise<Drawing> {
  const { device } = gpu;
  const layout = await watched(gpu, 'scene view', () =>
    device.createBindGroupLayout({
      label: 'scene view',
      entries: [{ binding: 0, visibility: Stage.VERTEX | Stage.FRAGMENT, buffer: { type: 'uniform' } }],
    }),
  );
  const modules = new Map<string, GPUShaderModule>();
  for (const { file } of Object.values(parts)) if (!modules.has(file)) modules.set(file, await moduleOf(gpu, file));
  const pipelineLayout = device.createPipelineLayout({ label: 'scene view', bindGroupLayouts: [layout] });
  const over = { srcFactor: 'src-alpha', dstFactor: 'one-minus-src-alpha', operation: 'add' } as const;
  const make = async (name: keyof typeof parts): Promise<GPURenderPipeline> => {
    const part: Part = parts[name];
    const module = modules.get(part.file)!;
    return built(gpu, `scene ${name}`, () =>
      device.createRenderPipelineAsync({
        label: `scene ${name}`,
        layout: pipelineLayout,
        vertex: { module, entryPoint: part.vertex, buffers: [part.buffer] },
        fragment: {
          module,
          entryPoint: part.fragment,
          // What the canvas itself lets through is not asked for: it is opaque.
          targets: [
            { format, blend: { color: over, alpha: { srcFactor: 'one', dstFactor: 'one', operation: 'max' } } },
          ],
        },
        primitive: { topology: part.topology },
        depthStencil: { format: DEPTH_FORMAT, depthCompare: part.compare, depthWriteEnabled: part.writes },
        multisample: { count },
      }),
    );
  };
  const [linesPipeline, sheetPipeline, shadows, hidden, balls, ring] = await Promise.all([
    make('lines'),
    make('sheet'),
    make('shadows'),
    make('hidden'),
    make('balls'),
    make('ring'),
  ]);
  return { layout, lines: linesPipeline, sheet: sheetPipeline, shadows, hidden, balls, ring };
}

/** What places the points of a network's view. @throws SHADER, GPU, DEVICE_LOST */
export async function makePlacing(gpu: Gpu, network: Network, code: number): Promise<Placing> {
  const { device } = gpu;
  const { slots, constants } = activationVariant(network.activation);
  const module = await moduleOf(gpu, 'scene/place.wgsl', {
    slots,
    constants: { ...constants, ...network.targetConstants, VIEW: code },
  });
  const layout = await watched(gpu, 'scene place', () =>
    device.createBindGroupLayout({
      label: 'scene place',
      entries: (['read-only-storage', 'read-only-storage', 'read-only-storage', 'storage', 'uniform'] as const).map(
        (type, binding) => ({ binding, visibility: Stage.COMPUTE, buffer: { type } }),
      ),
    }),
  );
  const pipeline = await built(gpu, 'scene place', () =>
    device.createComputePipelineAsync({
      label: 'scene place',
      layout: device.createPipelineLayout({ label: 'scene place', bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: 'place' },
    }),
  );
  return { pipeline, layout };
}

async function moduleOf(gpu: Gpu, file: string, variant: Variant = {}): Promise<GPUShaderModule> {
  const composed = compose(file, new Map([...core.shaders, ...sceneShaders]), variant);
  const { device } = gpu;
  // The scope would tell the same error without its place in the source.
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label: file, code: composed.code });
  const [caught, notes] = await gpu.race(Promise.all([device.popErrorScope(), module.getCompilationInfo()]));
  const error = notes.messages.find(({ type }) => type === 'error');
  if (!error && !caught) return module;
  const line = error && composed.lines[error.lineNum - 1];
  throw new FlatwalkError(
    'SHADER',
    `The shader '${file}' of the 3-D view does not compile on this device. ` +
      `${line ? `${line.file}:${line.line}: ` : ''}${error?.message ?? caught?.message}`,
    'Report this with the name of the browser or driver; everything else works without the 3-D view.',
  );
}

async function built<T>(gpu: Gpu, label: string, make: () => Promise<T>): Promise<T> {
  try {
    return await gpu.race(make());
  } catch (error) {
    if (error instanceof FlatwalkError) throw error;
    throw new FlatwalkError(
      'SHADER',
      `The pipeline '${label}' could not be built on this device: ${error instanceof Error ? error.message : String(error)}`,
      'Report this with the name of the browser or driver; everything else works without the 3-D view.',
      { cause: error },
    );
  }
}
