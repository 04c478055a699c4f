import { useEffect, useRef, useState } from 'preact/hooks';
import type { PlotData, StepPlot } from './plot.ts';

interface PlotProps {
  readonly title: string;
  readonly caption: string;
  readonly scale: 'linear' | 'log';
  readonly data: PlotData;
}

/** A plot with its caption, and for each of its lines the numbers under the pointer, or else the latest. */
export function PlotView({ title, caption, scale, data }: PlotProps) {
  const area = useRef<HTMLDivElement>(null);
  const plot = useRef<StepPlot | null>(null);
  const latest = useRef(data);
  latest.current = data;
  const [texts, setTexts] = useState<readonly string[]>([]);
  const [failure, setFailure] = useState<unknown>(null);
  if (failure !== null) throw failure;
  useEffect(() => {
    let ended = false;
    const repaint = () => plot.current?.repaint();
    const make = async () => {
      // What draws comes after the page that shows it.
      const { StepPlot } = await import('./plot.ts');
      if (ended || !area.current) return;
      plot.current = new StepPlot(area.current, scale, (next) =>
        // The same words again are no reason to draw.
        setTexts((before) => (before.join() === next.join() ? before : next)),
      );
      plot.current.show(latest.current);
    };
    make().catch(setFailure);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', repaint);
    document.addEventListener('themechange', repaint);
    return () => {
      ended = true;
      dark.removeEventListener('change', repaint);
      document.removeEventListener('themechange', repaint);
      plot.current?.dispose();
      plot.current = null;
    };
  }, [scale]);
  useEffect(() => {
    // As often as the screen shows it, however many rows arrive between.
    const frame = requestAnimationFrame(() => plot.current?.show(data));
    return () => cancelAnimationFrame(frame);
  }, [data]);
  return (
    <figure class="plot-figure">
      <h3>{title}</h3>
      <figcaption>{caption}</figcaption>
      <div class="plot" ref={area} role="img" aria-label={`${title} over the steps; the numbers are given below.`} />
      <ul class="readouts">
        {data.lines.map(({ name, colour, dash }, k) => (
          <li key={name}>
            <span class={dash ? 'swatch dashed' : 'swatch'} style={{ borderColor: `var(${colour})` }} />
            {name}: {texts[k] ?? 'no values yet'}
          </li>
        ))}
      </ul>
    </figure>
  );
}
