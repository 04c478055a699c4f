import { type Scale, scales } from '../../files/scale.ts';
import { Field } from '../kit/field.tsx';
import { type Choice, choice, chosenContents, type DataContents, labelFiles, usualInputs } from './choice.ts';

/** More boxes than this are no help. */
const MOST_BOXES = 60;

const scaleWords: Record<Scale, string> = {
  none: 'as they are',
  standardise: 'every column to mean 0 and deviation 1',
  'unit-norm': 'every row to length 1',
  both: 'columns first, then rows',
};

/** Which column is the label, which are inputs, and how inputs are scaled. */
export function ChoiceForm() {
  const now = choice.value;
  const contents = chosenContents.value;
  if (!now || !contents) return null;
  const set = (change: Partial<Choice>) => {
    choice.value = { ...now, ...change };
  };
  return (
    <form class="card stack" aria-label="What is what" onSubmit={(event) => event.preventDefault()}>
      <h3>{now.file}</h3>
      <Target now={now} contents={contents} set={set} />
      <Inputs now={now} contents={contents} set={set} />
      <fieldset>
        <legend>Scaling of the inputs</legend>
        <div class="stack tight">
          {scales.map((scale) => (
            <label key={scale} class="choice">
              <input
                type="radio"
                name="scale"
                value={scale}
                checked={now.scale === scale}
                onChange={() => set({ scale })}
              />
              {scaleWords[scale]}
            </label>
          ))}
        </div>
      </fieldset>
    </form>
  );
}

interface PartProps {
  readonly now: Choice;
  readonly contents: DataContents;
  readonly set: (change: Partial<Choice>) => void;
}

function Target({ now, contents, set }: PartProps) {
  const files = contents.apart ? labelFiles.value.map(({ name }) => name) : [];
  const columns = contents.columns.map(({ name }) => name);
  const all = [...files, ...columns];
  return (
    <Field
      label="Labels"
      hint={
        contents.apart
          ? 'A file of their own, which you drop beside this one, or a column of it, counted from 0.'
          : 'The column that the network is to say from the others.'
      }
    >
      {(control) => (
        <select
          {...control}
          name="target"
          value={now.target}
          onChange={({ currentTarget: { value } }) => {
            const inputs = now.inputs?.filter((name) => name !== value) ?? null;
            set({ target: value, inputs });
          }}
        >
          {!all.includes(now.target) && <option value={now.target}>{now.target || 'not chosen'}</option>}
          {all.map((name) => (
            <option key={name} value={name}>
              {contents.apart && columns.includes(name) ? `column ${name}` : name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Inputs({ now, contents, set }: PartProps) {
  const usual = usualInputs(contents, now.target);
  const ticked = new Set(now.inputs ?? usual);
  const columns = contents.columns.filter(({ name }) => name !== now.target);
  const choose = (names: readonly string[]) => {
    const asUsual = !contents.unnamed && names.length === usual.length && names.every((name, k) => name === usual[k]);
    set({ inputs: asUsual ? null : names });
  };
  if (columns.length > MOST_BOXES) {
    return (
      <Field label="Input columns" hint={`Names with commas between them; left empty, all ${usual.length}.`}>
        {(control) => (
          <input
            {...control}
            name="inputs"
            type="text"
            value={now.inputs?.join(',') ?? ''}
            onChange={({ currentTarget: { value } }) => {
              const names = value.split(',').map((name) => name.trim());
              set({ inputs: value.trim() === '' ? null : names.filter((name) => name !== '') });
            }}
          />
        )}
      </Field>
    );
  }
  return (
    <fieldset>
      <legend>Input columns</legend>
      <div class="choices">
        {columns.map(({ name, fault }) => (
          <label key={name}>
            <input
              type="checkbox"
              name="input"
              value={name}
              checked={ticked.has(name)}
              onChange={({ currentTarget: { checked } }) =>
                choose(columns.map((one) => one.name).filter((one) => (one === name ? checked : ticked.has(one))))
              }
            />
            {name || 'a column without a name'}
            {fault && <span class="chip warn">not all numbers</span>}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
