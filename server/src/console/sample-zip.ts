import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import yazl from 'yazl';
import { UsableFailure } from '../foundation/failure.ts';

/** Where the sample app and the script-tag build of the browser SDK lie. */
export const sampleFiles = {
  app: fileURLToPath(new URL('../../../examples/browser-leads/', import.meta.url)),
  sdk: fileURLToPath(new URL('../../../sdk/browser/dist/', import.meta.url)),
} as const;

/** What the sample's `js/config.js` holds: the client and where its users sign in, a start for each realm. */
export interface SampleConfig {
  readonly clientId: string | undefined;
  readonly accountsUrls: Readonly<Record<string, string>>;
}

const scopes = 'ZohoCRM.modules.ALL,ZohoCRM.settings.READ,ZohoCRM.users.READ,ZohoCRM.org.READ';
const folder = 'jssdktest';
const notForPeople = /\.test\.ts$/;

/** The script `js/config.js` of the sample app. */
export function sampleConfigScript({ clientId, accountsUrls }: SampleConfig): string {
  return `window.SAMPLE_CONFIG = ${JSON.stringify({ clientId, accountsUrls, scopes })};\n`;
}

/**
 * The sample app as a zip: the folder `jssdktest`, with the SDK and a client's own values in it, which any static web
 * server serves as it is. The same values give the same bytes.
 * @throws UsableFailure when the SDK has not been built.
 */
export async function zipSample(config: SampleConfig): Promise<Buffer> {
  const sdk = join(sampleFiles.sdk, 'zcrmsdk.js');
  if (!existsSync(sdk)) {
    throw new UsableFailure('The browser SDK has not been built: run "npm run build", or start with "npm start".');
  }
  const entries = await readdir(sampleFiles.app, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && !notForPeople.test(entry.name))
    .map((entry) => relative(sampleFiles.app, join(entry.parentPath, entry.name)).split(sep).join('/'));
  const contents = new Map<string, Buffer>([
    ['js/config.js', Buffer.from(sampleConfigScript(config))],
    ['js/zcrmsdk.js', await readFile(sdk)],
    ['js/grantway-browser.js', await readFile(join(sampleFiles.sdk, 'index.js'))],
  ]);
  for (const path of paths) contents.set(path, await readFile(join(sampleFiles.app, path)));
  const zip = new yazl.ZipFile();
  // Zip files keep local time; the same one everywhere makes the same bytes.
  const options = { mtime: new Date(2026, 0, 1), mode: 0o100644, forceDosTimestamp: true };
  for (const path of [...contents.keys()].sort()) {
    zip.addBuffer(contents.get(path) as Buffer, `${folder}/${path}`, options);
  }
  zip.end();
  return buffer(zip.outputStream);
}

/** Headers of a zip that the browser saves. */
export const zipHeaders = {
  'content-type': 'application/zip',
  'content-disposition': `attachment; filename="${folder}.zip"`,
  'cache-control': 'no-store',
} as const;
