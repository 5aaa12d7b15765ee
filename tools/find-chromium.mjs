// Where the machine's Chromium is; shared by the set-up step, which runs before there are packages, and the browser tests.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * GRANTWAY_CHROMIUM, or the first of the usual names on PATH.
 * @returns {string | undefined}
 */
export function findChromium() {
  if (process.env.GRANTWAY_CHROMIUM) return process.env.GRANTWAY_CHROMIUM;
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((file) => existsSync(file));
}
