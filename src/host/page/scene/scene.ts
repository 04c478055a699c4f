/**
 * The 3-D view: draws a problem's networks straight from the engine's buffers. A frame brings the weights up to date, places the
 * points by a compute pass and draws them, all on the engine's queue, whose order keeps a picture consistent. Nothing is read back
 * but once when a view is chosen, to fit the box around it; and nothing is written that a run reads, so a run that is watched has the
 * same bits as one that is not.
 */
import type { Gpu } from '../../../engine/gpu.ts';
import type { Engine, Problem } from '../../../engine/index.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import { axisLabels, axisLines, carried, type Line, type Quarter, quarterOf } from './axes.ts';
import { directions, HOME, moved, onScreen, projection } from './camera.ts';
import { LIGHT, SCALE } from './colours.ts';
import { Holdings, RENDER_ATTACHMENT, Usage, watched } from './holdings.ts';
import type { CameraMessage, Colour, Described, Label, ThemeColours, View } from './messages.ts';
import { type Picture, pictureOf, planOf } from './picture.ts';
import { DEPTH_FORMAT, type Drawing, LINE_NUMBERS, makeDrawing } from './pipelines.ts';
import { type Points, preparePoints } from './points.ts';
import { type Size, sizeOf, type Target } from './target.ts';

/** Numbers in view.wgsl's `View`. */
const VIEW_NUMBERS = 16 + 4 * 4 + 12 * 4 + 16 * 4;

/** What belongs to one problem's view, and goes with it. */
interface Shown {
  readonly points: Points;
  readonly picture: Picture;
  readonly lines: GPUBuffer;
  readonly lineCount: number;
  readonly marker: GPUBuffer | null;
  readonly mesh: { readonly vertices: GPUBuffer; readonly triangles: GPUBuffer; readonly count: number } | null;
  readonly holdings: Holdings;
}

export interface SceneOptions {
  /** Samples of a pixel: 4 make edges smooth; a processor that pretends to be a GPU would need four times as long for them. */
  readonly samples?: 1 | 4;
}

export class Scene {
  readonly #gpu: Gpu;
  readonly #target: Target;
  readonly #holdings: Holdings;
  readonly #view: GPUBuffer;
  readonly #samples: number;
  #drawing: Promise<Drawing & { readonly bindings: GPUBindGroup }> | null = null;
  #shown: Shown | null = null;
  #quarter: Quarter | null = null;
  #attachments: { readonly depth: GPUTexture; readonly colour: GPUTexture | null } | null = null;
  #size: Size | null = null;
  #css = { width: 0, height: 0 };
  #camera = HOME;
  #theme: ThemeColours = LIGHT;
  #turn = 0;
  #disposed = false;

  constructor(target: Target, engine: Engine, { samples }: SceneOptions = {}) {
    this.#gpu = engine.lowLevel;
    this.#target = target;
    this.#holdings = new Holdings(this.#gpu);
    this.#samples = samples ?? (this.#gpu.software ? 1 : 4);
    this.#view = this.#holdings.buffer('scene view', VIEW_NUMBERS * 4, Usage.UNIFORM | Usage.COPY_DST);
  }

  /** What the view holds on the device now. */
  get held(): { readonly buffers: number; readonly textures: number } {
    const own = this.#shown?.holdings;
    return {
      buffers: this.#holdings.buffers + (own?.buffers ?? 0),
      textures: this.#holdings.textures + (own?.textures ?? 0),
    };
  }

  /** What the picture shows; null before the first. */
  get described(): Described | null {
    return this.#shown?.picture.described ?? null;
  }

