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
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
