#!/usr/bin/env node
// Finds the Node that runs TypeScript directly (it comes with the packages) and hands over to it, whatever Node is installed.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { handOver } from '../../tools/run-child.mjs';
import { bundledNode, setUp } from '../../tools/setup.mjs';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const args = process.argv.slice(2);

// The same as `npm start`. Help needs no set-up, and the other commands need a platform, which has had its own.
if (args[0] === 'start' && !args.includes('--help') && !args.includes('-h')) await setUp();
if (existsSync(bundledNode)) await handOver(bundledNode, [main, ...args]);
process.stderr.write('grantway: the packages are not installed yet; run "npm ci" in its folder first\n');
process.exitCode = 1;
