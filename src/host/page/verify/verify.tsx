/** The tab that holds this GPU against float64. */

import { ErrorNotice } from '../kit/error-notice.tsx';
import { Field } from '../kit/field.tsx';
import { ProgressRoom } from '../kit/progress-room.tsx';
import { adapterState } from '../session/adapter.ts';
import './verify.css';
import { ClaimsPart } from './claims.tsx';
import { Rows } from './rows.tsx';
import { atWork, comparing, failure, only, quick, stop, tellAddress, verify } from './state.ts';

export function Verify() {
  return (
    <div class="stack verify">
      <div>
        <h2>Verify</h2>
        <p class="muted">
          Does this GPU, with its driver and this browser, compute what it should? Every kernel runs on inputs that are
          easy to get wrong, and whole problems beside them, and each number is held against a float64 reference. A bar
          shows the largest error as a share of what rounding may explain; more than all of it is a fault.
        </p>
      </div>
      <Controls />
      {failure.value && <ErrorNotice error={failure.value} title="Nothing was compared" />}
      <Rows />
      <ClaimsPart />
    </div>
  );
}

function Controls() {
  const submit = (event: Event) => {
    event.preventDefault();
    void verify();
  };
  return (
    <form class="card stack" onSubmit={submit}>
      <div class="fields">
        <HowMuch disabled={atWork.value} />
        <Field
          label="Only kernels with this in their name"
          hint="To look at one again, for instance residual; empty for all."
        >
          {(control) => (
            <input
              {...control}
              type="search"
              maxLength={60}
              value={only.value}
              disabled={atWork.value}
              onInput={({ currentTarget }) => {
                only.value = currentTarget.value;
                tellAddress();
              }}
            />
          )}
        </Field>
      </div>
      <div class="buttons">
        <button type="submit" disabled={atWork.value || adapterState.value.kind !== 'here'}>
          Verify
        </button>
        <button type="button" disabled={!comparing.value || comparing.value.stopping} onClick={stop}>
          Stop
        </button>
      </div>
      <ProgressRoom label="Verifying" progress={comparing.value} />
    </form>
  );
}

function HowMuch({ disabled }: { readonly disabled: boolean }) {
  const choices = [
    { value: true, name: 'quick', words: 'Fewer shapes and problems: seconds on a GPU.' },
    { value: false, name: 'full', words: 'All of them: a minute on a GPU, many on a software adapter.' },
  ];
  return (
    <fieldset disabled={disabled}>
      <legend>How much</legend>
      {choices.map(({ value, name, words }) => (
        <div key={name}>
          <label class="choice">
            <input
              type="radio"
              name="shapes"
              value={name}
              checked={quick.value === value}
              onChange={() => {
                quick.value = value;
                tellAddress();
              }}
            />
            {name}
          </label>
          <p class="hint">{words}</p>
        </div>
      ))}
    </fieldset>
  );
}
