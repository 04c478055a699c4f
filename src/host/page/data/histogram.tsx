import type { DataSummary } from '../../files/describe.ts';
import { short } from './findings.ts';

const WIDTH = 240;
const HEIGHT = 48;

/** How labels are spread over their range. */
export function Histogram({ summary, name }: { readonly summary: DataSummary; readonly name: string }) {
  const { histogram, labels } = summary;
  const most = Math.max(...histogram);
  const step = WIDTH / histogram.length;
  const words = `How the labels ${name} are spread, from ${short(labels.least)} to ${short(labels.most)}`;
  return (
    <figure class="label-bars">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words} preserveAspectRatio="none">
        {histogram.map((count, k) => {
          const height = (HEIGHT * count) / most;
          return <rect key={k} x={k * step + 0.5} y={HEIGHT - height} width={step - 1} height={height} />;
        })}
      </svg>
      <figcaption class="row spread">
        <span>{short(labels.least)}</span>
        <span>labels</span>
        <span>{short(labels.most)}</span>
      </figcaption>
    </figure>
  );
}
