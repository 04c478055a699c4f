import { reproduceSummary } from '../../report/reproduce-words.ts';
import { CopyButton } from '../kit/copy-button.tsx';
import { DataTable } from '../kit/data-table.tsx';
import { Download } from '../kit/download.tsx';
import { ErrorNotice } from '../kit/error-notice.tsx';
import { Mark } from '../kit/mark.tsx';
import { Notice } from '../kit/notice.tsx';
import { ProgressRoom } from '../kit/progress-room.tsx';
import { adapterState } from '../session/adapter.ts';
import { claimsMarkdown, reproduceText } from './document.ts';
import { atWork, reproduce, reproduced, reproduceFailure, reproducing, stop } from './state.ts';

/** The main result of the paper, claim by claim, as this GPU finds it. */
export function ClaimsPart() {
  const done = reproduced.value;
  return (
    <section class="stack claims-part" aria-labelledby="claims-title">
      <h2 id="claims-title">The claims of the paper</h2>
      <p class="muted">
        Label noise leads a two-layer network to the flattest of its solutions, in which all neurons agree. Each claim
        is measured by runs of its own and held against what theory says, as by <code>flatwalk reproduce --quick</code>:
        a minute or less on a GPU, a few on a software adapter.
      </p>
      <div class="card stack">
        <div class="buttons">
          <button
            type="button"
            class="primary"
            disabled={atWork.value || adapterState.value.kind !== 'here'}
            onClick={() => void reproduce()}
          >
            Reproduce
          </button>
          <button type="button" disabled={!reproducing.value || reproducing.value.stopping} onClick={stop}>
            Stop reproducing
          </button>
        </div>
        <ProgressRoom label="Reproducing" progress={reproducing.value} />
      </div>
      {reproduceFailure.value && <ErrorNotice error={reproduceFailure.value} title="The reproduction ended early" />}
      {done && (
        <>
          <Notice kind={done.result.claims.some(({ holds }) => holds === false) ? 'error' : 'good'} live>
            <p>{reproduceSummary(done.result)}</p>
          </Notice>
          <div class="buttons">
            <CopyButton text={() => claimsMarkdown(done.result, done.environment)}>Copy claims as Markdown</CopyButton>
            <Download
              name="summary.json"
              contents={() => new Blob([reproduceText(done.result, done.environment)], { type: 'application/json' })}
            >
              Download claims as JSON
            </Download>
          </div>
          <DataTable
            caption="Claims"
            columns={[{ title: 'claim' }, { title: 'holds' }, { title: 'measured' }, { title: 'expected' }]}
            rows={done.result.claims.map(({ id, statement, holds, measured, expected }) => [
              <span key="claim" class="statement">
                {id} {statement}
              </span>,
              <Mark key="holds" kind={holds === null ? 'none' : holds ? 'good' : 'bad'}>
                {holds === null ? 'not judged' : holds ? 'holds' : 'fails'}
              </Mark>,
              <span key="measured" class="statement">
                {measured}
              </span>,
              <span key="expected" class="statement">
                {expected}
              </span>,
            ])}
          />
        </>
      )}
    </section>
  );
}
