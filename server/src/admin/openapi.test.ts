import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../testing/test-platform.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform({ lab: true });
});
afterAll(() => platform.stop());

test('the admin API describes itself, each call with a sentence, and the document is valid', async () => {
  const headers = { authorization: `Bearer ${platform.admin.adminToken}` };
  const document = await (await fetch(`${platform.adminOrigin}/openapi.json`, { headers })).json();
  expect(document.paths).toHaveProperty(['/lab/clock/advance', 'post', 'requestBody']);
  for (const [path, methods] of Object.entries<Record<string, { summary?: string }>>(document.paths)) {
    for (const [method, { summary }] of Object.entries(methods)) {
      expect(summary, `${method} ${path}`).toMatch(/^[A-Z]/);
    }
  }
  expect(await new Validator().validate(document)).toEqual({ valid: true });
});
