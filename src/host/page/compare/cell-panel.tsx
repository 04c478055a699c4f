import { useEffect, useMemo, useRef } from 'preact/hooks';
import { views } from '../../report/views.ts';
import { cellValues } from '../../tasks/grid-cells.ts';
import { linesOf, Tracks } from '../kit/lines.ts';
import { PlotView } from '../kit/plot-view.tsx';
import { tab } from '../session/place.ts';
import { takeOver, tidy } from '../session/settings.ts';
import { nameOf, readingOf } from './cell-words.ts';
import { opened } from './diagram-state.ts';
import type { GridRun } from './grid-run.ts';
import { measureNames, measureOf } from './measures.ts';

/** The curves of one cell, in the order of its measures. */
const shown = ['rank', 'gap', 'loss', 'disagreement'];

/** One cell of the phase diagram: its numbers, its curves, and the way into the experiment. */
export function CellPanel({ run, cell }: { readonly run: GridRun; readonly cell: number }) {
  const title = useRef<HTMLHeadingElement>(null);
  const version = run.changed.value;
  // Who opens a cell is taken to its heading.
  useEffect(() => title.current?.focus(), [cell]);
  // Rows are added in place, and counted by the version.
  const rows = useMemo(() => run.rowsOf(cell), [run, cell, version]);
  const tracks = useMemo(() => new Tracks(rows), [rows]);
  const { ensemble, first } = run.place(cell);
  const { repeats, settings } = run.options;
  const replicas = repeats === 1 ? `number ${first}` : `numbers ${first} to ${first + repeats - 1}`;
  return (
    <section class="card stack" id="cell-panel" aria-labelledby="cell-title">
      <h3 id="cell-title" ref={title} tabIndex={-1}>
        {nameOf(run, cell)}
      </h3>
      <ul>
        {measureNames.map((name) => (
          <li key={name}>{readingOf(run, cell, name)}</li>
        ))}
      </ul>
      <div class="plots">
        {shown.flatMap((name) => {
          const view = views.find((one) => one.name === name);
          const found = view ? linesOf(view, tracks, repeats).filter(({ track }) => track[0].length > 0) : [];
          const lines = name === 'gap' ? found.map((line) => ({ ...line, name: '(F − F*)/F*' })) : found;
          if (!view || lines.length === 0) return [];
          const own = name === 'gap' ? { title: measureOf('gap').title, caption: measureOf('gap').words } : view;
          const level = view.level === 'one' ? { at: 1, label: 'rank one' } : null;
          return [
            <PlotView
              key={name}
              title={own.title}
              caption={own.caption}
              scale={view.scale === 'log' ? 'log' : 'linear'}
              data={{ lines, level, steps: settings.steps }}
            />,
          ];
        })}
      </div>
      <p class="hint">
        In the diagram this cell's {repeats === 1 ? 'network has' : 'networks have'} the {replicas} of{' '}
        {ensemble.cells.length * repeats}, and the draws of samples and label noise are made for that number.{' '}
        {first === 0
          ? 'In Experiment the number is the same, and so are the draws.'
          : 'In Experiment the numbers begin at 0: the same start and the same settings, but other draws, so another path of the same kind.'}
      </p>
      <div class="buttons">
        <button type="button" class="primary" id="cell-experiment" onClick={() => openInExperiment(run, cell)}>
          Run it in Experiment
        </button>
        <button
          type="button"
          onClick={() => {
            opened.value = null;
          }}
        >
          Close
        </button>
      </div>
    </section>
  );
}

function openInExperiment(run: GridRun, cell: number): void {
  const { given, grid, repeats } = run.options;
  const { ensemble } = run.place(cell);
  const stepSize = ensemble.start?.stepSizes[ensemble.cells.indexOf(cell)];
  takeOver(
    tidy({ ...given, ...(stepSize === undefined ? {} : { stepSize }), ...cellValues(grid, cell), replicas: repeats }),
  );
  tab.value = 'experiment';
}
