import { useMemo } from 'preact/hooks';
import { type View, viewsOf } from '../../report/views.ts';
import { linesOf, Tracks } from '../kit/lines.ts';
import type { Line } from '../kit/plot.ts';
import { PlotView } from '../kit/plot-view.tsx';
import type { RunRecord } from '../session/record.ts';
import type { Prediction } from '../worker/requests.ts';
import { prediction } from './state.ts';

/** What is shown before there are rows, so that nothing jumps when they come. */
const expected = new Set([
  'loss',
  'retractedTrace',
  'gap',
  'stableRank',
  'singularValues',
  'disagreement',
  'riemannianGradientNorm',
]);

export function Plots({ run }: { readonly run: RunRecord | null }) {
  const tracks = useMemo(() => new Tracks(run?.rows ?? []), [run]);
  // Redraws as rows arrive.
  run?.changed.value;
  const first = run?.rows[0];
  const recorded = first ? new Set(Object.keys(first.values)) : expected;
  return (
    <div class="plots">
      {viewsOf(recorded).map((view) => {
        const measured = run ? linesOf(view, tracks, run.settings.replicas) : [];
        const lines = [...measured, ...predictedLines(view, prediction.value)];
        return (
          <PlotView
            key={view.name}
            title={view.title}
            caption={view.caption}
            scale={view.scale === 'log' ? 'log' : 'linear'}
            data={{ lines, level: levelOf(view, run), steps: run?.settings.steps ?? 1 }}
          />
        );
      })}
    </div>
  );
}

function predictedLines({ name }: View, found: Prediction | null): Line[] {
  if (name !== 'sharpness' || found?.kind !== 'curve') return [];
  const { steps, sharpness, starts } = found;
  const words = starts === 1 ? 'as theory predicts it' : `as theory predicts it (median over ${starts} starts)`;
  return [
    {
      name: words,
      colour: '--predicted',
      dash: [6, 4],
      band: false,
      track: [[...steps], [...sharpness], [...sharpness], [...sharpness]],
    },
  ];
}

function levelOf({ level }: View, run: RunRecord | null): { at: number; label: string } | null {
  const start = run?.start;
  if (!run || !start) return null;
  const { traceOptimum, stepSize } = start;
  const { noise, batch } = run.settings;
  switch (level) {
    case 'optimum':
      return traceOptimum === null
        ? null
        : { at: traceOptimum, label: start.traceIsOptimal ? 'F*' : 'all neurons agree' };
    case 'one':
      return { at: 1, label: 'rank one' };
    case 'zero':
      return { at: 0, label: 'convex above' };
    case 'noiseFloor':
      if (traceOptimum === null || noise === 0 || batch !== 1) return null;
      return { at: (stepSize * noise ** 2 * traceOptimum) / 2, label: 'ησ²F*/2' };
    default:
      return null;
  }
}
