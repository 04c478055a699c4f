import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ErrorNotice } from './error-notice.tsx';

/** A view that is loaded when it is first shown. */
export function lazily(load: () => Promise<ComponentType>): ComponentType {
  let loaded: ComponentType | null = null;
  return function Lazy() {
    const [, redraw] = useState(0);
    const [failure, setFailure] = useState<Error | null>(null);
    useEffect(() => {
      if (loaded) return;
      load().then((View) => {
        loaded = View;
        redraw((k) => k + 1);
      }, setFailure);
    }, []);
    const View = loaded;
    if (View) return <View />;
    if (failure) return <ErrorNotice error={failure} title="This part of the page could not be loaded" />;
    return <p role="status">Loading …</p>;
  };
}
