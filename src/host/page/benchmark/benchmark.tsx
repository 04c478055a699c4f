/** The tab that measures this GPU. */
import { useEffect } from 'preact/hooks';
import { ErrorNotice } from '../kit/error-notice.tsx';
import './benchmark.css';
import { ComparisonPart } from './comparison.tsx';
import { Controls } from './controls.tsx';
import { Cases, Result } from './result.tsx';
import { failure, openKept, running, shown, soFar } from './state.ts';

let opened = false;

export function Benchmark() {
  useEffect(() => {
    if (!opened) void openKept();
    opened = true;
  }, []);
  return (
    <div class="stack benchmark">
      <div>
        <h2>Benchmark</h2>
        <p class="muted">
          How fast this GPU computes in this browser, by the suites of <code>flatwalk bench</code>. What is timed is
          checked first, and again afterwards: a time that rests on a wrong result is not given.
        </p>
      </div>
      <Controls />
      {failure.value && <ErrorNotice error={failure.value} title="The measurement ended" />}
      {soFar.value.length > 0 && (
        <section class="stack so-far" aria-labelledby="so-far-title">
          <h2 id="so-far-title">{running.value ? 'Measured so far' : 'What was measured until then'}</h2>
          <Cases cases={soFar.value} />
        </section>
      )}
      {!running.value && shown.value && <Result entry={shown.value} />}
      <ComparisonPart />
    </div>
  );
}
