import { useState } from 'preact/hooks';

interface CopyProps {
  /** What is copied, made when it is asked for. */
  readonly text: () => string;
  /** What the button says. */
  readonly children: string;
}

type State = { readonly kind: 'idle' | 'copied' } | { readonly kind: 'refused'; readonly text: string };

const SHOWN_FOR = 2500;

/** Copies a text. Where the browser refuses, the text is shown to be copied by hand. */
export function CopyButton({ text, children }: CopyProps) {
  const [state, setState] = useState<State>({ kind: 'idle' });
  const copy = async () => {
    const made = text();
    try {
      await navigator.clipboard.writeText(made);
      setState({ kind: 'copied' });
      setTimeout(() => setState({ kind: 'idle' }), SHOWN_FOR);
    } catch {
      // Without a secure page there is no clipboard, and a visitor may have forbidden it.
      setState({ kind: 'refused', text: made });
    }
  };
  return (
    <>
      <button type="button" onClick={copy}>
        {state.kind === 'copied' ? 'Copied' : children}
      </button>
      <span class="visually-hidden" role="status">
        {state.kind === 'copied' ? 'Copied' : ''}
      </span>
      {state.kind === 'refused' && (
        <textarea
          aria-label={`${children}: copy this text`}
          readOnly
          value={state.text}
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
      )}
    </>
  );
}
