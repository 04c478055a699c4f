/** The view's side in the worker: follows what the experiment shows, and what the page says over its port. */
import type { Engine, Problem } from '../../../engine/index.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import { openEngine } from '../worker/engine.ts';
import { onMoved, onShown } from '../worker/showing.ts';
import { LIGHT } from './colours.ts';
import type { FromScene, SceneAsk, ToScene, ViewChoice } from './messages.ts';
import { whyNot } from './plan.ts';
import { Scene } from './scene.ts';
import { canvasTarget } from './target.ts';
import { Ticker } from './ticker.ts';

/** Of the time: a GPU hardly notices, a processor has a run to compute as well. */
const SHARE = { software: 0.25, gpu: 1 } as const;

/** Draws onto the canvas until the page closes it. */
export async function serveScene({ canvas, port }: SceneAsk): Promise<null> {
  const view = new Served(canvas, port);
  port.onmessage = ({ data }: MessageEvent<ToScene>) => view.hear(data);
  return null;
}

/**
 * Some browsers lose the device of a software adapter with the first picture that is presented. Then there are no more of them: a run
 * is worth more.
 */
let costly = false;
/** Milliseconds after the canvas was taken, after its first picture was begun and after it was done, in which a loss is its doing. */
const SUSPECT = { canvas: 10_000, begun: 10_000, done: 3000 } as const;
const COSTLY =
  'The GPU device was lost when the first picture was to be shown, so there are no more of them until the page is loaded again.';

class Served {
  readonly #canvas: OffscreenCanvas;
  readonly #port: MessagePort;
  readonly #ends: (() => void)[] = [];
  #engine: Engine | null = null;
  #scene: Scene | null = null;
  #ticker: Ticker | null = null;
  #problem: Problem | null = null;
  #view: Extract<ToScene, { kind: 'view' }>['view'] = { kind: 'auto' };
  #theme = LIGHT;
  #size: Extract<ToScene, { kind: 'size' }> | null = null;
  #labels = '';
  /** Until when a loss of the device is taken for the doing of the pictures. */
  #suspectUntil = 0;
  #pictured = false;
  #closed = false;

  constructor(canvas: OffscreenCanvas, port: MessagePort) {
    this.#canvas = canvas;
    this.#port = port;
    const changed = (problem: Problem | null) => {
      this.#problem = problem;
      void this.#show(true);
    };
    this.#ends.push(
      onShown(changed),
      onMoved(() => this.#ticker?.touch()),
    );
  }

  hear(message: ToScene): void {
    switch (message.kind) {
      case 'view':
        this.#view = message.view;
        void this.#show(true);
        return;
      case 'camera':
        this.#scene?.camera(message.message);
        break;
      case 'theme':
        this.#theme = message.colours;
        this.#scene?.theme(message.colours);
        break;
      case 'size':
        this.#size = message;
        this.#scene?.resize(message.width, message.height, message.pixelRatio);
        break;
      case 'fit':
        this.#scene?.camera({ kind: 'reset' });
        void this.#show(false);
        return;
      case 'close':
        this.#close();
        return;
      default:
        message satisfies never;
    }
    this.#ticker?.touch();
  }

  #tell(message: FromScene): void {
    if (!this.#closed) this.#port.postMessage(message);
  }

  /** Shows the problem there is, by the view that was asked for. Never rejects: what goes wrong is told. */
  async #show(keep: boolean): Promise<void> {
    if (costly) {
      this.#tell({ kind: 'failed', message: COSTLY });
      return;
    }
    const problem = this.#problem;
    if (!problem) {
      // Between two parts of a run the last picture stays; before the first there is none.
      if (!this.#scene?.described) this.#tell({ kind: 'empty' });
      return;
    }
    try {
      const scene = await this.#open();
      if (!scene || this.#problem !== problem) return;
      const { network } = problem.lowLevel;
      const replica = Math.min(this.#view.replica ?? 0, network.replicas - 1);
      const noManifold = whyNot(network, { kind: 'manifold', replica });
      const kind = chosen(this.#view.kind, noManifold);
      if (kind === 'manifold' && noManifold) {
        scene.clear();
        this.#tell({ kind: 'cannot', why: noManifold });
        return;
      }
      if (!(await scene.show(problem, { ...this.#view, kind, replica }, keep))) return;
      this.#labels = '';
      this.#tell({ kind: 'picture', view: kind, ...scene.described!, replicas: network.replicas, noManifold });
      this.#ticker?.touch();
    } catch (error) {
      // A problem that has been replaced, or whose device went away, is told by whoever replaced it or ran on it.
      if (this.#problem !== problem || isGone(error)) return;
      this.#fail(error);
    }
  }

  /** The scene on the engine there is now: another one after a device was lost. Null when the view was closed meanwhile. */
  async #open(): Promise<Scene | null> {
    const engine = await openEngine();
    if (this.#closed) return null;
    if (this.#scene && this.#engine === engine) return this.#scene;
    this.#end();
    const scene = new Scene(canvasTarget(this.#canvas, engine.device), engine);
    scene.theme(this.#theme);
    if (this.#size) scene.resize(this.#size.width, this.#size.height, this.#size.pixelRatio);
    this.#engine = engine;
    this.#scene = scene;
    const share = engine.adapter.software ? SHARE.software : SHARE.gpu;
    this.#ticker = new Ticker(() => this.#frame(engine, scene), share);
    this.#suspect(SUSPECT.canvas);
    this.#pictured = false;
    void engine.device.lost.then(() => {
      if (this.#engine !== engine || this.#closed || performance.now() > this.#suspectUntil) return;
      costly = true;
      this.#fail(new Error(COSTLY));
    });
    return scene;
  }

  async #frame(engine: Engine, scene: Scene): Promise<void> {
    try {
      if (!this.#pictured) this.#suspect(SUSPECT.begun);
      if (!(await scene.frame())) return;
      if (!this.#pictured) this.#suspect(SUSPECT.done);
      this.#pictured = true;
      const labels = scene.labels();
      const text = JSON.stringify(labels);
      if (text !== this.#labels) this.#tell({ kind: 'labels', labels });
      this.#labels = text;
      await engine.device.queue.onSubmittedWorkDone();
    } catch (error) {
      if (!isGone(error)) this.#fail(error);
    }
  }

  #suspect(milliseconds: number): void {
    this.#suspectUntil = Math.max(this.#suspectUntil, performance.now() + milliseconds);
  }

  #fail(error: unknown): void {
    this.#end();
    this.#tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }

  #end(): void {
    this.#ticker?.stop();
    this.#scene?.dispose();
    this.#ticker = null;
    this.#scene = null;
    this.#engine = null;
  }

  #close(): void {
    this.#closed = true;
    for (const end of this.#ends) end();
    this.#end();
    this.#port.close();
  }
}

function chosen(wish: ViewChoice, noManifold: string | null): 'neurons' | 'manifold' {
  if (wish === 'auto') return noManifold === null ? 'manifold' : 'neurons';
  return wish;
}

function isGone(error: unknown): boolean {
  return error instanceof FlatwalkError && ['DISPOSED', 'DEVICE_LOST'].includes(error.code);
}
