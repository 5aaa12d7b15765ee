/**
 * Writes the Postman files of `examples/postman` with the console's own makers: the console offers the same for a client
 * of one's own. A test keeps them current. Run it as `npm run postman`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { postmanCollection, postmanEnvironment } from '../console/src/screens/client/postman.ts';
import type { Client, DataCenterInfo } from '../server/src/console/wire.ts';

export const postmanFolder = join(import.meta.dirname, '..', 'examples', 'postman');

const client = { type: 'self', name: 'Grantway', clientId: '' } as Client;
const home = { accounts: 'http://localhost:8000', api: 'http://localhost:8001' } as DataCenterInfo;
const values = { scope: 'ZohoCRM.modules.ALL', redirectUri: '', offline: true, prompt: true, state: '' };

/** The files by their names, as they have to be. */
export const postmanFiles: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    'grantway.postman_collection.json': { ...postmanCollection(client, home, values), variable: [] },
    'grantway.postman_environment.json': postmanEnvironment(client, home, values),
  }).map(([name, json]) => [name, `${JSON.stringify(json, null, 2)}\n`]),
);

if (import.meta.main) {
  for (const [name, text] of Object.entries(postmanFiles)) writeFileSync(join(postmanFolder, name), text);
}
