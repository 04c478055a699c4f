import { useEffect, useRef } from 'preact/hooks';
import { HEAT_STEPS } from '../../figures/theme.ts';
import type { RunRecord } from '../session/record.ts';
import { theme } from '../session/theme.ts';
import type { FeatureMatrix } from '../worker/requests.ts';

/** A pixel less than this is too little for a number in a cell. */
const FOR_NUMBERS = { width: 46, height: 20 };
const HEIGHT = 260;
/** Rows and columns for which a table says the same in words. */
const MOST_IN_TABLE = 400;

/** The feature matrix of the first network: rows that become equal. The flattest solution is the row below them. */
export function HeatMap({ run }: { readonly run: RunRecord | null }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  run?.changed.value;
  const matrix = run?.latest ?? null;
  const optimum = run?.start?.optimum ?? null;
  // All pictures of a run are on one scale, that of its beginning and its end.
  const largest = Math.max(largestOf(run?.first?.values ?? []), largestOf(optimum ?? []), 1e-9);
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      if (canvas.current && matrix) draw(canvas.current, matrix, optimum, largest);
    });
    return () => cancelAnimationFrame(frame);
  }, [matrix, optimum, largest, theme.value]);
  if (!matrix) {
    const words = run?.start
      ? 'There are too many numbers to read back while the run goes on.'
      : 'Shown once a run has begun.';
    return <p class="hint">{words}</p>;
  }
  return (
    <>
      <canvas ref={canvas} class="heat-map" role="img" aria-label={describe(matrix, optimum)} />
      <p class="hint">
        A row a neuron, a column a data point{optimum && '; the lowest row is the flattest solution'}. Step{' '}
        {matrix.step.toLocaleString('en')}, colours from −{largest.toPrecision(2)} (orange) to {largest.toPrecision(2)}{' '}
        (blue).
      </p>
      {matrix.values.length <= MOST_IN_TABLE && <Numbers matrix={matrix} optimum={optimum} />}
    </>
  );
}

function Numbers({ matrix, optimum }: { readonly matrix: FeatureMatrix; readonly optimum: readonly number[] | null }) {
  const { width, samples, values } = matrix;
  const columns = Array.from({ length: samples }, (_, i) => i);
  const row = (name: string, numbers: ArrayLike<number>) => (
    <tr key={name}>
      <th scope="row">{name}</th>
      {columns.map((i) => (
        <td key={i}>{numbers[i].toFixed(3).replace('-', '−')}</td>
      ))}
    </tr>
  );
  return (
    <details>
      <summary>The same in numbers</summary>
      <div class="table-scroll">
        <table>
          <caption>Pre-activations at step {matrix.step.toLocaleString('en')}</caption>
          <thead>
            <tr>
              <th scope="col">Neuron</th>
              {columns.map((i) => (
                <th key={i} scope="col">
                  x{i + 1}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: width }, (_, j) =>
              row(String(j + 1), values.subarray(j * samples, (j + 1) * samples)),
            )}
            {optimum && row('flattest', optimum)}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function draw(
  canvas: HTMLCanvasElement,
  { width, samples, values }: FeatureMatrix,
  optimum: readonly number[] | null,
  largest: number,
): void {
  const unit = Math.min(devicePixelRatio, 2);
  const [w, h] = [canvas.clientWidth, HEIGHT];
  canvas.width = w * unit;
  canvas.height = h * unit;
  const context = canvas.getContext('2d');
  if (!context) return;
  context.scale(unit, unit);
  const style = getComputedStyle(document.documentElement);
  const step = (value: number) => Math.round(Math.max(-1, Math.min(1, value / largest)) * HEAT_STEPS) + HEAT_STEPS;
  // Looked up once: asking the style is slow.
  const palette = (name: string) =>
    Array.from({ length: 2 * HEAT_STEPS + 1 }, (_, k) => style.getPropertyValue(`--${name}-${k}`));
  const [colours, texts] = [palette('heat'), palette('heat-text')];
  const gap = optimum ? 8 : 0;
  const rows = width + (optimum ? 1 : 0);
  const cell = { width: w / samples, height: (h - gap) / rows };
  const numbered = cell.width >= FOR_NUMBERS.width && cell.height >= FOR_NUMBERS.height;
  context.font = '12px system-ui, sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const line = (top: number, at: (i: number) => number) => {
    for (let i = 0; i < samples; i++) {
      const value = at(i);
      const k = step(value);
      context.fillStyle = colours[k];
      // Half a pixel more, so that no seam shows between cells.
      context.fillRect(i * cell.width, top, cell.width + 0.5, cell.height + 0.5);
      if (!numbered) continue;
      context.fillStyle = texts[k];
      context.fillText(value.toFixed(2).replace('-', '−'), (i + 0.5) * cell.width, top + cell.height / 2);
    }
  };
  for (let j = 0; j < width; j++) line(j * cell.height, (i) => values[j * samples + i]);
  if (optimum) line(width * cell.height + gap, (i) => optimum[i]);
}

const largestOf = (values: ArrayLike<number>) => Array.from(values).reduce((most, v) => Math.max(most, Math.abs(v)), 0);

/** In words, for those who cannot see it: how far the rows are from each other. */
function describe({ width, samples, values, step }: FeatureMatrix, optimum: readonly number[] | null): string {
  let spread = 0;
  for (let i = 0; i < samples; i++) {
    const column = Array.from({ length: width }, (_, j) => values[j * samples + i]);
    spread = Math.max(spread, Math.max(...column) - Math.min(...column));
  }
  const scale = optimum ? `, where the flattest solution has values up to ${largestOf(optimum).toPrecision(3)}` : '';
  return `Feature matrix of ${width} neurons and ${samples} data points at step ${step}: two neurons differ by ${spread.toPrecision(3)} at most${scale}.`;
}
