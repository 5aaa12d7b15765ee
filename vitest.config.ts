import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'server/src/**/*.test.ts',
      'sdk/*/src/**/*.test.ts',
      'console/src/**/*.test.ts',
      'examples/**/*.test.ts',
      'conformance/**/*.test.ts',
      'tools/**/*.test.ts',
    ],
    globalSetup: ['server/src/testing/global-setup.ts'],
    reporters: ['default', './tools/total-reporter.ts'],
    // Tests start the command line some two hundred times; each start finds the code that the first one compiled.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compiled') },
    // Files share the modules of their worker: loading them anew for each file took a fifth of the run. A test that
    // changes the process (spies, environment, working directory) undoes that at its end.
    isolate: false,
    // A machine that is busy with two browsers takes more than the usual second for an answer and a page to show it.
    expect: { poll: { timeout: 15_000 } },
    // One for each core. Vitest would leave one core to itself, and so one worker to two cores.
    maxWorkers: availableParallelism(),
    // Tests that are marked as concurrent start processes: two at a time for two cores.
    maxConcurrency: 2,
    // A test that fails once and passes at its second try counts as passed, and is named at the end of the run: it holds a
    // race that is to be found.
    retry: 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
