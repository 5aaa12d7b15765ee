import { readFileSync } from 'node:fs';

const file = new URL('../../../package.json', import.meta.url);

/** The version of this release. */
export const { version: platformVersion } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string };
