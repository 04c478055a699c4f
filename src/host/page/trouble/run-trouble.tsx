import type { RunRecord } from '../session/record.ts';
import { TroublePanel } from './trouble-panel.tsx';

interface RunTroubleProps {
  readonly record: RunRecord;
  /** Goes on with the run: `record.go()`, with what else the tab gives it. */
  readonly onContinue: () => void;
}

/** Why a run failed; nothing where it did not. After a lost device one click goes on from the last checkpoint. */
export function RunTrouble({ record, onContinue }: RunTroubleProps) {
  const state = record.state.value;
  if (state.kind !== 'failed') return null;
  const step = record.checkpoint?.step ?? 0;
  const retry = state.lost && step > 0 ? `Continue from step ${step.toLocaleString('en')}` : 'Start again';
  return <TroublePanel error={state.error} onRetry={onContinue} retry={retry} />;
}
