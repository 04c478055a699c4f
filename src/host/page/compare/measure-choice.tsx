import { chooseMeasure, measure } from './diagram-state.ts';
import type { GridRun } from './grid-run.ts';
import { measureNames, measureOf } from './measures.ts';

/** What the cells are coloured by. */
export function MeasureChoice({ run }: { readonly run: GridRun }) {
  // What there is to measure is known once ensembles have begun.
  run.changed.value;
  const starts = run.ensembles.flatMap(({ start }) => start ?? []);
  const hasGap =
    starts.length === 0 || starts.some(({ metrics, traceOptimum }) => metrics.includes('gap') && traceOptimum);
  return (
    <fieldset>
      <legend>Colour</legend>
      <div class="segmented">
        {measureNames.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={measure.value === name}
            disabled={name === 'gap' && !hasGap}
            onClick={() => chooseMeasure(name)}
          >
            {measureOf(name).title}
          </button>
        ))}
      </div>
      <p class="hint">
        {measureOf(measure.value).words}
        {!hasGap && ' There is no gap here: no weights have all neurons agree, or there are more than 512 samples.'}
      </p>
    </fieldset>
  );
}
