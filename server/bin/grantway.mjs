#!/usr/bin/env node
// The command `grantway`. In the published package it runs the compiled platform on the Node that called it. In a checkout
// it finds the Node that runs TypeScript directly (it comes with the packages) and hands over to it.
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { fileURLToPath } from 'node:url';

if (existsSync(new URL('../../tools/setup.mjs', import.meta.url))) await runCheckout();
else {
  // What Node compiles now it need not compile at the next start; where it cannot write, it goes without.
  module.enableCompileCache?.(fileURLToPath(new URL('../.compile-cache', import.meta.url)));
  await import('../dist/main.js');
}

async function runCheckout() {
  const { handOver } = await import('../../tools/run-child.mjs');
  const { bundledNode, compileCache, setUp } = await import('../../tools/setup.mjs');
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const args = process.argv.slice(2);
  // The same as `npm start`. Help needs no set-up, and the other commands need a platform, which has had its own.
  const runsPlatform = args[0] === 'start' || args[0] === 'serve';
  if (runsPlatform && !args.includes('--help') && !args.includes('-h')) await setUp({ runOnly: true });
  if (existsSync(bundledNode))
    await handOver(bundledNode, [main, ...args], { env: { ...compileCache, ...process.env } });
  process.stderr.write('grantway: the packages are not installed yet; run "npm ci" in its folder first\n');
  process.exitCode = 1;
}
