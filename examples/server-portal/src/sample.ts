import type { RunningSample, SampleOptions } from '../../shared/platform.ts';
import { createPortal } from './app.ts';
import { PortalDatabase } from './database.ts';

/** Starts the portal; it accepts connections when the promise is kept. */
export async function startSample(options: SampleOptions): Promise<RunningSample> {
  const { host, port, now, onError } = options;
  const connection = await options.database();
  const database = new PortalDatabase(connection, options.key('tokens'), now, (error) =>
    onError(error, 'a database connection broke'),
  );
  try {
    await database.prepare();
    const app = createPortal(options, database);
    await app.listen({ host, port });
    return {
      async close() {
        await app.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
