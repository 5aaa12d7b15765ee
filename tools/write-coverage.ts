// Writes the table of the SDK's operations into docs/crm.md: `npm run coverage`. A test holds the page against it.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withCoverage } from '../server/src/crm/testing/sdk-coverage.ts';

const page = fileURLToPath(new URL('../docs/crm.md', import.meta.url));
writeFileSync(page, withCoverage(readFileSync(page, 'utf8')));
