import { whereText } from '../../report/verify-words.ts';
import type { VerifyRow } from '../../tasks/verify.ts';
import { Bar } from '../kit/bar.tsx';
import { CopyButton } from '../kit/copy-button.tsx';
import { DataTable } from '../kit/data-table.tsx';
import { Download } from '../kit/download.tsx';
import { Mark } from '../kit/mark.tsx';
import { Notice } from '../kit/notice.tsx';
import { endWords, verifyMarkdown, verifyText } from './document.ts';
import { comparing, rows, verified } from './state.ts';

/** What was compared, failed rows first. */
export function Rows() {
  const all = rows.value;
  if (all.length === 0) return null;
  const failed = all.filter((row) => !row.passed);
  const done = verified.value;
  return (
    <section class="stack verified" aria-labelledby="verified-title">
      <h2 id="verified-title">Rows</h2>
      <p class="counts number">
        {all.length} compared, <span class={failed.length > 0 ? 'bad' : undefined}>{failed.length} failed</span>
        {comparing.value ? ' so far' : ''}
      </p>
      {done && (
        <Notice
          kind={
            failed.length > 0 || done.ended.kind === 'failed'
              ? 'error'
              : done.ended.kind === 'finished'
                ? 'good'
                : 'info'
          }
          live
        >
          {endWords(done.rows, done.ended).map((words) => (
            <p key={words}>{words}</p>
          ))}
        </Notice>
      )}
      {done && (
        <div class="buttons">
          <CopyButton text={() => verifyMarkdown(done)}>Copy for a bug report</CopyButton>
          <Download
            name="flatwalk-verify.json"
            contents={() => new Blob([verifyText(done)], { type: 'application/json' })}
          >
            Download JSON
          </Download>
        </div>
      )}
      <DataTable
        caption="Every kernel against the float64 reference"
        columns={[
          { title: 'kernel' },
          { title: 'activation' },
          { title: 'check' },
          { title: 'worst error of its tolerance' },
          { title: 'cases', number: true },
          { title: 'where the worst error is' },
        ]}
        rows={[...failed, ...all.filter((row) => row.passed)].map(cells)}
      />
    </section>
  );
}

/** In place of infinity: no tolerance would do. */
const BEYOND = 1e9;

function cells(row: VerifyRow) {
  const { kernel, activation, passed, worst, cases, note } = row;
  const share = worst >= BEYOND ? 'beyond any' : `${(100 * worst).toPrecision(2)} %`;
  return [
    kernel,
    activation,
    <Mark key="check" kind={passed ? 'good' : 'bad'} />,
    cases === 0 && passed ? (
      'not compared'
    ) : (
      <Bar key="worst" share={worst} bad={!passed}>
        {worst > 100 && worst < BEYOND ? `${worst.toPrecision(2)} times` : share}
      </Bar>
    ),
    String(cases),
    <span key="where" class={passed ? 'where hint' : 'where bad'}>
      {whereText(row) || note}
    </span>,
  ];
}
