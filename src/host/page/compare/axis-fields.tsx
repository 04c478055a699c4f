import { useEffect, useState } from 'preact/hooks';
import { FlatwalkError } from '../../../model/errors.ts';
import {
  checkGrid,
  formatGrid,
  type Grid,
  type GridAxis,
  type GridKey,
  gridKeys,
  isShape,
  MOST_VALUES,
} from '../../config/grid.ts';
import { entry } from '../../config/table.ts';
import { wordsOf } from '../kit/error-words.ts';
import { Field } from '../kit/field.tsx';
import { settings } from '../session/settings.ts';
import { chooseGrid, chosen, grid, MOST_REPEATS, repeats } from './diagram-state.ts';

/** An axis as it stands in the fields, whether it makes sense or not. */
type Draft = Readonly<Record<'key' | 'low' | 'high' | 'count', string>>;

const draftOf = ({ key, low, high, count }: GridAxis): Draft => ({
  key,
  low: String(low),
  high: String(high),
  count: String(count),
});

const readDraft = ({ key, low, high, count }: Draft): GridAxis => ({
  key: key as GridKey,
  low: numberOf(low),
  high: numberOf(high),
  count: numberOf(count),
});

const numberOf = (text: string) => (text.trim() === '' ? Number.NaN : Number(text));

/** The two axes of the phase diagram. What makes no grid stays in the fields, with the reason, and changes nothing. */
export function AxisFields({ disabled }: { readonly disabled: boolean }) {
  const current = grid.value;
  const shown = current ? formatGrid(current) : '';
  const [drafts, setDrafts] = useState<readonly [Draft, Draft] | null>(null);
  const [complaint, setComplaint] = useState('');
  useEffect(() => {
    setDrafts(null);
    setComplaint('');
  }, [shown]);
  if (!current) return null;
  const [x, y] = drafts ?? [draftOf(current.x), draftOf(current.y)];
  const accept = (next: readonly [Draft, Draft]) => {
    setDrafts(next);
    const wanted: Grid = { x: readDraft(next[0]), y: readDraft(next[1]) };
    try {
      checkGrid(wanted);
    } catch (error) {
      if (!(error instanceof FlatwalkError)) throw error;
      return setComplaint(wordsOf(error));
    }
    setComplaint('');
    chooseGrid(wanted);
  };
  return (
    <form autocomplete="off" class="stack" onSubmit={(event) => event.preventDefault()}>
      <div class="grid">
        <OneAxis title="From left to right" draft={x} disabled={disabled} onDraft={(draft) => accept([draft, y])} />
        <OneAxis title="From below to above" draft={y} disabled={disabled} onDraft={(draft) => accept([x, draft])} />
      </div>
      {complaint && (
        <p class="complaint" role="alert" id="grid-complaint">
          {complaint}
        </p>
      )}
      <div class="row">
        <Repeats disabled={disabled} />
        {chosen.value && (
          <button type="button" class="quiet" disabled={disabled} onClick={() => chooseGrid(null)}>
            Back to the suggestion
          </button>
        )}
      </div>
    </form>
  );
}

interface OneAxisProps {
  readonly title: string;
  readonly draft: Draft;
  readonly disabled: boolean;
  readonly onDraft: (draft: Draft) => void;
}

function OneAxis({ title, draft, disabled, onDraft }: OneAxisProps) {
  const key = draft.key as GridKey;
  const fromFile = !(settings.value instanceof FlatwalkError) && settings.value.generate === undefined;
  const text = (name: 'low' | 'high' | 'count', label: string) => (
    <Field label={label}>
      {(control) => (
        <input
          {...control}
          value={draft[name]}
          inputMode={name === 'count' || isShape(key) ? 'numeric' : 'decimal'}
          spellcheck={false}
          disabled={disabled}
          onChange={({ currentTarget }) => onDraft({ ...draft, [name]: currentTarget.value })}
        />
      )}
    </Field>
  );
  return (
    <fieldset class="card axis-fields">
      <legend class="visually-hidden">{title}</legend>
      <Field label={title} hint={hints[key]}>
        {(control) => (
          <select
            {...control}
            value={key}
            disabled={disabled}
            onChange={({ currentTarget }) => onDraft(changedTo(currentTarget.value as GridKey, draft))}
          >
            {gridKeys.map((one) => (
              <option key={one} value={one} disabled={one === 'n' && fromFile}>
                {entry(one).label}
              </option>
            ))}
          </select>
        )}
      </Field>
      <div class="axis-numbers">
        {text('low', 'from')}
        {text('high', 'to')}
        {text('count', `values (to ${MOST_VALUES})`)}
      </div>
    </fieldset>
  );
}

const hints: Readonly<Record<GridKey, string>> = {
  stepSize: 'How far a step goes. The suggestion reaches beyond the largest step size that is stable at the start.',
  noise: 'The standard deviation of what is added to a label at each step.',
  width: 'How many neurons. Each width is an ensemble of its own.',
  n: 'How many data points, beside the dimension d of the settings: with n above d the theorem is silent.',
};

/** Ranges to begin with, where another setting becomes an axis. */
function changedTo(key: GridKey, draft: Draft): Draft {
  const found = settings.value;
  if (found instanceof FlatwalkError) return { ...draft, key };
  const around = (value: number) => ({ low: Math.max(1, Math.round(value / 4)), high: Math.max(2, 2 * value) });
  const number = (value: unknown, usual: number) => (typeof value === 'number' && value > 0 ? value : usual);
  const range = {
    stepSize: { low: number(found.stepSize, 0.01) / 20, high: 10 * number(found.stepSize, 0.01) },
    noise: { low: number(found.noise, 1) / 8, high: 2 * number(found.noise, 1) },
    width: around(found.width),
    n: around(found.d ?? 8),
  }[key];
  const short = (value: number) => String(Number(value.toPrecision(2)));
  return { key, low: short(range.low), high: short(range.high), count: draft.count };
}

function Repeats({ disabled }: { readonly disabled: boolean }) {
  return (
    <Field label="Networks a cell" hint="Each from a start of its own; a cell shows their median.">
      {(control) => (
        <input
          {...control}
          type="number"
          min={1}
          max={MOST_REPEATS}
          value={repeats.value}
          disabled={disabled}
          onChange={({ currentTarget }) => {
            const wanted = Math.round(currentTarget.valueAsNumber);
            if (wanted >= 1) repeats.value = Math.min(MOST_REPEATS, wanted);
            currentTarget.value = String(repeats.value);
          }}
        />
      )}
    </Field>
  );
}
