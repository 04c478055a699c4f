/** What the parser of arguments finds wrong, in the form that every error has here. */
import { FlatwalkError } from '../../engine/index.ts';

/** From its text: `error: WHAT`, then what to do after ` is invalid. ` or on a line of its own, in brackets. */
export function usageError(text: string, fix = ''): FlatwalkError {
  const [what, ...rest] = text
    .trim()
    .replace(/^error: /, '')
    .split(/\n|(?<= is invalid)\. /);
  const hint = rest.join(' ').replace(/^\((.*)\)$/, '$1');
  return new FlatwalkError('BAD_ARGUMENT', what.replace(/\.$/, ''), hint || fix);
}
