import { useState } from 'preact/hooks';
import { Field } from '../kit/field.tsx';
import type { NamedContent } from '../session/dropped.ts';

/** Text as a file: cells that were copied from a spreadsheet are separated by tabs. */
export function pastedFile(text: string): NamedContent {
  const [first] = text.split('\n', 1);
  return { name: first.includes('\t') ? 'pasted.tsv' : 'pasted.csv', content: new Blob([text]) };
}

export function Paste({ onText }: { readonly onText: (text: string) => void }) {
  const [text, setText] = useState('');
  return (
    <div class="stack">
      <Field
        label="A table as text"
        hint="A header line, then a line for each data point; cells separated by commas, or by tabs as spreadsheets copy them."
      >
        {(control) => (
          <textarea
            {...control}
            name="pasted"
            spellcheck={false}
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        )}
      </Field>
      <div class="buttons">
        <button type="button" disabled={text.trim() === ''} onClick={() => onText(text)}>
          Use this text
        </button>
      </div>
    </div>
  );
}
