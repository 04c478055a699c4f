import { test } from 'vitest';
import { goldenChecks } from '../golden/checks.ts';
import { golden, openTestEngine } from './support.ts';

const engine = await openTestEngine();

for (const { name, run } of goldenChecks(golden)) {
  test(name, () => run(engine));
}
