import { useId } from 'preact/hooks';
import { type CaseComparison, type Comparison, compareDocuments } from '../../../../bench/compare.ts';
import { comparisonMarkdown } from '../../../../bench/markdown.ts';
import { comparisonTable } from '../../../../bench/tables.ts';
import { comparisonLines } from '../../../../bench/words.ts';
import { Bar } from '../kit/bar.tsx';
import { CopyButton } from '../kit/copy-button.tsx';
import { DataTable } from '../kit/data-table.tsx';
import { DropZone } from '../kit/drop-zone.tsx';
import { ErrorNotice } from '../kit/error-notice.tsx';
import { Mark } from '../kit/mark.tsx';
import { Lines } from './result.tsx';
import { complaints, type Entry, entries, newId, oldId, removeEntry, shown, takeFiles } from './state.ts';

/** Two results held against each other, and where they come from. */
export function ComparisonPart() {
  const old = entries.value.find(({ id }) => id === oldId.value);
  const now = entries.value.find(({ id }) => id === newId.value);
  return (
    <section class="stack comparison" aria-labelledby="comparison-title">
      <h2 id="comparison-title">Compare</h2>
      <p class="muted">
        Which cases became faster or slower between two measurements on the same adapter, by the same statistics as{' '}
        <code>flatwalk bench compare</code>. Nothing leaves this machine.
      </p>
      <DropZone accept=".json,application/json" multiple choose="Choose files" onFiles={takeFiles}>
        Drop documents that <code>flatwalk bench --out FILE</code> or this page has written, or
      </DropZone>
      {complaints.value.map((error) => (
        <ErrorNotice key={error.message} error={error} />
      ))}
      {entries.value.length > 0 && <Entries all={entries.value} />}
      {entries.value.length > 1 && (
        <div class="fields">
          <Choice label="Old" choice={oldId} />
          <Choice label="New" choice={newId} />
        </div>
      )}
      {old && now && old !== now && <Compared old={old} now={now} />}
    </section>
  );
}

function Entries({ all }: { readonly all: readonly Entry[] }) {
  return (
    <DataTable
      caption="Results at hand"
      columns={[
        { title: 'result' },
        { title: 'from' },
        { title: 'cases', number: true },
        { title: 'what to do with it' },
      ]}
      rows={all.map((entry) => [
        entry.name,
        entry.from,
        String(entry.document.cases.length),
        <span key={entry.id} class="buttons">
          <button
            type="button"
            class="quiet"
            // Of documents from elsewhere no more is known than comparing needs.
            disabled={entry.from === 'a file' || shown.value?.id === entry.id}
            onClick={() => {
              shown.value = entry;
            }}
          >
            {shown.value?.id === entry.id ? 'Shown' : 'Show'}
          </button>
          <button type="button" class="quiet" onClick={() => removeEntry(entry)}>
            {entry.from === 'kept' ? 'Delete' : 'Remove'}
          </button>
        </span>,
      ])}
    />
  );
}

function Choice({ label, choice }: { readonly label: string; readonly choice: typeof oldId }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={choice.value}
        onChange={({ currentTarget }) => {
          choice.value = currentTarget.value;
        }}
      >
        <option value="">none</option>
        {entries.value.map((entry) => (
          <option key={entry.id} value={entry.id}>
            {entry.name} ({entry.from})
          </option>
        ))}
      </select>
    </div>
  );
}

function Compared({ old, now }: { readonly old: Entry; readonly now: Entry }) {
  let comparison: Comparison;
  try {
    comparison = compareDocuments(old.document, now.document);
  } catch (error) {
    return <ErrorNotice error={error as Error} title="These two cannot be compared" />;
  }
  const suites = [...new Set(comparison.cases.map(({ suite }) => suite))];
  return (
    <div class="stack compared">
      {suites.map((suite) => (
        <SuiteComparison
          key={suite}
          suite={suite}
          cases={comparison.cases.filter((one) => one.suite === suite)}
          threshold={comparison.threshold}
        />
      ))}
      <Lines lines={comparisonLines(comparison)} />
      <div class="buttons">
        <CopyButton text={() => comparisonMarkdown(old.document, now.document, comparison)}>
          Copy comparison as Markdown
        </CopyButton>
      </div>
    </div>
  );
}

interface SuiteComparisonProps {
  readonly suite: string;
  readonly cases: readonly CaseComparison[];
  readonly threshold: number;
}

/** A bar is full where a time has doubled, or halved. */
const share = (ratio: number) => Math.abs(Math.log2(ratio));

function SuiteComparison({ suite, cases, threshold }: SuiteComparisonProps) {
  const { head, rows } = comparisonTable(cases, () => '');
  const columns = head.map((title) => ({ title: title || '', number: title === 'old' || title === 'new' })).slice(1);
  return (
    <DataTable
      caption={`${suite}: new against old`}
      columns={[...columns, { title: 'mark' }]}
      rows={rows.map((row, r) => {
        const { ratio, verdict, failed } = cases[r];
        const kind = failed ? 'bad' : verdict === 'faster' ? 'good' : verdict === 'unknown' ? 'unknown' : 'none';
        return [
          ...row.slice(1).map((text, k) =>
            head[k + 1] === 'change' && ratio ? (
              <Bar key="change" share={share(ratio.median)} bad={ratio.median > 1 + threshold}>
                {text}
              </Bar>
            ) : (
              text
            ),
          ),
          <Mark key="verdict" kind={kind}>
            {failed ? 'failed' : verdict}
          </Mark>,
        ];
      })}
    />
  );
}
