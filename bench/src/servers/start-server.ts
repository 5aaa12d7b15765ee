import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A server of this folder in a process of its own; its first line says where it listens; `lines` are the others, and `tell` writes it one. */
export async function startServer<Ready extends { readonly port: number }>(
  name: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ready & { lines: Interface; tell(line: string): void; close(): Promise<void> }> {
  const file = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [file], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the server "${name}" ended with ${code} before it listened`);
  });
  const [first] = (await Promise.race([once(lines, 'line'), ended])) as [string];
  ended.catch(() => {});
  return {
    ...(JSON.parse(first) as Ready),
    lines,
    tell: (line) => child.stdin?.write(`${line}\n`),
    close: async () => {
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    },
  };
}
