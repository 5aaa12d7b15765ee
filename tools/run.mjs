// `node tools/run.mjs [--browser] FILE [ARGUMENT …]`: sets up, then runs FILE with the Node that came with the packages.
// One process from the beginning to the end, so that a signal at any moment ends whatever is going on.
import { handOver } from './run-child.mjs';
import { bundledNode, setUp } from './setup.mjs';

const args = process.argv.slice(2);
const browser = args[0] === '--browser';
if (browser) args.shift();
await setUp({ browser });
await handOver(bundledNode, args);
