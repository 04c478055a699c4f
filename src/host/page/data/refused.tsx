import { Notice } from '../kit/notice.tsx';
import type { Refusal } from '../session/dropped.ts';

/** What is wrong and where, and what to do: the two lines of the command line. */
export function Refused({ all }: { readonly all: readonly Refusal[] }) {
  if (all.length === 0) return null;
  return (
    <Notice kind="error" live>
      {all.map(({ what, fix }) => (
        <p key={what} class="refusal">
          <strong>{what}</strong>
          <br />
          {fix}
        </p>
      ))}
      {all.some(({ fix }) => fix.includes('--')) && (
        <p class="hint">In this page --target is the label column, and --inputs are the columns that are ticked.</p>
      )}
    </Notice>
  );
}
