import { adapterState, openAdapter } from '../session/adapter.ts';
import { TroublePanel } from './trouble-panel.tsx';

/** Why nothing computes; nothing where something does. */
export function AdapterTrouble() {
  const state = adapterState.value;
  return state.kind === 'none' ? <TroublePanel error={state.error} onRetry={openAdapter} /> : null;
}
