/**
 * The 3-D view: draws a problem's networks straight from the engine's buffers. A frame brings the weights up to date, places the
 * points by a compute pass and draws them, all on the engine's queue, whose order keeps a picture consistent. Nothing is read back
 * but once when a view is chosen, to fit the box around it; and nothing is written that a run reads, so a run that is watched has the
 * same bits as one that is not.
 */
import type { Gpu } from '../../../engine/gpu.ts';
import type { Engine, Problem } from '../../../engine/index.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import { axisLabels, type PlacedLabel, type Quarter, quarterOf } from './axes.ts';
import { holds } from './box.ts';
import { directions, HOME, moved, onScreen, projection } from './camera.ts';
import { LIGHT } from './colours.ts';
import { lineNumbers, putShown, recordFrame, type Shown, VIEW_NUMBERS, viewNumbers } from './frame.ts';
import { Holdings, RENDER_ATTACHMENT, Usage, watched } from './holdings.ts';
import { legible } from './legible.ts';
import type { CameraMessage, Described, Label, ThemeColours, View } from './messages.ts';
import { type Picture, pictureOf } from './picture.ts';
import { DEPTH_FORMAT, type Drawing, makeDrawing } from './pipelines.ts';
import { type Plan, planOf } from './plan.ts';
import { type Points, preparePoints } from './points.ts';
import { type Size, sizeOf, type Target } from './target.ts';

interface SceneOptions {
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
   * Shows a problem, its box fitted to where its points are now. With `keep` the box stays where it is as long as the same is shown of
   * the same data and the points are in it, so that a run that goes on does not jump. False where another view has been asked for in the meantime, or the
   * scene has been disposed. @throws NOT_DEFINED where the view cannot be drawn, with the reason; BAD_ARGUMENT, LIMIT, GPU, SHADER,
   * DEVICE_LOST, DISPOSED
   */
  async show(problem: Problem, view: View, keep = false): Promise<boolean> {
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
      const before = keep ? this.#shown : null;
      const stays = before && sameView(before, plan, points) && holds(before.picture, places, view.kind === 'neurons');
      const picture = stays ? before.picture : pictureOf(network, plan, places);
      const shown = await watched(this.#gpu, 'scene', () => putShown(plan, points, picture, holdings));
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
    const placed: PlacedLabel[] = [
      ...(marker ? [{ text: marker.text, kind: 'marker' as const, at: marker.at }] : []),
      ...axisLabels(picture.axes, quarter),
    ];
    const found = placed.flatMap(({ at, text, kind, axis }): Label[] => {
      const spot = onScreen(matrix, at, width, height);
      if (!spot || spot.x < 0 || spot.y < 0 || spot.x > width || spot.y > height) return [];
      return [{ text, kind, x: spot.x, y: spot.y, ...(axis !== undefined && { axis }) }];
    });
    return legible(found);
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

  #draw(drawing: Drawing & { readonly bindings: GPUBindGroup }, shown: Shown, size: Size): void {
    const { device } = this.#gpu;
    device.queue.writeBuffer(this.#view, 0, viewNumbers(shown.picture, this.#camera, this.#theme, size));
    const quarter = quarterOf(directions(this.#camera).back);
    if (quarter.x !== this.#quarter?.x || quarter.z !== this.#quarter.z) {
      this.#quarter = quarter;
      device.queue.writeBuffer(shown.lines, 0, lineNumbers(shown.picture, quarter));
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
    recordFrame(pass, drawing, drawing.bindings, shown);
    pass.end();
    device.queue.submit([encoder.finish()]);
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

/** Whether the same would be shown of the same data: then the same box means the same. */
function sameView(shown: Shown, plan: Plan, { network }: Points): boolean {
  const before = shown.points.network;
  return (
    JSON.stringify(shown.plan) === JSON.stringify(plan) &&
    before.activation.spec === network.activation.spec &&
    before.dimension === network.dimension &&
    before.width === network.width &&
    before.dataSum === network.dataSum
  );
}
