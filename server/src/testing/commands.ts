import { expect } from 'vitest';
import type { CommandResult, Workshop } from './platform-process.ts';

/** What tests do with the command line of a platform that runs in `dataDirectory`. */
export function commandsOn(shop: Workshop, dataDirectory: () => string) {
  /** Runs a command against the platform. */
  const run = (line: string, ...more: string[]): Promise<CommandResult> =>
    shop.run([...line.split(' '), ...more, '--data', dataDirectory()]);

  /** The one JSON document of a command that must succeed. */
  async function json(line: string, ...more: string[]) {
    const { code, stdout, stderr } = await run(line, ...more, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trimEnd()).not.toContain('\n');
    return JSON.parse(stdout);
  }

  /** What a command says that must fail, as its one JSON document. */
  async function failure(code: 1 | 2, line: string, ...more: string[]): Promise<{ code: string; message: string }> {
    const result = await run(line, ...more, '--json');
    expect(result.code, result.stderr).toBe(code);
    return JSON.parse(result.stdout).error;
  }

  return { run, json, failure };
}
