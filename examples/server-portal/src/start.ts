/** The portal by itself: `node examples/server-portal/src/start.ts`. The README says which settings there are. */
import { join } from 'node:path';
import { startCluster } from '../../../server/src/database/embedded/cluster.ts';
import { readOptions, runAlone } from '../../shared/alone.ts';
import { startSample } from './sample.ts';

const name = 'server-portal';
const env = process.env;

await runAlone(name, async () => {
  let stop = async () => {};
  const options = await readOptions(env, {
    ...{ name, clientType: 'server', defaultPort: 8091 },
    async database(directory) {
      if (env.DATABASE_URL) return { connectionString: env.DATABASE_URL };
      const cluster = await startCluster({ directory: join(directory, 'postgres') });
      stop = () => cluster.stop();
      await cluster.ensureDatabase('portal');
      return cluster.connection('portal');
    },
  });
  try {
    const sample = await startSample(options);
    process.stdout.write(`The portal is at ${options.origins[0]}/\nCtrl-C ends it.\n`);
    return {
      async close() {
        await sample.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
});
