import { FlatwalkError } from '../../../model/errors.ts';
import { Notice } from './notice.tsx';

interface ErrorNoticeProps {
  readonly error: Error;
  readonly title?: string;
}

/** What went wrong and where, and below it what to do. */
export function ErrorNotice({ error, title }: ErrorNoticeProps) {
  const fix = error instanceof FlatwalkError ? error.fix : '';
  const message = fix && error.message.endsWith(fix) ? error.message.slice(0, -fix.length).trim() : error.message;
  return (
    <Notice kind="error" title={title} live>
      <p>{message}</p>
      {fix && <p>{fix}</p>}
    </Notice>
  );
}
