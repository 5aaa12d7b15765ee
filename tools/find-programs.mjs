// Where the programs are that only tests need; shared by the set-up step, which runs before there are packages, and the tests.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What the environment variable names, else the first of the usual names on PATH or in the folders of system programs. */
function find(variable, names) {
  if (process.env[variable]) return process.env[variable];
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/usr/sbin'];
  return names
    .flatMap((name) => folders.filter(Boolean).map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
}

/** GRANTWAY_CHROMIUM, or a Chromium of the machine. */
export const findChromium = () =>
  find('GRANTWAY_CHROMIUM', ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']);

/** GRANTWAY_REDIS, or a Redis or Valkey server of the machine. */
export const findRedis = () => find('GRANTWAY_REDIS', ['valkey-server', 'redis-server']);

/** GRANTWAY_HAPROXY, or the machine's HAProxy. */
export const findHaproxy = () => find('GRANTWAY_HAPROXY', ['haproxy']);
