import { useEffect } from 'preact/hooks';
import { FlatwalkError } from '../../../model/errors.ts';
import { axisValues } from '../../config/grid.ts';
import { themes } from '../../figures/theme.ts';
import { counted, duration } from '../../report/numbers.ts';
import { CopyButton } from '../kit/copy-button.tsx';
import { Download } from '../kit/download.tsx';
import { wordsOf } from '../kit/error-words.ts';
import { Notice } from '../kit/notice.tsx';
import { ProgressLine } from '../kit/progress-line.tsx';
import { adapterState, isSoftware } from '../session/adapter.ts';
import { theme } from '../session/theme.ts';
import { AxisFields } from './axis-fields.tsx';
import { CellPanel } from './cell-panel.tsx';
import {
  diagram,
  followSurvey,
  grid,
  measure,
  opened,
  outdated,
  predicted,
  startDiagram,
  survey,
} from './diagram-state.ts';
import { gridCsv } from './grid-csv.ts';
import { gridPicture } from './grid-picture.ts';
import type { GridRun } from './grid-run.ts';
import { HeatGrid } from './heat-grid.tsx';
import { MeasureChoice } from './measure-choice.tsx';

/** Seconds beyond which a visitor is told before. */
const LONG = 15;

/** A grid of two settings, trained as ensembles, as a heat map whose cells can be opened. */
export function Diagram() {
  useEffect(followSurvey, []);
  const run = diagram.value;
  const isRunning = run?.state.value.kind === 'running';
  return (
    <section class="stack" id="diagram" aria-labelledby="diagram-title">
      <h2 id="diagram-title">Phase diagram</h2>
      <p>
        Every cell is a training of its own, with its own two settings: where does the walk arrive, where is there too
        little time or noise, and where does it diverge? All cells start from the same weights and take the same number
        of steps, so those of small step size have come less far.
      </p>
      <AxisFields disabled={isRunning} />
      <Cost />
      <Buttons run={run} />
      {run && <Result run={run} />}
    </section>
  );
}

/** What is to be said before: refusals, and how long it may take. */
function Cost() {
  const found = survey.value;
  if (found instanceof FlatwalkError) {
    return (
      <Notice kind="warn" live>
        <p id="grid-refusal">{wordsOf(found)}</p>
      </Notice>
    );
  }
  const seconds = predicted.value;
  if (!found || seconds === null || !grid.value) return null;
  const replicas = found.reduce((sum, one) => sum + one.replicas, 0);
  const words = `${counted(replicas, 'network')} in ${counted(found.length, 'ensemble')}: about ${duration(seconds)} by the costs that plans are chosen by, which are no clock.`;
  if (seconds <= LONG) return <p class="hint">{words}</p>;
  const advice = isSoftware()
    ? 'A processor computes here what a GPU should: fewer cells or fewer steps take less time.'
    : 'Fewer cells or fewer steps take less time.';
  return (
    <Notice kind="warn">
      <p id="grid-cost">
        {words} {advice}
      </p>
    </Notice>
  );
}

function Buttons({ run }: { readonly run: GridRun | null }) {
  const state = run?.state.value.kind ?? 'new';
  const ready = adapterState.value.kind === 'here' && grid.value !== null && Array.isArray(survey.value);
  return (
    <div class="buttons">
      {state === 'running' ? (
        <button type="button" class="primary" id="grid-pause" onClick={() => run?.pause()}>
          Pause
        </button>
      ) : run?.goesOn && !outdated.value ? (
        <button type="button" class="primary" id="grid-continue" onClick={() => run?.go()}>
          Continue
        </button>
      ) : (
        <button type="button" class="primary" id="grid-start" disabled={!ready} onClick={() => startDiagram()}>
          {run ? 'Train anew' : 'Train all cells'}
        </button>
      )}
      {state === 'paused' && (
        <button type="button" onClick={() => run?.stop()}>
          Stop
        </button>
      )}
    </div>
  );
}

function Result({ run }: { readonly run: GridRun }) {
  // Redraws as rows arrive.
  run.changed.value;
  const { x, y } = run.options.grid;
  const name = `phase-${x.key}-${y.key}-${measure.value}`;
  const csv = () => gridCsv(run);
  const svg = (dark: boolean) => gridPicture(run, measure.value, themes[dark ? 'dark' : 'light']);
  const title = `${counted(axisValues(x).length * axisValues(y).length, 'cell')}`;
  return (
    <>
      <ProgressLine label="Progress of the phase diagram" share={run.share}>
        <span id="grid-status">{statusOf(run, title)}</span>
      </ProgressLine>
      <p class="visually-hidden" role="status">
        {run.state.value.kind === 'running' ? '' : statusOf(run, title)}
      </p>
      {outdated.value && run.state.value.kind !== 'running' && (
        <p class="hint">The settings have changed since this diagram was begun; Train anew takes them over.</p>
      )}
      <MeasureChoice run={run} />
      <HeatGrid run={run} />
      <div class="buttons">
        <Download name={`${name}.csv`} contents={() => new Blob([csv()], { type: 'text/csv' })}>
          Save as CSV
        </Download>
        <CopyButton text={csv}>Copy as CSV</CopyButton>
        <Download
          name={`${name}.svg`}
          contents={() => new Blob([svg(theme.value === 'dark')], { type: 'image/svg+xml' })}
        >
          Save as SVG
        </Download>
        <Download
          name={`${name}.png`}
          contents={async () => {
            const { pngOf } = await import('../export/png.ts');
            return new Blob([await pngOf(svg(theme.value === 'dark'))], { type: 'image/png' });
          }}
        >
          Save as PNG
        </Download>
      </div>
      {opened.value !== null && <CellPanel run={run} cell={opened.value} />}
    </>
  );
}

function statusOf(run: GridRun, cells: string): string {
  const state = run.state.value;
  const taken = `${Math.floor(100 * run.share)} % of the steps of ${cells}`;
  switch (state.kind) {
    case 'new':
      return 'Waiting.';
    case 'running':
      return run.ensembles.some(({ start }) => start) ? `Training: ${taken}.` : 'Preparing: kernels are compiled …';
    case 'paused':
      return `Paused after ${taken}.`;
    case 'stopped':
      return `Stopped after ${taken}.`;
    case 'over':
      return `Done: ${cells}, in ${run.seconds.toPrecision(3)} s.`;
    case 'failed':
      return `Ended early after ${taken}. ${wordsOf(state.error)}`;
    default:
      return state satisfies never;
  }
}
