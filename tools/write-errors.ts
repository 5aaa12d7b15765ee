// Writes docs/errors/ from the catalogues of outcomes and error codes: `npm run errors`. A test compares the two.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { errorsPages } from '../server/src/errors-page.ts';

const folder = new URL('../docs/errors/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(errorsPages())) writeFileSync(fileURLToPath(new URL(name, folder)), text);
