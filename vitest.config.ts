import { defineConfig } from 'vitest/config';
import { pinnedAdapterWish } from './src/host/node/environment.ts';

const adapter = pinnedAdapterWish();
const asked = process.env.FLATWALK_ADAPTER;
if (asked && asked !== adapter) {
  console.warn(`FLATWALK_ADAPTER=${asked} is not for tests, which use ${adapter}: set FLATWALK_TEST_ADAPTER instead.`);
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
    // Tests open the adapter they are pinned to; FLATWALK_TEST_ADAPTER names another. What is printed is compared as
    // plain text, whatever the terminal.
    env: { FLATWALK_ADAPTER: adapter, NO_COLOR: '1' },
    // A software driver that optimises hard compiles for many seconds.
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
