import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The server that the tests of the Redis store run: GRANTWAY_REDIS, else what is on the PATH. */
export function findRedis() {
  if (process.env.GRANTWAY_REDIS) return process.env.GRANTWAY_REDIS;
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'].filter(Boolean);
  return ['valkey-server', 'redis-server']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
}
