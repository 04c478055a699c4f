import './scene.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import { isSoftware } from '../session/adapter.ts';
import { call } from '../session/link.ts';
import { theme } from '../session/theme.ts';
import { SCALE } from './colours.ts';
import { control } from './controls.ts';
import type { CameraMessage, FromScene, Label, ToScene, ViewChoice } from './messages.ts';
import { themeColours } from './theme-colours.ts';

const ZOOM = 1.3;
const TURN = 0.08;
const canDraw = 'transferControlToOffscreen' in HTMLCanvasElement.prototype && 'gpu' in navigator;
const stillness = matchMedia('(prefers-reduced-motion: reduce)');

type Said = Exclude<FromScene, { kind: 'labels' }>;

/** The networks in three dimensions: drawn by the worker onto this canvas, with the page's words laid over it. */
export function SceneView() {
  if (!canDraw) {
    return (
      <p class="hint" id="scene-missing">
        This browser cannot draw with WebGPU in a worker (OffscreenCanvas is missing), so there is no 3-D view. All
        numbers and plots are the same without it.
      </p>
    );
  }
  return <Canvas />;
}

function Canvas() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const port = useRef<MessagePort | null>(null);
  const [said, setSaid] = useState<Said>({ kind: 'empty' });
  const [labels, setLabels] = useState<readonly Label[]>([]);
  const [choice, setChoice] = useState<ViewChoice>('auto');
  const [network, setNetwork] = useState(1);
  const tell = (message: ToScene) => port.current?.postMessage(message);
  const camera = (message: CameraMessage) => tell({ kind: 'camera', message });

  useEffect(() => {
    const element = canvas.current!;
    const { port1, port2 } = new MessageChannel();
    port.current = port1;
    port1.onmessage = ({ data }: MessageEvent<FromScene>) => {
      if (data.kind === 'labels') setLabels(data.labels);
      else setSaid(data);
    };
    const offscreen = element.transferControlToOffscreen();
    call('scene', { canvas: offscreen, port: port2 }, { transfer: [offscreen, port2] }).catch((error: Error) =>
      setSaid({ kind: 'failed', message: error.message }),
    );
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element;
      if (width > 0 && height > 0) tell({ kind: 'size', width, height, pixelRatio: devicePixelRatio || 1 });
    };
    const size = new ResizeObserver(measure);
    size.observe(element);
    const end = control(element, {
      tell: camera,
      home: () => tell({ kind: 'fit' }),
      // Each frame costs a processor more than it is worth.
      glides: () => !stillness.matches && !isSoftware(),
    });
    return () => {
      end();
      size.disconnect();
      tell({ kind: 'close' });
      port.current = null;
    };
  }, []);
  useEffect(() => tell({ kind: 'theme', colours: themeColours() }), [theme.value]);
  useEffect(() => tell({ kind: 'view', view: { kind: choice, replica: network - 1 } }), [choice, network]);

  const picture = said.kind === 'picture' ? said : null;
  const shown = picture?.view ?? (choice === 'auto' ? null : choice);
  const noManifold = said.kind === 'cannot' ? said.why : (picture?.noManifold ?? null);
  const select = (kind: 'neurons' | 'manifold') => (
    <button type="button" aria-pressed={shown === kind} onClick={() => setChoice(kind)}>
      {kind === 'neurons' ? 'Neurons' : 'Zero-loss manifold'}
    </button>
  );
  return (
    <div class="scene">
      <div class="row">
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form. */}
        <div class="segmented" role="group" aria-label="What is drawn">
          {select('neurons')}
          {select('manifold')}
        </div>
        {(picture?.replicas ?? 1) > 1 && (
          <label class="scene-network">
            Network{' '}
            <input
              type="number"
              min={1}
              max={picture?.replicas}
              value={network}
              onChange={({ currentTarget }) => {
                const wanted = Math.round(currentTarget.valueAsNumber);
                if (Number.isFinite(wanted)) setNetwork(Math.max(1, Math.min(picture?.replicas ?? 1, wanted)));
              }}
            />
          </label>
        )}
      </div>
      <div class="scene-frame" data-empty={picture ? undefined : ''}>
        <canvas
          ref={canvas}
          tabIndex={0}
          role="img"
          aria-label={picture?.words ?? 'A 3-D view, empty until a run has begun'}
          aria-describedby="scene-help"
        />
        {picture && <Overlay labels={labels} />}
        {!picture && <Instead said={said} />}
      </div>
      <div class="row spread">
        {picture?.scale ? <Scale {...picture.scale} /> : <span />}
        <div class="buttons scene-buttons">
          <button type="button" aria-label="Turn left" onClick={() => camera({ kind: 'orbit', dx: TURN, dy: 0 })}>
            <Turn to="left" />
          </button>
          <button type="button" aria-label="Turn right" onClick={() => camera({ kind: 'orbit', dx: -TURN, dy: 0 })}>
            <Turn to="right" />
          </button>
          <button type="button" aria-label="Nearer" onClick={() => camera({ kind: 'zoom', factor: ZOOM })}>
            +
          </button>
          <button type="button" aria-label="Farther" onClick={() => camera({ kind: 'zoom', factor: 1 / ZOOM })}>
            −
          </button>
          <button type="button" onClick={() => tell({ kind: 'fit' })}>
            Fit
          </button>
        </div>
      </div>
      {picture && <p class="hint">{picture.words}</p>}
      {[...(picture?.remarks ?? []), ...(shown === 'neurons' && noManifold ? [noManifold] : [])].map((remark) => (
        <p key={remark} class="hint">
          {remark}
        </p>
      ))}
      <p class="hint" id="scene-help">
        Drag to turn, with two fingers or Shift to move, pinch to zoom. Keys, once the picture is chosen: arrows turn,
        with Shift they move; + and − or the wheel zoom; 0 fits.
      </p>
    </div>
  );
}

