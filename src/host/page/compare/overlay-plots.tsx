import { useMemo } from 'preact/hooks';
import { type View, viewsOf } from '../../report/views.ts';
import { Tracks } from '../kit/lines.ts';
import type { Line } from '../kit/plot.ts';
import { PlotView } from '../kit/plot-view.tsx';
import type { Track } from '../kit/statistics.ts';
import type { Comparison, OverlaidRun } from './comparison.ts';
import { colourOf, dashOf } from './look.ts';

/** The views of the experiment, with a line and its band for each run. */
export function OverlayPlots({ found }: { readonly found: Comparison }) {
  const tracks = useMemo(() => found.runs.map(({ run }) => new Tracks(run?.rows ?? [])), [found]);
  // Redraws as rows arrive.
  for (const { run } of found.runs) run?.changed.value;
  const recorded = new Set(found.runs.flatMap(({ run }) => Object.keys(run?.rows[0]?.values ?? {})));
  if (recorded.size === 0) return null;
  const steps = Math.max(1, ...found.runs.map(({ run }) => run?.settings.steps ?? 0));
  return (
    <div class="plots">
      {viewsOf(recorded).flatMap((view) => {
        // Lists have a line for each of their numbers, which for several runs are too many.
        if (view.name === 'singular-values') return [];
        const { title, caption, lines, level } = drawn(view, found.runs, tracks);
        const scale = view.scale === 'log' ? 'log' : 'linear';
        return [
          <PlotView key={view.name} title={title} caption={caption} scale={scale} data={{ lines, level, steps }} />,
        ];
      })}
    </div>
  );
}

function drawn(view: View, runs: readonly OverlaidRun[], tracks: readonly Tracks[]) {
  const begun = runs.filter(({ run }) => run !== null && run.rows.length > 0);
  const isRelative = view.name === 'sharpness' && begun.every(({ run }) => run?.start?.traceOptimum);
  const lines = runs.flatMap(({ name, run }, k): Line[] => {
    const [track] = Object.keys(view.metrics).flatMap((metric) => tracks[k].of(metric).slice(0, 1));
    if (!track || !run) return [];
    const optimum = isRelative ? run.start?.traceOptimum : null;
    return [
      {
        name,
        colour: colourOf(k),
        dash: dashOf(k),
        band: run.settings.replicas > 1,
        track: optimum ? divided(track, optimum) : track,
      },
    ];
  });
  if (isRelative) {
    const caption = 'The sharpness F as a multiple of its optimum F*, so that networks of any shape can be compared.';
    return { title: 'Sharpness F/F*', caption, lines, level: { at: 1, label: 'optimum' } };
  }
  const level = view.level === 'one' ? { at: 1, label: 'rank one' } : null;
  return { title: view.title, caption: view.caption, lines, level };
}

function divided([steps, ...lines]: Track, by: number): Track {
  const [high, low, median] = lines.map((values) => values.map((value) => (value === null ? null : value / by)));
  return [steps, high, low, median];
}
