/** From what a visitor does on the canvas, with a pointer, fingers, a wheel or keys, to messages for the camera. */
import type { CameraMessage } from './messages.ts';

/** Shares of the height a millisecond. */
interface Glide {
  readonly dx: number;
  readonly dy: number;
}

/** Milliseconds in which a glide loses two thirds of its speed. */
const FADE = 220;
/** Below this nobody sees that it goes on. */
const STILL = 2e-5;

/** How far a glide goes in a time, and with what it goes on; null where it has come to rest. */
export function glided(
  glide: Glide,
  milliseconds: number,
): { readonly message: CameraMessage; readonly rest: Glide | null } {
  const left = Math.exp(-milliseconds / FADE);
  // The integral of a speed that fades exponentially.
  const way = FADE * (1 - left);
  const rest = { dx: glide.dx * left, dy: glide.dy * left };
  return {
    message: { kind: 'orbit', dx: glide.dx * way, dy: glide.dy * way },
    rest: Math.hypot(rest.dx, rest.dy) < STILL ? null : rest,
  };
}

const KEY_TURN = 0.05;
const KEY_ZOOM = 1.2;

/** What a key does, if anything: arrows turn, with Shift they carry along; plus and minus; 0 is told apart, for it fits the box too. */
export function byKey(key: string, shift: boolean): CameraMessage | 'home' | null {
  const arrows: Record<string, readonly [number, number]> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  const arrow = arrows[key];
  if (arrow) return { kind: shift ? 'pan' : 'orbit', dx: KEY_TURN * arrow[0], dy: KEY_TURN * arrow[1] };
  if (key === '+' || key === '=') return { kind: 'zoom', factor: KEY_ZOOM };
  if (key === '-' || key === '_') return { kind: 'zoom', factor: 1 / KEY_ZOOM };
  return key === '0' ? 'home' : null;
}

/** One finger or the button of a mouse turns; two fingers, or a drag with Shift or another button, carry along and zoom. */
export function byPointers(
  before: readonly (readonly [number, number])[],
  after: readonly (readonly [number, number])[],
  height: number,
  carries: boolean,
): CameraMessage[] {
  const middle = (points: readonly (readonly [number, number])[]) =>
    [0, 1].map((k) => points.reduce((sum, point) => sum + point[k], 0) / points.length);
  const [from, to] = [middle(before), middle(after)];
  const [dx, dy] = [(to[0] - from[0]) / height, (to[1] - from[1]) / height];
  if (before.length < 2) return [{ kind: carries ? 'pan' : 'orbit', dx, dy }];
  const apart = (points: readonly (readonly [number, number])[]) =>
    Math.max(1, Math.hypot(points[0][0] - points[1][0], points[0][1] - points[1][1]));
  return [
    { kind: 'pan', dx, dy },
    { kind: 'zoom', factor: apart(after) / apart(before) },
  ];
}

interface ControlOptions {
  readonly tell: (message: CameraMessage) => void;
  /** The camera goes home. */
  readonly home: () => void;
  /** Whether a turn goes on a little when it is let go. */
  readonly glides: () => boolean;
}

/** Listens on the canvas. Returns what ends it. */
export function control(canvas: HTMLElement, { tell, home, glides }: ControlOptions): () => void {
  const down = new Map<number, readonly [number, number]>();
  let glide: Glide | null = null;
  let moved = 0;
  const at = (event: PointerEvent): readonly [number, number] => [event.clientX, event.clientY];
  const stop = new AbortController();
  const on = <N extends keyof HTMLElementEventMap>(
    name: N,
    call: (event: HTMLElementEventMap[N]) => void,
    passive = true,
  ) => canvas.addEventListener(name, call, { signal: stop.signal, passive });

  on('pointerdown', (event) => {
    glide = null;
    canvas.setPointerCapture(event.pointerId);
    down.set(event.pointerId, at(event));
  });
  on('pointermove', (event) => {
    const last = down.get(event.pointerId);
    if (!last) return;
    const before = [...down.values()];
    down.set(event.pointerId, at(event));
    const carries = event.shiftKey || (event.buttons & ~1) !== 0;
    const messages = byPointers(before, [...down.values()], canvas.clientHeight || 1, carries);
    for (const message of messages) tell(message);
    const [first] = messages;
    const took = Math.max(1, event.timeStamp - moved);
    moved = event.timeStamp;
    glide = first.kind === 'orbit' && took < 100 ? { dx: first.dx / took, dy: first.dy / took } : null;
  });
  const up = (event: PointerEvent) => {
    down.delete(event.pointerId);
    if (event.type === 'pointercancel' || event.timeStamp - moved > 60 || !glides()) glide = null;
    if (glide && down.size === 0) go(performance.now());
  };
  on('pointerup', up);
  on('pointercancel', up);
  const go = (before: number) =>
    requestAnimationFrame((now) => {
      if (!glide || stop.signal.aborted) return;
      const { message, rest } = glided(glide, Math.min(50, Math.max(0, now - before)));
      tell(message);
      glide = rest;
      go(now);
    });

  // A wheel scrolls the page, unless the canvas was chosen before, or two fingers on a pad are meant to zoom.
  on(
    'wheel',
    (event) => {
      if (!event.ctrlKey && document.activeElement !== canvas) return;
      event.preventDefault();
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 * event.deltaY : event.deltaY;
      tell({ kind: 'zoom', factor: Math.exp(-Math.max(-200, Math.min(200, pixels)) / (event.ctrlKey ? 150 : 500)) });
    },
    false,
  );
  on(
    'keydown',
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const found = byKey(event.key, event.shiftKey);
      if (!found) return;
      event.preventDefault();
      if (found === 'home') home();
      else tell(found);
    },
    false,
  );
  on('contextmenu', (event) => event.preventDefault(), false);
  return () => stop.abort();
}
