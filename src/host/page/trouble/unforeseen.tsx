import { signal } from '@preact/signals';
import { Component, type ComponentChildren } from 'preact';
import { TroublePanel } from './trouble-panel.tsx';

/** The first thing that nobody caught. */
export const unforeseen = signal<unknown>(null);

/** Listens for what nobody catches. */
export function watchForUnforeseen(): void {
  const tell = (error: unknown) => {
    unforeseen.value ??= error;
  };
  addEventListener('error', ({ error, message }) => {
    // What was observed is measured in the next frame instead, as it should be; browsers report it all the same.
    if (!/^ResizeObserver loop/.test(message)) tell(error ?? new Error(message));
  });
  addEventListener('unhandledrejection', ({ reason }) =>
    tell(reason ?? new Error('A promise was rejected without a reason')),
  );
}

export function UnforeseenPanel() {
  if (unforeseen.value === null) return null;
  return (
    <TroublePanel
      error={unforeseen.value}
      retry="Hide this"
      onRetry={() => {
        unforeseen.value = null;
      }}
    />
  );
}

interface BoundaryProps {
  readonly children: ComponentChildren;
}

/** Where a part of the page cannot be drawn, or not be loaded, the rest stays. */
export class Boundary extends Component<BoundaryProps, { readonly error: unknown }> {
  override state = { error: null };

  static override getDerivedStateFromError(error: unknown) {
    return { error: error ?? new Error('A part of the page failed without a word') };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return <TroublePanel error={this.state.error} onRetry={() => this.setState({ error: null })} />;
  }
}
