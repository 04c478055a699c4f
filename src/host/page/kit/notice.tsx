import type { ComponentChildren } from 'preact';

interface NoticeProps {
  readonly kind?: 'info' | 'warn' | 'error' | 'good';
  readonly title?: string;
  /** It appears while the page is in use: screen readers say it, errors at once. */
  readonly live?: boolean;
  readonly children: ComponentChildren;
}

/** A box with something to know. */
export function Notice({ kind = 'info', title, live = false, children }: NoticeProps) {
  return (
    <div class={`notice ${kind}`} role={live ? (kind === 'error' ? 'alert' : 'status') : undefined}>
      {title && <h3>{title}</h3>}
      {children}
    </div>
  );
}
