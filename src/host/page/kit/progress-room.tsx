import './kit.css';
import { ProgressLine } from './progress-line.tsx';
import { TimeLeft } from './time-left.tsx';

/** How far something long is, that can be stopped. */
export interface Progress {
  readonly share: number;
  /** What is done now. */
  readonly label: string;
  /** performance.now() of its beginning. */
  readonly began: number;
  readonly stopping: boolean;
}

/** Always as high, so that nothing below it jumps. */
export function ProgressRoom({ label, progress }: { readonly label: string; readonly progress: Progress | null }) {
  return (
    <div class="progress-room">
      {progress && (
        <ProgressLine label={label} share={progress.share}>
          <span>{progress.stopping ? 'Stopping …' : progress.label}</span>
          <TimeLeft began={progress.began} share={progress.share} />
        </ProgressLine>
      )}
    </div>
  );
}