  /**
   * Shows a problem, its box fitted to where its points are now. False where another view has been asked for in the meantime, or the
   * scene has been disposed. @throws NOT_DEFINED where the view cannot be drawn, with the reason; BAD_ARGUMENT, LIMIT, GPU, SHADER,
   * DEVICE_LOST, DISPOSED
   */
  async show(problem: Problem, view: View): Promise<boolean> {
    this.#check();
    const turn = ++this.#turn;
    const { network } = problem.lowLevel;
    const plan = planOf(network, view, this.#gpu.software);
    const holdings = new Holdings(this.#gpu);
    try {
      const points = await preparePoints(network, plan, holdings);
      await this.#draws();
      const places = await points.look();
      if (this.#disposed || turn !== this.#turn) {
        holdings.dispose();
        return false;
      }
      const picture = pictureOf(network, plan, places);
      const shown = await watched(this.#gpu, 'scene', () => this.#make(points, picture, holdings));
      if (this.#disposed || turn !== this.#turn) {
        holdings.dispose();
        return false;
      }
      this.#shown?.holdings.dispose();
      this.#shown = shown;
      this.#quarter = null;
      return true;
    } catch (error) {
      holdings.dispose();
      throw error;
    }
  }

  /** Shows nothing, as before a problem is disposed. */
  clear(): void {
    this.#turn++;
    this.#shown?.holdings.dispose();
    this.#shown = null;
  }

  /** @throws BAD_ARGUMENT */
  camera(message: CameraMessage): void {
    this.#camera = moved(this.#camera, message);
  }

  theme(colours: ThemeColours): void {
    this.#theme = colours;
  }

  /** The canvas in CSS pixels, and how many pixels of the screen are in each. @throws BAD_ARGUMENT */
  resize(width: number, height: number, pixelRatio: number): void {
    const size = sizeOf(width, height, pixelRatio, this.#gpu.software);
    this.#css = { width, height };
    if (size.width === this.#size?.width && size.height === this.#size.height) return;
    this.#size = size;
    this.#target.resize(size.width, size.height);
    this.#freeAttachments();
  }

  /**
   * Draws what there is now; false where there is nothing to draw, or no longer: the problem was disposed or the device lost.
   * Settles when the device has taken the frame. @throws GPU, LIMIT
   */
  async frame(): Promise<boolean> {
    const shown = this.#shown;
    const size = this.#size;
    if (!shown || !size || !this.#alive(shown)) return false;
    const drawing = await this.#draws();
    if (shown !== this.#shown || !this.#alive(shown)) return false;
    // The steps of a run in data space leave the weights behind; its own commands bring them up to date.
    shown.points.network.catchUp?.();
    this.#gpu.recorder.submit();
    await watched(this.#gpu, 'scene frame', () => this.#draw(drawing, shown, size));
    return true;
  }

  /** The texts of the axes and of the mark, where they are for the camera as it is now. */
  labels(): Label[] {
    const picture = this.#shown?.picture;
    const { width, height } = this.#css;
    if (!picture || !width || !height) return [];
    const { matrix } = projection(this.#camera, width / height);
    const quarter = quarterOf(directions(this.#camera).back);
    const { marker } = picture;
    const placed = [
      ...axisLabels(picture.axes, quarter),
      ...(marker ? [{ text: marker.text, kind: 'marker' as const, at: marker.at, axis: undefined }] : []),
    ];
    return placed.flatMap(({ at, text, kind, axis }) => {
      const found = onScreen(matrix, at, width, height);
      if (!found || found.x < 0 || found.y < 0 || found.x > width || found.y > height) return [];
      return [{ text, kind, x: found.x, y: found.y, ...(axis !== undefined && { axis }) }];
    });
  }

  /** What is drawn around the points; null before the first. */
  get picture(): Picture | null {
    return this.#shown?.picture ?? null;
  }

  /** Where a point of the world appears now, in pixels of the picture; null where it is behind the camera. */
  project(at: readonly [number, number, number]): { readonly x: number; readonly y: number } | null {
    if (!this.#size) return null;
    const { width, height } = this.#size;
    return onScreen(projection(this.#camera, width / height).matrix, at, width, height);
  }

  /** Frees everything; safe to call twice, and after the device was lost. */
  dispose(): void {
    this.#disposed = true;
    this.clear();
    this.#attachments = null;
    this.#holdings.dispose();
  }

  #check(): void {
    if (this.#disposed) throw new FlatwalkError('DISPOSED', 'The 3-D view was disposed', 'Make a new one.');
    this.#gpu.check();
  }

  /** Whether there is still something to draw from. Whoever disposed of it, or hears of the loss, knows; a picture just ends. */
  #alive({ points }: Shown): boolean {
    if (this.#disposed) return false;
    try {
      points.network.check();
      return true;
    } catch (error) {
      if (error instanceof FlatwalkError && ['DISPOSED', 'DEVICE_LOST'].includes(error.code)) return false;
      throw error;
    }
  }

  #draws() {
    this.#drawing ??= makeDrawing(this.#gpu, this.#target.format, this.#samples).then(async (drawing) => ({
      ...drawing,
      bindings: await watched(this.#gpu, 'scene view', () =>
        this.#gpu.device.createBindGroup({
          label: 'scene view',
          layout: drawing.layout,
          entries: [{ binding: 0, resource: { buffer: this.#view } }],
        }),
      ),
    }));
    return this.#drawing;
  }

  #make(points: Points, picture: Picture, holdings: Holdings): Shown {
    const { axes, mesh, marker, lines } = picture;
    points.carry(axes.map(carried));
    const lineCount = lines.length + axisLines(axes, { x: 1, z: 1 }).length;
    return {
      points,
      picture,
      holdings,
      lineCount,
      lines: holdings.buffer('scene lines', lineCount * LINE_NUMBERS * 4, Usage.VERTEX | Usage.COPY_DST),
      marker: marker && holdings.filled('scene marker', new Float32Array([...marker.at, 1]), Usage.VERTEX),
      mesh: mesh && {
        vertices: holdings.filled('scene sheet', mesh.vertices, Usage.VERTEX),
        triangles: holdings.filled('scene triangles', mesh.triangles, Usage.INDEX),
        count: mesh.triangles.length,
      },
    };
  }

  #draw(drawing: Drawing & { readonly bindings: GPUBindGroup }, shown: Shown, size: Size): void {
    const { device } = this.#gpu;
    const { back } = directions(this.#camera);
    device.queue.writeBuffer(this.#view, 0, this.#viewNumbers(shown.picture, size));
    const quarter = quarterOf(back);
    if (quarter.x !== this.#quarter?.x || quarter.z !== this.#quarter.z) {
      this.#quarter = quarter;
      const all = [...axisLines(shown.picture.axes, quarter), ...shown.picture.lines];
      device.queue.writeBuffer(shown.lines, 0, lineNumbers(all));
    }
    const picture = this.#target.texture().createView({ label: 'scene picture' });
    const { depth, colour } = this.#attach(size);
    const [r, g, b] = this.#theme.surface;
    const encoder = device.createCommandEncoder({ label: 'scene frame' });
    shown.points.record(encoder);
    const pass = encoder.beginRenderPass({
      label: 'scene frame',
      colorAttachments: [
        {
          view: colour ? colour.createView() : picture,
          ...(colour && { resolveTarget: picture }),
          clearValue: { r, g, b, a: 1 },
          loadOp: 'clear',
          storeOp: colour ? 'discard' : 'store',
        },
      ],
      depthStencilAttachment: {
        view: depth.createView(),
        depthClearValue: 1,
        depthLoadOp: 'clear',
        depthStoreOp: 'discard',
      },
    });
    pass.setBindGroup(0, drawing.bindings);
    const sheet = () => {
      if (!shown.mesh) return;
      pass.setPipeline(drawing.sheet);
      pass.setVertexBuffer(0, shown.mesh.vertices);
      pass.setIndexBuffer(shown.mesh.triangles, 'uint32');
      pass.drawIndexed(shown.mesh.count);
    };
    const translucent = shown.picture.mesh?.translucent ?? false;
    const own = shown.picture.lines.length;
    const lines = (first: number, count: number) => {
      if (count === 0) return;
      pass.setPipeline(drawing.lines);
      pass.setVertexBuffer(0, shown.lines);
      pass.draw(4, count, 0, first);
    };
    if (!translucent) sheet();
    lines(0, shown.lineCount - own);
    if (translucent) sheet();
    lines(shown.lineCount - own, own);
    const { places, count } = shown.points;
    pass.setVertexBuffer(0, places);
    for (const pipeline of [drawing.shadows, ...(shown.mesh ? [drawing.hidden] : []), drawing.balls]) {
      pass.setPipeline(pipeline);
      pass.draw(4, count);
    }
    if (shown.marker) {
      pass.setPipeline(drawing.ring);
      pass.setVertexBuffer(0, shown.marker);
      pass.draw(4, 1);
    }
    pass.end();
    device.queue.submit([encoder.finish()]);
  }

  #viewNumbers({ axes, radii }: Picture, { width, height, ratio }: Size): Float32Array<ArrayBuffer> {
    const { matrix, focal } = projection(this.#camera, width / height);
    const { eye, right, up } = directions(this.#camera);
    const { surface, grid, muted, axes: lines, chosen, others, marker } = this.#theme;
    // Shadows lie a little above the floor, whose lines they would otherwise meet.
    const floor = (axes[1]?.from ?? 0) + 0.002;
    const colours: Colour[] = [surface, grid, muted, lines[0], lines[1], chosen, others, marker, lines[2]];
    const four = (list: readonly Colour[], count: number) =>
      Array.from({ length: count }, (_, k) => [...(list[k] ?? surface), 1]).flat();
    return new Float32Array([
      ...matrix,
      ...eye,
      floor,
      ...right,
      radii[0],
      ...up,
      radii[1],
      width,
      height,
      ratio,
      focal,
      ...four(colours, 12),
      ...four(SCALE, 16),
    ]);
  }

  #attach({ width, height }: Size) {
    if (this.#attachments) return this.#attachments;
    const make = (label: string, format: GPUTextureFormat) =>
      this.#holdings.texture({
        label,
        format,
        size: [width, height],
        sampleCount: this.#samples,
        usage: RENDER_ATTACHMENT,
      });
    const depth = make('scene depth', DEPTH_FORMAT);
    const colour = this.#samples > 1 ? make('scene samples', this.#target.format) : null;
    this.#attachments = { depth, colour };
    return this.#attachments;
  }

  #freeAttachments(): void {
    if (!this.#attachments) return;
    this.#holdings.freeTexture(this.#attachments.depth);
    if (this.#attachments.colour) this.#holdings.freeTexture(this.#attachments.colour);
    this.#attachments = null;
  }
}

function lineNumbers(lines: readonly Line[]): ArrayBuffer {
  const bytes = new ArrayBuffer(lines.length * LINE_NUMBERS * 4);
  const floats = new Float32Array(bytes);
  const words = new Uint32Array(bytes);
  lines.forEach(({ start, end, width, style, places = [0, 0] }, k) => {
    floats.set([...start, ...end, ...places, width], k * LINE_NUMBERS);
    words[k * LINE_NUMBERS + 9] = style;
  });
  return bytes;
}
