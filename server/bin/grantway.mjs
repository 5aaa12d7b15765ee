#!/usr/bin/env node
// Finds the Node that runs TypeScript directly (it comes with npm install) and hands over to it, whatever Node is installed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const main = fileURLToPath(new URL('server/src/main.ts', root));
const bundled = fileURLToPath(new URL('node_modules/.bin/node', root));
const arguments_ = process.argv.slice(2);

if (Number(process.versions.node.split('.')[0]) >= 26) {
  process.argv.splice(1, 1, main);
  await import(main);
} else if (!existsSync(bundled)) {
  process.stderr.write('grantway: the packages are not installed yet; run "npm ci" in its folder first\n');
  process.exitCode = 1;
} else {
  // Ctrl-C reaches the child by the terminal; this process waits for it.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
  const { status, signal } = spawnSync(bundled, [main, ...arguments_], { stdio: 'inherit' });
  process.exitCode = status ?? (signal ? 1 : 0);
}
