/** The web build by itself: `node examples/mobile/src/start.ts`. The README says which settings there are. */
import { readOptions, runAlone } from '../../shared/alone.ts';
import { startSample } from './sample.ts';

const name = 'mobile';

await runAlone(name, async () => {
  // A mobile client has no secret.
  const env = { CLIENT_SECRET: 'none', ...process.env };
  const options = await readOptions(env, { name, clientType: 'mobile', defaultPort: 8092 });
  const sample = await startSample(options);
  process.stdout.write(`The phone app is at ${options.origins[0]}/\nCtrl-C ends it.\n`);
  return sample;
});
