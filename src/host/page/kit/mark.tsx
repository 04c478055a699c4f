import './kit.css';

const words = {
  good: { sign: '✓', text: 'passed' },
  bad: { sign: '✗', text: 'failed' },
  unknown: { sign: '?', text: 'not told' },
  none: { sign: '·', text: 'not judged' },
} as const;

interface MarkProps {
  readonly kind: keyof typeof words;
  /** What it says to a screen reader, where it is another word. */
  readonly children?: string;
}

/** A sign that says how something came out. */
export function Mark({ kind, children }: MarkProps) {
  const { sign, text } = words[kind];
  return (
    <span class={`mark ${kind}`}>
      <span aria-hidden="true">{sign}</span>
      <span class="visually-hidden">{children ?? text}</span>
    </span>
  );
}
