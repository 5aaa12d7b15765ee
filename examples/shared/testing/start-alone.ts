import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { isAlive, until } from '../../../server/src/testing/platform-process.ts';

/** A sample app's own process, as its README starts it, in the folder `cwd`. */
export function startAlone(name: string, cwd: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const inherited = Object.entries(process.env).filter(([key]) => !key.startsWith('GRANTWAY_'));
  const main = join(import.meta.dirname, '..', '..', name, 'src', 'start.ts');
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { ...Object.fromEntries(inherited), ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  const closed = once(child, 'close').then(([code]) => code as number | null);
  return {
    output: () => output,
    says: (text: string) => until(() => output.includes(text) || !isAlive(child.pid ?? 0), `"${text}" is said`, 40),
    end(signal?: NodeJS.Signals): Promise<number | null> {
      if (signal) child.kill(signal);
      return closed;
    },
  };
}
