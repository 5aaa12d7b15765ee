/**
 * The TV app by itself: `node examples/tv/src/start.ts`, or with `--terminal` in the terminal. The README says which settings
 * there are.
 */
import { parseArgs } from 'node:util';
import { readOptions, runAlone, StartFailure } from '../../shared/alone.ts';
import { startSample } from './sample.ts';
import { runTerminal } from './terminal.ts';

const name = 'tv';

await runAlone(name, async (ending) => {
  const { terminal, once, start } = readArguments();
  const options = await readOptions(process.env, { name, clientType: 'device', defaultPort: 8093 });
  if (terminal) {
    const directory = process.env.KEEP_IN ?? `${name}-data`;
    const write = (text: string) => void process.stdout.write(text);
    await runTerminal(options, { write, directory, start, once, signal: ending });
    return undefined;
  }
  const sample = await startSample(options);
  process.stdout.write(`The TV is at ${options.origins[0]}/\nCtrl-C ends it.\n`);
  return sample;
});

function readArguments(): { readonly terminal: boolean; readonly once: boolean; readonly start?: string | undefined } {
  try {
    const { values } = parseArgs({
      options: {
        terminal: { type: 'boolean', default: false },
        once: { type: 'boolean', default: false },
        start: { type: 'string' },
      },
    });
    return values;
  } catch (error) {
    throw new StartFailure(`${(error as Error).message}. Expected [--terminal [--once] [--start cn]]`);
  }
}
