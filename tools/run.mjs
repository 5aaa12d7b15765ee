// `node tools/run.mjs [--run-only] [--browser] [--redis] [--proxy] FILE [ARGUMENT …]`: sets up, then runs FILE with the Node that came with the packages.
// One process from the beginning to the end, so that a signal at any moment ends whatever is going on.
import { handOver } from './run-child.mjs';
import { bundledNode, compileCache, setUp } from './setup.mjs';

const args = process.argv.slice(2);
const wanted = { '--run-only': false, '--browser': false, '--redis': false, '--proxy': false };
for (let next = args[0]; next !== undefined && next in wanted; next = args[0]) {
  wanted[next] = true;
  args.shift();
}
await setUp({
  runOnly: wanted['--run-only'],
  browser: wanted['--browser'],
  redis: wanted['--redis'],
  proxy: wanted['--proxy'],
});
await handOver(bundledNode, args, { env: { ...compileCache, ...process.env } });
