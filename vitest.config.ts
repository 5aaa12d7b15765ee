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
    ],
    globalSetup: ['server/src/testing/global-setup.ts'],
    reporters: ['default', './tools/total-reporter.ts'],
    // Tests start the command line some two hundred times; each start finds the code that the first one compiled.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compiled') },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
