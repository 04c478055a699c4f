import type { ComponentChildren } from 'preact';

interface ProgressProps {
  /** What is under way, for screen readers. */
  readonly label: string;
  /** Between 0 and 1; null where it cannot be known. */
  readonly share: number | null;
  /** How far it is, in words. */
  readonly children?: ComponentChildren;
}

export function ProgressLine({ label, share, children }: ProgressProps) {
  return (
    <div class="progress-line">
      <progress aria-label={label} max={1} value={share ?? undefined} />
      {children && <p>{children}</p>}
    </div>
  );
}
