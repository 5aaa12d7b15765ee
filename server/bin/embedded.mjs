// The platform inside another program, for tests. In the published package that is plain JavaScript; in a checkout the
// sources, for a Node, or a test runner, that runs TypeScript.
import { existsSync } from 'node:fs';

const inCheckout = existsSync(new URL('../../tools/setup.mjs', import.meta.url));

/** @type {typeof import('../src/embedded.ts')} */
export const { startEmbedded } = await import(
  new URL(inCheckout ? '../src/embedded.ts' : '../dist/embedded.js', import.meta.url).href
);
