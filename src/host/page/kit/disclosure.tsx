import type { ComponentChildren } from 'preact';

interface DisclosureProps {
  readonly title: ComponentChildren;
  readonly open?: boolean;
  readonly children: ComponentChildren;
}

/** Details for those who want them. */
export function Disclosure({ title, open = false, children }: DisclosureProps) {
  return (
    <details open={open}>
      <summary>{title}</summary>
      {children}
    </details>
  );
}
