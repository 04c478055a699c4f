import type { BenchCase, Figure, SuiteName } from '../../../../bench/document.ts';
import { resultMarkdown } from '../../../../bench/markdown.ts';
import { caseTable, figureTable } from '../../../../bench/tables.ts';
import { type Line, resultLines } from '../../../../bench/words.ts';
import { Bar } from '../kit/bar.tsx';
import { CopyButton } from '../kit/copy-button.tsx';
import { DataTable } from '../kit/data-table.tsx';
import { Disclosure } from '../kit/disclosure.tsx';
import { Download } from '../kit/download.tsx';
import { Mark } from '../kit/mark.tsx';
import { Notice } from '../kit/notice.tsx';
import { clockAdvice } from './clock.ts';
import { benchText, fileNameOf } from './document.ts';
import { headlines } from './headlines.ts';
import { type Entry, keepEntry } from './state.ts';

/** A measurement: its numbers in short, its tables, what they rest on, and ways to take it away. */
export function Result({ entry }: { readonly entry: Entry }) {
  const { document, name, from } = entry;
  const { missing, rest } = resultLines(document);
  const advice = clockAdvice(document.clock?.resolution, crossOriginIsolated);
  const warnings = rest.filter(({ kind }) => kind === 'warning' || kind === 'bad');
  const words = rest.filter(({ kind }) => kind !== 'warning' && kind !== 'bad');
  return (
    <section class="stack result" aria-labelledby="result-title">
      <h2 id="result-title">Result</h2>
      <p class="muted">{name}</p>
      <Headlines cases={document.cases} />
      <div class="buttons">
        <CopyButton text={() => resultMarkdown(document)}>Copy as Markdown</CopyButton>
        <Download
          name={fileNameOf(document)}
          contents={() => new Blob([benchText(document)], { type: 'application/json' })}
        >
          Download JSON
        </Download>
        <button type="button" disabled={from === 'kept'} onClick={() => keepEntry(entry)}>
          {from === 'kept' ? 'Kept in this browser' : 'Keep in this browser'}
        </button>
      </div>
      {warnings.length > 0 && (
        <Notice kind="warn" title="What a reader of these numbers should know">
          <ul>
            {warnings.map(({ text }) => (
              <li key={text}>{text}</li>
            ))}
            {advice && <li>{advice}</li>}
          </ul>
        </Notice>
      )}
      <Lines lines={words} />
      <Cases cases={document.cases} figures={document.figures} />
      {missing.length > 0 && (
        <Disclosure title="What was not measured, and why">
          <ul>
            {missing.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </Disclosure>
      )}
    </section>
  );
}

export function Lines({ lines }: { readonly lines: readonly Line[] }) {
  return (
    <div class="lines">
      {lines.map(({ kind, text }) => (
        <p key={text} class={kind}>
          {kind === 'good' || kind === 'bad' || kind === 'unknown' ? <Mark kind={kind} /> : null} {text}
        </p>
      ))}
    </div>
  );
}

function Headlines({ cases }: { readonly cases: readonly BenchCase[] }) {
  const found = headlines(cases);
  if (found.length === 0) return null;
  return (
    <ul class="headlines">
      {found.map(({ value, unit, words }) => (
        <li key={unit} class="card">
          <p>
            <strong class="number">{value}</strong> {unit}
          </p>
          <p class="hint">{words}</p>
        </li>
      ))}
    </ul>
  );
}

const texts = new Set(['case', 'unit', '95 % interval']);

interface CasesProps {
  readonly cases: readonly BenchCase[];
  readonly figures?: readonly Figure[];
}

/** A table a suite, as the command line has them, with bars and the plan of each run. */
export function Cases({ cases, figures = [] }: CasesProps) {
  const suites = [...new Set(cases.map(({ suite }) => suite))];
  return (
    <>
      {suites.map((suite) => (
        <SuiteTables
          key={suite}
          suite={suite}
          cases={cases.filter((one) => one.suite === suite)}
          figures={figures.filter((one) => one.suite === suite)}
        />
      ))}
    </>
  );
}

function SuiteTables({ suite, cases, figures }: Required<CasesProps> & { readonly suite: SuiteName }) {
  const { head, rows } = caseTable(cases, () => '');
  const cell = (one: BenchCase, title: string, text: string) => {
    if (title === 'roofline' && text) return <Bar share={one.rates?.share ?? 0}>{text}</Bar>;
    if (title !== 'case') return text;
    return (
      <>
        {text}
        {one.plan && <span class="hint plan">{one.plan}</span>}
        {!one.check.passed && <span class="hint plan bad">{one.check.note}</span>}
      </>
    );
  };
  // The name first: it is the head of its row.
  const order = head.map((_, k) => k).sort((a, b) => Number(head[a] !== 'case') - Number(head[b] !== 'case'));
  const columns = order.map((k) => ({
    title: head[k] === '' ? 'check' : head[k] === 'roofline' ? 'share of the roofline' : head[k],
    number: !texts.has(head[k]) && head[k] !== '' && head[k] !== 'roofline',
  }));
  const of = figureTable(figures);
  return (
    <>
      <DataTable
        caption={suite}
        columns={columns}
        rows={cases.map((one, r) =>
          order.map((k) =>
            head[k] === '' ? <Mark kind={one.check.passed ? 'good' : 'bad'} /> : cell(one, head[k], rows[r][k]),
          ),
        )}
      />
      {figures.length > 0 && (
        <DataTable
          caption={`${suite}: what follows from these times`}
          columns={of.head.map((title, k) => ({ title: title || 'of what', number: k === 1 }))}
          rows={of.rows}
        />
      )}
    </>
  );
}
