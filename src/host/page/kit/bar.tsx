import './kit.css';

interface BarProps {
  /** Of the whole width; more than 1 fills it. */
  readonly share: number;
  /** What it shows, as text beside it. */
  readonly children: string;
  readonly bad?: boolean;
}

/** A number with a bar as long as its share. */
export function Bar({ share, children, bad = false }: BarProps) {
  const width = Number.isNaN(share) ? 0 : Math.max(0, Math.min(1, share));
  return (
    <span class={bad ? 'bar bad' : 'bar'}>
      <span class="bar-track" aria-hidden="true">
        <span class="bar-fill" style={{ width: `${100 * width}%` }} />
      </span>
      <span class="bar-text">{children}</span>
    </span>
  );
}
