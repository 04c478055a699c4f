import { Field } from '../kit/field.tsx';
import { Notice } from '../kit/notice.tsx';
import { ProgressRoom } from '../kit/progress-room.tsx';
import { adapterState } from '../session/adapter.ts';
import { running as computing } from '../session/record.ts';
import { effort, filter, running, start, stopMeasuring, suites, tellAddress } from './state.ts';
import { efforts, type PageSuite, pageEfforts, pageSuites, suiteWords } from './suites.ts';

/** What is to be measured, and how far that is. */
export function Controls() {
  const measuring = running.value;
  const none = suites.value.length === 0;
  const submit = (event: Event) => {
    event.preventDefault();
    void start();
  };
  return (
    <form class="card stack" onSubmit={submit}>
      <SuiteChoice disabled={measuring !== null} />
      <div class="fields">
        <EffortChoice disabled={measuring !== null} />
        <Field label="Only cases with this in their name" hint="For instance small, or replicas; empty for all.">
          {(control) => (
            <input
              {...control}
              type="search"
              maxLength={60}
              value={filter.value}
              disabled={measuring !== null}
              onInput={({ currentTarget }) => {
                filter.value = currentTarget.value;
                tellAddress();
              }}
            />
          )}
        </Field>
      </div>
      <Hindrances />
      <div class="buttons">
        <button type="submit" disabled={measuring !== null || none || adapterState.value.kind !== 'here'}>
          Measure
        </button>
        <button type="button" disabled={!measuring || measuring.stopping} onClick={stopMeasuring}>
          Stop
        </button>
        {none && <p class="complaint">Choose at least one suite.</p>}
      </div>
      <ProgressRoom label="Measuring" progress={running.value} />
    </form>
  );
}

function SuiteChoice({ disabled }: { readonly disabled: boolean }) {
  const choose = (name: PageSuite, wanted: boolean) => {
    suites.value = pageSuites.filter((one) => (one === name ? wanted : suites.value.includes(one)));
    tellAddress();
  };
  return (
    <fieldset disabled={disabled}>
      <legend>What to measure</legend>
      <ul class="suites">
        {pageSuites.map((name) => (
          <li key={name}>
            <label class="choice">
              <input
                type="checkbox"
                name={name}
                checked={suites.value.includes(name)}
                onChange={({ currentTarget }) => choose(name, currentTarget.checked)}
              />
              {name}
            </label>
            <p class="hint">{suiteWords[name]}</p>
          </li>
        ))}
      </ul>
      <p class="hint">
        The comparison with other libraries, and starts of a new process with their memory, need the command line:{' '}
        <code>flatwalk bench --peers</code>, <code>flatwalk bench --suite end-to-end</code>.
      </p>
    </fieldset>
  );
}

function EffortChoice({ disabled }: { readonly disabled: boolean }) {
  return (
    <fieldset disabled={disabled}>
      <legend>How much</legend>
      {pageEfforts.map((name) => (
        <div key={name}>
          <label class="choice">
            <input
              type="radio"
              name="effort"
              value={name}
              checked={effort.value === name}
              onChange={() => {
                effort.value = name;
                tellAddress();
              }}
            />
            {name}
          </label>
          <p class="hint">{efforts[name]}</p>
        </div>
      ))}
    </fieldset>
  );
}

/** What would make the times wrong, before they are taken. */
function Hindrances() {
  const { value: state } = adapterState;
  const other = running.value === null && computing.value !== null;
  return (
    <>
      {state.kind === 'here' && state.adapter.software && (
        <Notice kind="warn">
          <p>
            The adapter is software, the browser's fallback: a processor computes. The times say nothing about a GPU,
            and take long.
          </p>
        </Notice>
      )}
      {other && (
        <Notice kind="warn">
          <p>
            Something is being computed in another tab of this page. It is paused before anything is measured, and can
            go on afterwards.
          </p>
        </Notice>
      )}
      <p class="hint">Keep this tab in sight until it is done: browsers slow down what nobody sees.</p>
    </>
  );
}
