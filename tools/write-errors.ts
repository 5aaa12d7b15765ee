// Writes docs/errors.md from the catalogues of outcomes and error codes: `npm run errors`. A test compares the two.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { errorsPage } from '../server/src/errors-page.ts';

writeFileSync(fileURLToPath(new URL('../docs/errors.md', import.meta.url)), errorsPage());
