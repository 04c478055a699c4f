/** A control for one setting, made from the table of settings: its label, its kind, its help, what is wrong with it. */
import { useEffect, useId, useState } from 'preact/hooks';
import { z } from 'zod';
import { activation, activationNames } from '../../../model/activations.ts';
import { complaint } from '../../config/kinds.ts';
import { entry, type Key } from '../../config/table.ts';
import { textOf, valueIn } from '../session/address.ts';
import { change, given } from '../session/settings.ts';
import { ranges } from './ranges.ts';

export function SettingField({ name, disabled }: { readonly name: Key; readonly disabled: boolean }) {
  const { label, help, unit, default: usual, otherwise, kind } = entry(name);
  const value = given.value[name] ?? usual;
  const id = useId();
  const hint = `${id}-hint`;
  const words = [
    `${help[0].toUpperCase()}${help.slice(1)}.`,
    unit && `Unit: ${unit}.`,
    given.value[name] === undefined && usual === undefined && otherwise && `Left open: ${otherwise}.`,
  ];
  const common = { id, disabled, 'aria-describedby': hint };
  const choices = name === 'activation' ? activationsToChoose(String(value)) : choicesOf(kind.schema);
  let control = <TextControl name={name} value={value} common={common} />;
  if (kind.schema instanceof z.ZodBoolean) {
    control = (
      <input
        {...common}
        type="checkbox"
        checked={value === true}
        onChange={({ currentTarget }) => change(name, currentTarget.checked)}
      />
    );
  } else if (choices) {
    control = (
      <select {...common} value={String(value)} onChange={({ currentTarget }) => change(name, currentTarget.value)}>
        {choices.map((option) => (
          <option key={option} value={option}>
            {name === 'activation' ? `${activation(option).label} (${option})` : option}
          </option>
        ))}
      </select>
    );
  }
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {control}
      <p class="hint" id={hint}>
        {words.filter(Boolean).join(' ')}
      </p>
    </div>
  );
}

const choicesOf = (schema: z.ZodType): string[] | null =>
  schema instanceof z.ZodEnum ? schema.options.map(String) : null;

/** Every activation, and the one that is chosen where it has a parameter of its own. */
function activationsToChoose(chosen: string): string[] {
  const specs = activationNames.map((name) => activation(name).spec);
  return specs.includes(chosen) ? specs : [...specs, chosen];
}

interface TextControlProps {
  readonly name: Key;
  readonly value: unknown;
  readonly common: { readonly id: string; readonly disabled: boolean; readonly 'aria-describedby': string };
}

/** Text as the flag of the setting takes it. What is refused stays in the field, with the reason, and changes nothing. */
function TextControl({ name, value, common }: TextControlProps) {
  const { kind } = entry(name);
  const shown = value === undefined ? '' : textOf(value);
  const [text, setText] = useState(shown);
  const [wrong, setWrong] = useState('');
  useEffect(() => {
    setText(shown);
    setWrong('');
  }, [shown]);
  const accept = (next: string) => {
    setText(next);
    if (next.trim() === '') {
      setWrong('');
      return change(name, undefined);
    }
    const read = valueIn(name, next.trim());
    const found = complaint(kind, read);
    const refusal = found ? [found.what && `${found.what}.`, found.fix].filter(Boolean).join(' ') : outside(name, read);
    setWrong(refusal);
    if (refusal === '') change(name, read);
  };
  const range = ranges[name];
  const bare = typeof value === 'number' && range !== undefined;
  return (
    <>
      <input
        {...common}
        value={text}
        inputMode={bare ? (range.step === 1 ? 'numeric' : 'decimal') : undefined}
        spellcheck={false}
        autocomplete="off"
        aria-invalid={wrong !== ''}
        onChange={({ currentTarget }) => accept(currentTarget.value)}
      />
      {wrong !== '' && (
        <p class="wrong" role="alert">
          {wrong}
        </p>
      )}
    </>
  );
}

/** What is wrong with a value that the command line would take; '' where nothing is. */
function outside(name: Key, value: unknown): string {
  const range = ranges[name];
  if (!range || typeof value !== 'number' || (value >= range.least && value <= range.most)) return '';
  return `Pages take ${range.least} to ${range.most}; flatwalk run takes more.`;
}
