import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { pinnedAdapterWish } from './src/host/node/environment.ts';

const adapter = pinnedAdapterWish();
const asked = process.env.FLATWALK_ADAPTER;
if (asked && asked !== adapter) {
  console.warn(`FLATWALK_ADAPTER=${asked} is not for tests, which use ${adapter}: set FLATWALK_TEST_ADAPTER instead.`);
}

/** They take longest. Vitest begins with the largest files where it has no times of an earlier run, and some of these are small. */
const long = ['host/cli', 'engine/kernels', 'engine/geometry/trace', 'engine/golden', 'host/bench', 'page/golden'];

/** Begins with those, so that no processor waits for one of them at the end. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => long.some((name) => moduleId.endsWith(`/${name}.test.ts`));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/setup.ts',
    // A process for each file: a crash of a GPU driver takes one file with it, and the drivers can be chosen (they
    // cannot be in a thread).
    pool: 'forks',
    // By default one processor is kept free, of two even half of them.
    maxWorkers: '100%',
    sequence: { sequencer: LongFirst },
    // Tests open the adapter they are pinned to; FLATWALK_TEST_ADAPTER names another. What is printed is compared as
    // plain text, whatever the terminal.
    env: { FLATWALK_ADAPTER: adapter, NO_COLOR: '1' },
    // A software driver that optimises hard compiles for many seconds.
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
