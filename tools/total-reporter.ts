import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends a test run with the names of the tests that passed at their second try only, and one plain line that any tool can
 * read: `N passed, N failed, N skipped`.
 */
export default class TotalReporter implements Reporter {
  onTestRunEnd(testModules: readonly TestModule[], unhandledErrors: readonly unknown[] = []): void {
    // What is the fault of no test counts as well: an error outside of them, a file that was not run to its end.
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    const unsteady: string[] = [];
    for (const testModule of testModules) {
      // A file that could not be loaded has no tests, and has failed all the same.
      const unfinished = ['queued', 'pending'].includes(testModule.state());
      if (unfinished || (!testModule.ok() && testModule.children.size === 0)) count.failed++;
      for (const test of testModule.children.allTests()) {
        const { errors, state } = test.result();
        if (state !== 'pending') count[state]++;
        const said = errors?.[0]?.message.split('\n', 1)[0] ?? '';
        if (test.diagnostic()?.flaky) unsteady.push(`${testModule.relativeModuleId} > ${test.fullName}: ${said}`);
      }
    }
    for (const name of unsteady) process.stdout.write(`\npassed at the second try only: ${name}`);
    process.stdout.write(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
  }
}
