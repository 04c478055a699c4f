import { FlatwalkError } from '../../../model/errors.ts';
import type { DataSummary } from '../../files/describe.ts';
import { counted } from '../../report/numbers.ts';
import { DataTable } from '../kit/data-table.tsx';
import { Notice } from '../kit/notice.tsx';
import { change, decide, given } from '../session/settings.ts';
import type { DataDescription } from '../worker/requests.ts';
import { choice, chosenContents, description, looking, problem, trainOnIt } from './choice.ts';
import { conditionsOf, type Suggestion, short, suggestionsOf } from './findings.ts';
import { Histogram } from './histogram.tsx';
import { Refused } from './refused.tsx';

/** What there is to know before training. */
export function SummaryView() {
  const found = description.value;
  return (
    <section class="stack" aria-label="Summary of the data">
      {looking.value && <p role="status">Looking at the data.</p>}
      {problem.value && <Refused all={[problem.value]} />}
      <Unreadable />
      {found && <Found found={found} />}
    </section>
  );
}

/** Rows that cannot be trained on as they are. */
function Unreadable() {
  const contents = chosenContents.value;
  if (!contents?.unreadable || contents.unreadable.rows === 0) return null;
  const { rows, more } = contents.unreadable;
  const bad = contents.columns.filter(({ fault }) => fault !== null);
  return (
    <Notice
      kind="warn"
      title={`${more ? 'At least ' : ''}${counted(rows, 'row')} with a cell that is no finite number`}
    >
      <ul>
        {bad.slice(0, 5).map(({ name, fault }) => (
          <li key={name}>{fault}</li>
        ))}
      </ul>
      <p>Untick these columns, or remove the rows. Nothing is filled in or left out by itself.</p>
    </Notice>
  );
}

function Found({ found }: { readonly found: DataDescription }) {
  const { summary, notes, differs, head, target } = found;
  const { labels } = summary;
  return (
    <>
      {differs && (
        <Notice kind="warn" title="Other data than before" live>
          <p>{differs}. The settings were made for others of this name; training takes those that are here.</p>
        </Notice>
      )}
      <div class="card stack">
        <h3>
          {counted(summary.samples, 'data point')} in {counted(summary.dimension, 'dimension')}
        </h3>
        <dl class="facts">
          <Fact name="Labels">
            {target}: {short(labels.least)} to {short(labels.most)}, mean {short(labels.mean)}
          </Fact>
          <Fact name="Inputs">
            {short(summary.inputs.least)} to {short(summary.inputs.most)}, mean {short(summary.inputs.mean)}
          </Fact>
          <Fact name="Length of the rows">
            {short(summary.lengths.least)} to {short(summary.lengths.most)}
          </Fact>
          <SpectrumFacts {...summary} />
        </dl>
        <Histogram summary={summary} name={target} />
        <Warnings {...summary} />
        {notes.length > 0 && (
          <ul class="hint">
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        )}
        <div class="buttons">
          <button type="button" class="primary" onClick={trainOnIt}>
            Train on it
          </button>
          <span class="hint">Opens the experiment with these data; you start it there.</span>
        </div>
      </div>
      <Theory summary={summary} />
      <div class="card">
        <DataTable
          caption={`The first rows, as the file has them${head.columns.length < summary.dimension ? ` (${head.columns.length} of ${summary.dimension} inputs)` : ''}`}
          columns={['row', ...head.columns, `${target} (label)`].map((title) => ({ title, number: true }))}
          rows={head.rows.map(({ inputs, label }, k) => [k, ...inputs.map(short), short(label)])}
        />
      </div>
    </>
  );
}

function SpectrumFacts({ spectrum, samples: n, dimension: d }: DataSummary) {
  if (!('rank' in spectrum)) return <Fact name="Rank">{spectrum.notComputed}</Fact>;
  const { rank, condition, gramCondition } = spectrum;
  return (
    <>
      <Fact name="Rank of X">
        {rank} of {Math.min(n, d)}
      </Fact>
      <Fact name="Condition of X">{short(condition)} (greatest over least singular value)</Fact>
      <Fact name="Condition of X Xᵀ">
        {Number.isFinite(gramCondition) ? short(gramCondition) : '∞: rows depend on each other'}
      </Fact>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Warnings({ constant, zeroRows, conflicts, conflictCount }: DataSummary) {
  const words = [
    ...(constant.length > 0 ? [`The same in every row: ${some(constant)}. Standardising needs them unticked.`] : []),
    ...(zeroRows.length > 0
      ? [`${counted(zeroRows.length, 'row')} of zeros, as row ${zeroRows[0]} (counted from 0): no weights act on it.`]
      : []),
    ...(conflictCount > 0
      ? [
          `${counted(conflictCount, 'row')} with the inputs of another one and another label, so that no network fits both: ` +
            `${conflicts.map(({ row, as }) => `row ${row} as row ${as}`).join(', ')} (counted from 0).`,
        ]
      : []),
  ];
  if (words.length === 0) return null;
  return (
    <Notice kind="warn">
      {words.map((one) => (
        <p key={one}>{one}</p>
      ))}
    </Notice>
  );
}

/** What the theorem asks for, and what may help. */
function Theory({ summary }: { readonly summary: DataSummary }) {
  const { generate: _, data: _d, target: _t, inputs: _i, scale: _s, ...others } = given.value;
  const settings = decide({ ...others, ...{ generate: 'unit' } });
  if (settings instanceof FlatwalkError) return null;
  const conditions = conditionsOf(summary, settings);
  const holds = conditions.every((one) => one.holds);
  const suggestions = suggestionsOf(summary, choice.value?.scale ?? 'none', settings);
  return (
    <div class="card stack">
      <h3>What the theorem asks for</h3>
      <p>
        {holds
          ? 'All of it is so: the walk ends where all neurons agree, at the flattest solution.'
          : 'Not all of it is so: the walk may end elsewhere, and there is much to see all the same.'}
      </p>
      <ul class="conditions">
        {conditions.map(({ words, holds, why }) => (
          <li key={words}>
            <span class={`chip ${holds ? 'good' : holds === null ? 'warn' : 'bad'}`}>
              {holds ? 'yes' : holds === null ? 'unknown' : 'no'}
            </span>
            <span>
              {words} <span class="muted">({why})</span>
            </span>
          </li>
        ))}
      </ul>
      {suggestions.length > 0 && (
        <ul class="conditions" aria-label="Suggestions">
          {suggestions.map((one) => (
            <li key={one.key}>
              <span>{one.words}</span>
              <button type="button" onClick={() => follow(one)}>
                {one.action}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function follow({ key, value }: Suggestion): void {
  if (key === 'scale' && choice.value) choice.value = { ...choice.value, scale: value as 'unit-norm' | 'both' };
  else change(key, value);
}

const MOST_NAMED = 6;
const some = (names: readonly string[]) =>
  names.length <= MOST_NAMED
    ? names.join(', ')
    : `${names.slice(0, MOST_NAMED).join(', ')}, ... (${names.length} in all)`;
