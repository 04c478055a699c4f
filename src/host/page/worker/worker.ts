/** Computes for the page, so that the page itself never waits. */
import { check } from './before.ts';
import { openEngine } from './engine.ts';
import { predict } from './predict.ts';
import { performTask } from './tasks.ts';
import { train } from './train.ts';
import { serve } from './wire.ts';

serve(
  {
    open: async () => (await openEngine()).adapter,
    perform: performTask,
    check,
    predict,
    train,
  },
  self as unknown as Worker,
);