/** An arrow around a corner; fonts often have none. */
function Turn({ to }: { readonly to: 'left' | 'right' }) {
  return (
    <svg class={`turn ${to}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d="M13 12a5.5 5.5 0 1 0-9.6-5.5M3 2.5v4h4" />
    </svg>
  );
}

/** Words over the picture. They say what the picture's description says, so screen readers leave them out. */
function Overlay({ labels }: { readonly labels: readonly Label[] }) {
  return (
    <div class="scene-labels" aria-hidden="true">
      {labels.map(({ text, x, y, kind, axis }) => (
        <span
          key={`${kind} ${axis} ${text}`}
          class={`${kind}${axis === undefined ? '' : ` axis-${axis}`}`}
          style={{ left: `${x}px`, top: `${y}px` }}
        >
          {text}
        </span>
      ))}
    </div>
  );
}

function Instead({ said }: { readonly said: Said }) {
  const words = {
    empty: 'Start a run to see its networks here.',
    cannot: said.kind === 'cannot' ? said.why : '',
    failed: said.kind === 'failed' ? `The 3-D view has stopped. ${said.message}` : '',
    picture: '',
  }[said.kind];
  return (
    <p class="scene-instead" role={said.kind === 'failed' ? 'alert' : 'status'}>
      {words}
    </p>
  );
}

/** Which sharpness has which colour. The ends are told; between them the scale is that of the square root. */
function Scale({ low, high }: { readonly low: number; readonly high: number }) {
  const stops = SCALE.map((rgb) => `rgb(${rgb.map((c) => Math.round(c * 255)).join(' ')})`);
  const short = (value: number) => String(Number(value.toPrecision(3)));
  return (
    <span class="scene-scale">
      <span>F = {short(low)}</span>
      <span class="ramp" style={{ background: `linear-gradient(to right, ${stops.join(', ')})` }} />
      <span>{short(high)}</span>
    </span>
  );
}
