import { FlatwalkError } from '../../../model/errors.ts';
import { withoutFix } from './error-words.ts';
import { Notice } from './notice.tsx';

interface ErrorNoticeProps {
  readonly error: Error;
  readonly title?: string;
}

/** What went wrong and where, and below it what to do. */
export function ErrorNotice({ error, title }: ErrorNoticeProps) {
  const fix = error instanceof FlatwalkError ? error.fix : '';
  return (
    <Notice kind="error" title={title} live>
      <p>{withoutFix(error)}</p>
      {fix && <p>{fix}</p>}
    </Notice>
  );
}
