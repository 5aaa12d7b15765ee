import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { startTokenStage } from '../testing/token-stage.ts';

const { platform, accounts, redirectUri, web } = await startTokenStage();
afterAll(() => platform.stop());

test('whatever is sent, the answer is JSON of the dialect and never a 500', async () => {
  const values = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      web.client_id,
      web.client_secret,
      'refresh_token',
      'authorization_code',
      redirectUri,
      `1000.${'a'.repeat(32)}.${'b'.repeat(32)}`,
      '\0',
    ),
  );
  const names = fc.constantFrom(
    'grant_type',
    'client_id',
    'client_secret',
    'code',
    'refresh_token',
    'redirect_uri',
    'code_verifier',
    'soid',
    'x',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(names, values), { maxLength: 9 }), fc.boolean(), async (pairs, inQuery) => {
      const encoded = new URLSearchParams(pairs.map(([name, value]) => [name, value.toWellFormed()]));
      const url = `${accounts}/oauth/v2/token${inQuery ? `?${encoded}` : ''}`;
      const response = await fetch(url, { method: 'POST', ...(inQuery ? {} : { body: encoded }) });
      expect([200, 400]).toContain(response.status);
      expect(((await response.json()) as { error?: string }).error).toBeDefined();
    }),
    { numRuns: 300 },
  );
});

test('a path that cannot be decoded is answered in the dialect of its listener', async () => {
  const page = await fetch(`${accounts}/%zz`);
  expect([page.status, page.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
  const api = await fetch(`${platform.topology.find('us')?.origins.api}/crm/v8/%zz`);
  expect(await api.json()).toMatchObject({ status: 'error' });
});
