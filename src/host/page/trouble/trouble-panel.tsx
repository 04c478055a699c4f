import './trouble.css';
import { useEffect, useRef } from 'preact/hooks';
import { CopyButton } from '../kit/copy-button.tsx';
import { Disclosure } from '../kit/disclosure.tsx';
import { reportOf } from './report.ts';
import { troubleOf } from './troubles.ts';

interface PanelProps {
  readonly error: unknown;
  /** Tries again, or goes on; without it there is no button. */
  readonly onRetry?: () => void;
  /** What the button says. */
  readonly retry?: string;
}

/** What went wrong, and what to do about it. It takes the focus when it appears. */
export function TroublePanel({ error, onRetry, retry = 'Try again' }: PanelProps) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.focus(), [error]);
  const { title, text, fix, list, copy, stack } = troubleOf(error);
  return (
    <section class="notice error trouble" role="alert" tabIndex={-1} ref={panel}>
      <h2>{title}</h2>
      <p>{text}</p>
      <p>{fix}</p>
      {list && (
        <ul>
          {list.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      )}
      {copy?.map(({ words, code }) => (
        <div key={code} class="trouble-copy">
          <p>{words}</p>
          <div class="row">
            <code>{code}</code>
            <CopyButton text={() => code}>Copy flags</CopyButton>
          </div>
        </div>
      ))}
      {stack && (
        <Disclosure title="Details">
          <pre>{stack}</pre>
        </Disclosure>
      )}
      {(onRetry || stack) && (
        <div class="buttons">
          {onRetry && (
            <button type="button" class="primary" onClick={onRetry}>
              {retry}
            </button>
          )}
          {stack && <CopyButton text={() => reportOf(error)}>Copy report</CopyButton>}
        </div>
      )}
    </section>
  );
}
