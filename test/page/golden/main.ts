/** All golden checks in a browser, one after another; the outcome is left where the driving test finds it. */
import { Engine } from '../../../src/engine/index.ts';
import { goldenChecks } from '../../golden/checks.ts';
import golden from '../../golden/golden.json';

declare global {
  var goldenOutcome: Promise<{ passed: number; failures: string[] }>;
}

globalThis.goldenOutcome = (async () => {
  const engine = await Engine.open();
  const failures: string[] = [];
  let passed = 0;
  for (const { name, run } of goldenChecks(golden)) {
    try {
      await run(engine);
      passed++;
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  engine.dispose();
  return { passed, failures };
})();
