import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bundle } from '../build.ts';

test('the typed core is at most 8 kB compressed', async () => {
  const code = await bundle('index.js');
  expect(code).toContain('@grantway/browser, Apache-2.0');
  expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(8 * 1024);
});
