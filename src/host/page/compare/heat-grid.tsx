// biome-ignore-all lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose cells are chosen with arrows is a grid
import { useRef, useState } from 'preact/hooks';
import { entry } from '../../config/table.ts';
import { shown } from '../../report/numbers.ts';
import { hasDiverged, nameOf, readingOf, sides } from './cell-words.ts';
import { type ColourScale, colourAt, marksOf, scaleOf, shareOf } from './colours.ts';
import { measure, opened } from './diagram-state.ts';
import type { GridRun } from './grid-run.ts';
import { measureOf } from './measures.ts';

/** Numbers below the legend. */
const MARKS = 5;
const tick = (value: number) => shown(value, 3);

/** The scale of colours over all cells as they are now; null before there is anything to colour. */
export function scaleNow(run: GridRun, name: typeof measure.value): ColourScale | null {
  const { xs, ys } = sides(run);
  const values = Array.from({ length: xs.length * ys.length }, (_, cell) => {
    return hasDiverged(run, cell) ? Number.NaN : (run.read(cell, name)?.median ?? Number.NaN);
  });
  const { scale, least } = measureOf(name);
  return scaleOf(values, scale, least);
}

/** The cells as colours: arrows move between them, Enter and a click open one, and what is pointed at is told in words. */
export function HeatGrid({ run }: { readonly run: GridRun }) {
  const { xs, ys } = sides(run);
  const columns = xs.length;
  const place = useRef<HTMLTableElement>(null);
  const [focused, setFocused] = useState(0);
  const [pointed, setPointed] = useState<number | null>(null);
  const at = Math.min(focused, columns * ys.length - 1);
  const scale = scaleNow(run, measure.value);
  const told = pointed ?? opened.value ?? at;
  const move = (event: KeyboardEvent) => {
    const [column, row] = [at % columns, Math.floor(at / columns)];
    const next = {
      ArrowRight: [column + 1, row],
      ArrowLeft: [column - 1, row],
      ArrowUp: [column, row + 1],
      ArrowDown: [column, row - 1],
      Home: [0, event.ctrlKey ? ys.length - 1 : row],
      End: [columns - 1, event.ctrlKey ? 0 : row],
    }[event.key];
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      opened.value = at;
    }
    if (!next) return;
    event.preventDefault();
    const to = Math.max(0, Math.min(columns - 1, next[0])) + columns * Math.max(0, Math.min(ys.length - 1, next[1]));
    setFocused(to);
    setPointed(null);
    place.current?.querySelector<HTMLElement>(`[data-cell="${to}"]`)?.focus();
  };
  const { x, y } = run.options.grid;
  return (
    <div class="heat-grid-frame">
      <p class="hint axis-name">↑ {entry(y.key).label}</p>
      <div class="table-scroll">
        <table
          class="heat-grid"
          role="grid"
          ref={place}
          aria-label={`${measureOf(measure.value).title}: ${entry(x.key).label} from left to right, ${entry(y.key).label} from below to above`}
          onKeyDown={move}
          onPointerLeave={() => setPointed(null)}
        >
          <tbody>
            {ys
              .map((_, fromBelow) => fromBelow)
              .reverse()
              .map((row) => (
                <tr key={row}>
                  <th scope="row">{tick(ys[row])}</th>
                  {xs.map((_, column) => {
                    const cell = row * columns + column;
                    return (
                      <Cell
                        key={cell}
                        run={run}
                        cell={cell}
                        scale={scale}
                        isFocusable={cell === at}
                        onPoint={() => setPointed(cell)}
                        onFocus={() => setFocused(cell)}
                      />
                    );
                  })}
                </tr>
              ))}
          </tbody>
          <tfoot>
            <tr>
              <td />
              {xs.map((value) => (
                <th scope="col" key={value}>
                  <span>{tick(value)}</span>
                </th>
              ))}
            </tr>
          </tfoot>
        </table>
      </div>
      <p class="hint axis-name">{entry(x.key).label} →</p>
      <p class="cell-words" id="cell-words">
        {nameOf(run, told)}: {readingOf(run, told, measure.value)}.
      </p>
      <Legend run={run} scale={scale} />
    </div>
  );
}

interface CellProps {
  readonly run: GridRun;
  readonly cell: number;
  readonly scale: ColourScale | null;
  readonly isFocusable: boolean;
  readonly onPoint: () => void;
  readonly onFocus: () => void;
}

function Cell({ run, cell, scale, isFocusable, onPoint, onFocus }: CellProps) {
  const median = run.read(cell, measure.value)?.median ?? null;
  const kind = hasDiverged(run, cell) ? 'diverged' : median === null || !scale ? 'empty' : 'heat-cell';
  const open = () => {
    opened.value = cell;
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid hears the keys
    <td
      role="gridcell"
      class={kind}
      data-cell={cell}
      tabIndex={isFocusable ? 0 : -1}
      aria-selected={opened.value === cell}
      aria-label={`${nameOf(run, cell)}: ${readingOf(run, cell, measure.value)}`}
      style={kind === 'heat-cell' && scale && median !== null ? { background: colourAt(shareOf(median, scale)) } : {}}
      onPointerEnter={onPoint}
      onFocus={onFocus}
      onClick={open}
    />
  );
}

function Legend({ run, scale }: { readonly run: GridRun; readonly scale: ColourScale | null }) {
  const { title } = measureOf(measure.value);
  const { xs, ys } = sides(run);
  const lost = Array.from({ length: xs.length * ys.length }, (_, cell) => cell).filter((cell) =>
    hasDiverged(run, cell),
  );
  const stops = Array.from({ length: 17 }, (_, k) => colourAt(k / 16)).join(', ');
  return (
    <div class="heat-legend">
      {scale && (
        <div>
          <p class="hint">
            {title}
            {scale.kind === 'log' && ', logarithmic'}
          </p>
          <div class="heat-ramp" style={{ background: `linear-gradient(to right, ${stops})` }} />
          <div class="heat-marks">
            {marksOf(scale, MARKS).map((value) => (
              <span key={value}>{tick(value)}</span>
            ))}
          </div>
        </div>
      )}
      {lost.length > 0 && (
        <p class="hint">
          <span class="heat-key diverged" /> diverged: {lost.length} of {xs.length * ys.length} cells
        </p>
      )}
    </div>
  );
}
