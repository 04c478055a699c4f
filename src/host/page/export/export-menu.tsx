import './export.css';
import { useId, useState } from 'preact/hooks';
import { commandOf } from '../../config/command.ts';
import type { Given } from '../../config/table.ts';
import { CopyButton } from '../kit/copy-button.tsx';
import { Disclosure } from '../kit/disclosure.tsx';
import { save } from '../kit/download.tsx';
import { theme } from '../session/theme.ts';
import type { Taken } from './make.ts';
import { type TakeName, takeNames, takes } from './takes.ts';

interface ExportMenuProps {
  /** What there is to take away, made when somebody asks: one run, or several side by side. null while there is nothing. */
  readonly taken: (() => readonly Taken[] | Promise<readonly Taken[]>) | null;
  /** Of files that hold several. */
  readonly name: string;
  /** The settings of the one run, as they were asked for. */
  readonly settings?: Given;
  /** The link that brings somebody else here. */
  readonly link?: () => string;
  readonly open?: boolean;
}

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'making'; readonly take: TakeName }
  | { readonly kind: 'made'; readonly words: string }
  | { readonly kind: 'failed'; readonly words: string };

/** Files of what is seen here, in the command line's forms; the command that does the same; and a link. */
export function ExportMenu({ taken, name, settings, link, open }: ExportMenuProps) {
  const [state, setState] = useState<State>({ kind: 'idle' });
  const id = useId();
  const make = async (take: TakeName) => {
    if (!taken) return;
    setState({ kind: 'making', take });
    try {
      const [{ makeFile }, all] = await Promise.all([import('./make.ts'), taken()]);
      const file = await makeFile(take, { taken: all, name, theme: theme.value });
      save(file.name, new Blob([file.bytes]));
      setState({ kind: 'made', words: `${file.name} was made, ${sizeOf(file.bytes.length)}.` });
    } catch (error) {
      setState({ kind: 'failed', words: error instanceof Error ? error.message : String(error) });
    }
  };
  const making = state.kind === 'making' ? state.take : null;
  return (
    <Disclosure title="Take it away: files, the command, a link" open={open}>
      <div class="export-menu">
        <ul class="export-list" aria-label="Files to save">
          {takeNames.map((take) => (
            <li key={take}>
              <button
                type="button"
                disabled={!taken || making !== null}
                aria-describedby={`${id}-${take}`}
                onClick={() => make(take)}
              >
                {making === take ? 'Making …' : takes[take].title}
              </button>
              <span class="hint" id={`${id}-${take}`}>
                <Words text={takes[take].words} />
              </span>
            </li>
          ))}
        </ul>
        {!taken && <p class="hint">There is nothing yet: start a run.</p>}
        <p class="hint" role="status">
          {state.kind === 'making' ? `Making: ${takes[state.take].title} …` : state.kind === 'made' ? state.words : ''}
        </p>
        {state.kind === 'failed' && (
          <p class="complaint pre-line" role="alert">
            {state.words}
          </p>
        )}
        {settings && <Command settings={settings} />}
        {link && (
          <div class="row">
            <CopyButton text={link}>Copy link</CopyButton>
            <span class="hint">Opens this page with these settings. Data of yours are not in it.</span>
          </div>
        )}
      </div>
    </Disclosure>
  );
}

function Command({ settings }: { readonly settings: Given }) {
  const command = commandOf(settings);
  if (command === null) {
    return <p class="hint">No flags can say these settings: save them, and give the file to flatwalk run.</p>;
  }
  return (
    <div class="export-command">
      <p class="hint">The same in a terminal:</p>
      <pre>
        <code>
          {command.split(/ (?=--)/).map((part, k) => (
            <>
              {k > 0 && ' '}
              <span>{part}</span>
            </>
          ))}
        </code>
      </pre>
      <CopyButton text={() => command}>Copy command</CopyButton>
    </div>
  );
}

/** What stands between backquotes is code. */
function Words({ text }: { readonly text: string }) {
  return <>{text.split('`').map((part, k) => (k % 2 === 1 ? <code key={part}>{part}</code> : part))}</>;
}

const KILO = 1000;

function sizeOf(bytes: number): string {
  if (bytes < KILO) return `${bytes} bytes`;
  return bytes < KILO * KILO ? `${(bytes / KILO).toFixed(0)} KB` : `${(bytes / KILO / KILO).toFixed(1)} MB`;
}
