import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import LongestFirst from './scripts/longest-first.ts';

/** In CI the run is also written as JSON, which scripts/test-totals.js adds up. */
const outputFile = process.env.PLUMBLINE_TEST_RESULTS ?? 'reports/tests.json';

export default defineConfig({
  test: {
    globalSetup: ['./scripts/warm-contract.ts'],
    include: ['{src,suites,scripts}/**/*.test.ts'],
    // One for each core, and one for those that wait: much of a test is waiting for what does not come.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    // Tests run real servers and processes on whatever machine there is; a hang must still end.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // A test that passes the second time has told us something; hiding it would not.
    retry: 0,
    reporters: process.env.CI ? ['default', ['json', { outputFile }]] : ['default'],
  },
});
