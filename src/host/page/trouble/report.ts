import { adapterState } from '../session/adapter.ts';
import { shareLink } from '../session/place.ts';
import { troubleOf } from './troubles.ts';

/** What somebody who mends the page needs to know. It holds no data of the visitor: settings, names and versions alone. */
export function reportOf(error: unknown): string {
  const { title, text, stack } = troubleOf(error);
  const state = adapterState.value;
  return [
    `flatwalk: ${title}`,
    text,
    '',
    `page: ${shareLink()}`,
    `browser: ${navigator.userAgent}`,
    `adapter: ${state.kind === 'here' ? JSON.stringify(state.adapter) : state.kind}`,
    '',
    stack ?? '',
  ].join('\n');
}
