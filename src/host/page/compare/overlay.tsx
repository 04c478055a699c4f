import { useEffect, useState } from 'preact/hooks';
import { FlatwalkError } from '../../../model/errors.ts';
import { entry, type Key } from '../../config/table.ts';
import { wordsOf } from '../kit/error-words.ts';
import { Field } from '../kit/field.tsx';
import { Notice } from '../kit/notice.tsx';
import { adapterState } from '../session/adapter.ts';
import { settings } from '../session/settings.ts';
import {
  type Comparison,
  changedSince,
  chooseVariation,
  comparison,
  startComparison,
  variation,
} from './comparison.ts';
import { FinalTable } from './final-table.tsx';
import { OverlayPlots } from './overlay-plots.tsx';
import { stable } from './stable.ts';
import { formatVariation, parseVariation, suggestions, varied } from './variants.ts';

/** Variants of the experiment, one after the other, laid over each other. */
export function Overlay() {
  const found = comparison.value;
  const isRunning = found?.state.value === 'running';
  const wanted = settings.value;
  return (
    <section class="stack" id="overlay" aria-labelledby="overlay-title">
      <h2 id="overlay-title">Runs overlaid</h2>
      <p>The settings of the Experiment tab, with one of them varied: a run for each value, all drawn together.</p>
      {wanted instanceof FlatwalkError ? (
        <Notice kind="warn">
          <p>{wordsOf(wanted)}</p>
        </Notice>
      ) : (
        <>
          <fieldset>
            <legend>Suggestions</legend>
            <div class="buttons">
              {suggestions(wanted, stable.value).map(({ title, variation: one }) => (
                <button
                  key={title}
                  type="button"
                  disabled={isRunning}
                  aria-pressed={variation.value !== null && formatVariation(one) === formatVariation(variation.value)}
                  onClick={() => chooseVariation(one)}
                >
                  {title}
                </button>
              ))}
            </div>
          </fieldset>
          <VariationFields disabled={isRunning} />
        </>
      )}
      <Buttons found={found} />
      {found && <Result found={found} />}
    </section>
  );
}

function VariationFields({ disabled }: { readonly disabled: boolean }) {
  const current = variation.value;
  const shown = current ? formatVariation(current) : '';
  const [text, setText] = useState<string | null>(null);
  const [complaint, setComplaint] = useState('');
  useEffect(() => {
    setText(null);
    setComplaint('');
  }, [shown]);
  if (!current) return null;
  const accept = (key: string, values: string) => {
    setText(`${key}=${values}`);
    try {
      chooseVariation(parseVariation(`${key}=${values}`));
      setComplaint('');
    } catch (error) {
      if (!(error instanceof FlatwalkError)) throw error;
      setComplaint(wordsOf(error));
    }
  };
  const [key, ...values] = (text ?? shown).split('=');
  const { help } = entry(key as Key);
  return (
    <form class="fields" autocomplete="off" onSubmit={(event) => event.preventDefault()}>
      <Field label="What varies" hint={`${help[0].toUpperCase()}${help.slice(1)}.`}>
        {(control) => (
          <select
            {...control}
            name="vary-key"
            value={key}
            disabled={disabled}
            onChange={({ currentTarget }) => accept(currentTarget.value, values.join('='))}
          >
            {varied.map((one) => (
              <option key={one} value={one}>
                {entry(one).label}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field
        label="Its values"
        hint="With commas between them; the first is what the others are compared with."
        complaint={complaint}
      >
        {(control) => (
          <input
            {...control}
            name="vary-values"
            value={values.join('=')}
            spellcheck={false}
            disabled={disabled}
            onChange={({ currentTarget }) => accept(key, currentTarget.value)}
          />
        )}
      </Field>
    </form>
  );
}

function Buttons({ found }: { readonly found: Comparison | null }) {
  const state = found?.state.value ?? 'new';
  const ready = adapterState.value.kind === 'here' && variation.value !== null;
  return (
    <div class="buttons">
      {state === 'running' ? (
        <button type="button" class="primary" id="overlay-pause" onClick={() => found?.pause()}>
          Pause
        </button>
      ) : state === 'paused' && !changedSince.value ? (
        <button type="button" class="primary" id="overlay-continue" disabled={!ready} onClick={() => found?.go()}>
          Continue
        </button>
      ) : (
        <button type="button" class="primary" id="overlay-start" disabled={!ready} onClick={() => startComparison()}>
          {found ? 'Run anew' : 'Run them all'}
        </button>
      )}
      {(state === 'running' || state === 'paused') && (
        <button type="button" id="overlay-stop" onClick={() => found?.stop()}>
          Stop
        </button>
      )}
    </div>
  );
}

function Result({ found }: { readonly found: Comparison }) {
  const state = found.state.value;
  const words = {
    new: '',
    running: '',
    paused: 'Paused.',
    over: `All ${found.runs.length} runs have ended.`,
    stopped: 'Stopped; what was computed stays.',
  }[state];
  return (
    <>
      <p id="overlay-status" role="status" class={words ? undefined : 'visually-hidden'}>
        {words}
      </p>
      {changedSince.value && state !== 'running' && (
        <p class="hint">The settings have changed since these runs were begun; Run anew takes them over.</p>
      )}
      <FinalTable found={found} />
      <OverlayPlots found={found} />
    </>
  );
}
