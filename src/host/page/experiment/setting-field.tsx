/** A control for one setting, made from the table of settings: its label, its kind, its help, what is wrong with it. */
import { useEffect, useState } from 'preact/hooks';
import { z } from 'zod';
import { activation, activationNames } from '../../../model/activations.ts';
import { textOf } from '../../config/command.ts';
import { complaint } from '../../config/kinds.ts';
import { entry, type Key } from '../../config/table.ts';
import { Field } from '../kit/field.tsx';
import { valueIn } from '../session/address.ts';
import { change, given } from '../session/settings.ts';
import { ranges } from './ranges.ts';

interface SettingProps {
  readonly name: Key;
  readonly disabled: boolean;
}

export function SettingField({ name, disabled }: SettingProps) {
  const { label, kind, default: usual } = entry(name);
  const value = given.value[name] ?? usual;
  const choices = name === 'activation' ? activationsToChoose(String(value)) : choicesOf(kind.schema);
  if (kind.schema instanceof z.ZodBoolean) {
    return (
      <Field label={label} hint={hintOf(name)}>
        {(control) => (
          <input
            {...control}
            type="checkbox"
            disabled={disabled}
            checked={value === true}
            onChange={({ currentTarget }) => change(name, currentTarget.checked)}
          />
        )}
      </Field>
    );
  }
  if (!choices) return <TextSetting name={name} disabled={disabled} />;
  return (
    <Field label={label} hint={hintOf(name)}>
      {(control) => (
        <select
          {...control}
          name={name}
          disabled={disabled}
          value={String(value)}
          onChange={({ currentTarget }) => change(name, currentTarget.value)}
        >
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {name === 'activation' ? `${activation(choice).label} (${choice})` : choice}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** The help of the table as a sentence, with the range of a page and what holds where nothing is said. */
function hintOf(name: Key): string {
  const { help, default: usual, otherwise } = entry(name);
  const range = ranges[name];
  const open = given.value[name] === undefined && usual === undefined && otherwise;
  const words = [
    `${help[0].toUpperCase()}${help.slice(1)}.`,
    range && range.most < Number.MAX_SAFE_INTEGER && `${range.least} to ${range.most.toLocaleString('en')}.`,
    open && `Left open: ${otherwise}.`,
  ];
  return words.filter(Boolean).join(' ');
}

const choicesOf = (schema: z.ZodType): string[] | null =>
  schema instanceof z.ZodEnum ? schema.options.map(String) : null;

/** Every activation, and the one that is chosen where it has a parameter of its own. */
function activationsToChoose(chosen: string): string[] {
  const specs = activationNames.map((name) => activation(name).spec);
  return specs.includes(chosen) ? specs : [...specs, chosen];
}

/** Text as the flag of the setting takes it. What is refused stays in the field, with the reason, and changes nothing. */
function TextSetting({ name, disabled }: SettingProps) {
  const { label, unit, kind, default: usual } = entry(name);
  const value = given.value[name] ?? usual;
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
  return (
    <Field label={label} hint={hintOf(name)} unit={unit} complaint={wrong}>
      {(control) => (
        <input
          {...control}
          name={name}
          value={text}
          disabled={disabled}
          inputMode={name in ranges ? (ranges[name]?.whole ? 'numeric' : 'decimal') : undefined}
          spellcheck={false}
          onChange={({ currentTarget }) => accept(currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** What is wrong with a value that the command line would take; '' where nothing is. */
function outside(name: Key, value: unknown): string {
  const range = ranges[name];
  if (!range || typeof value !== 'number' || (value >= range.least && value <= range.most)) return '';
  return `Pages take ${range.least} to ${range.most.toLocaleString('en')}; flatwalk run takes more.`;
}
