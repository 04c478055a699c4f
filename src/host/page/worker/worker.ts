/** Computes for the page, so that the page itself never waits. */
import { openEngine } from './engine.ts';
import { performTask } from './tasks.ts';
import { train } from './train.ts';
import { serve } from './wire.ts';

serve(
  {
    open: async () => (await openEngine()).adapter,
    perform: performTask,
    train,
  },
  self as unknown as Worker,
);
