import { buildTopology } from '../config/load-settings.ts';
import { openDataDirectory } from '../data-directory.ts';
import { openDatabases } from '../databases.ts';
import { systemClock } from '../foundation/clock.ts';
import { systemRandom } from '../foundation/random.ts';
import { createLog } from '../http/log.ts';
import { printJson, printLine } from './output.ts';
import { resolveDatabaseUrls, resolveSettings } from './resolve-settings.ts';
import { dataPath, type StartOptions } from './start-options.ts';

/** The command `migrate`. */
export async function migrateDatabases(options: StartOptions): Promise<void> {
  const settings = resolveSettings(options);
  const { env } = process;
  const dataDirectory = openDataDirectory(dataPath(options), {
    random: systemRandom,
    secretKey: env.GRANTWAY_SECRET_KEY,
  });
  try {
    const topology = buildTopology(settings);
    const databases = await openDatabases(
      { dataDirectory, databaseUrls: resolveDatabaseUrls(settings), log: createLog(settings.logLevel), settings },
      topology,
      systemClock.nowMs(),
    );
    await databases.close();
    const names = ['directory', ...topology.dataCenters.map(({ id }) => id)];
    if (options.json) printJson({ migrated: names });
    else printLine(`Up to date: ${names.join(', ')}`);
  } finally {
    dataDirectory.release();
  }
}
