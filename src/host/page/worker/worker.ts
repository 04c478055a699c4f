/** Computes for the page, so that the page itself never waits. */
import { check } from './before.ts';
import { openEngine } from './engine.ts';
import { grid, surveyGrid } from './grid.ts';
import { predict } from './predict.ts';
import { show } from './showing.ts';
import { performTask } from './tasks.ts';
import { train } from './train.ts';
import { serve } from './wire.ts';

/** Reading files takes much code, and few visitors have one. */
const data = () => import('./data/handlers.ts');

serve(
  {
    open: async () => (await openEngine()).adapter,
    perform: performTask,
    check,
    predict,
    train,
    forget: async () => {
      show(null);
      return null;
    },
    grid,
    surveyGrid,
    keepFile: async (ask, context) => (await data()).keepFile(ask, context),
    forgetFiles: async (ask) => (await data()).forgetFiles(ask),
    describeData: async (ask) => (await data()).describeData(ask),
    // Loaded where there is a canvas to draw on.
    scene: async (ask) => (await import('../scene/serve.ts')).serveScene(ask),
  },
  self as unknown as Worker,
);
