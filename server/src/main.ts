// First of all, before any file of ours or of a library uses what it defines.
import './foundation/older-node.ts';
import cluster from 'node:cluster';
import { runCommandLine } from './cli/program.ts';

// Whoever read the output may be gone (`grantway event list | head -1`), or the terminal closed. What was begun, the stop
// of a platform above all, comes to its end nevertheless.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

// Asks a platform to replace its workers. Whoever else hears it, a worker say, or comes to it later, goes on.
process.on('SIGUSR2', () => {});

if (cluster.isWorker) {
  const { runWorker } = await import('./cli/worker.ts');
  await runWorker();
} else process.exitCode = await runCommandLine(process.argv.slice(2));
