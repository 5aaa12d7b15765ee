import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Client, ClientOptions } from './client.ts';
import { methods } from './core/methods.ts';
import { granted } from './testing/servers.ts';
import { putToken, startWorkbench, stored, type Workbench } from './testing/workbench.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await startWorkbench();
});
afterAll(() => bench.close());
afterEach(() => bench.reset());

/** Opens a page with a client as its global `crm`; runs code that uses it. */
async function open(
  token?: string,
): Promise<{ page: Page; run: <T>(code: (crm: Client) => T) => Promise<Awaited<T>> }> {
  const { page } = await bench.open('/module.html');
  if (token) await putToken(page, bench.api.origin, token);
  const options: ClientOptions = { clientId: '1000.APP', scopes: ['a', 'b'], accountsUrl: bench.accounts.origin };
  await page.evaluate(`globalThis.crm = createClient(${JSON.stringify(options)})`);
  return { page, run: (code) => page.evaluate(`(${code})(crm)`) };
}

test('has a member for every method of the table', async () => {
  const { run } = await open('t1');
  for (const [space, specs] of Object.entries(methods)) {
    const members = await run(`(crm) => Object.keys(crm.${space.toLowerCase()})` as never);
    expect(members).toEqual(Object.keys(specs));
  }
});

test('signs in, waits, and gives objects', async () => {
  bench.accounts.answer = () => granted(bench.api.origin, 't1');
  bench.api.answer = () => ({ body: '{"data":[{"id":"7","Last_Name":"Daly"}],"info":{"more_records":false}}' });
  const { run } = await open();
  const list = await run((crm) => crm.records.get({ module: 'Leads', params: { fields: 'Last_Name' } }));
  expect(list?.data[0]).toEqual({ id: '7', Last_Name: 'Daly' });
  expect(bench.accounts.requests[0]?.searchParams.get('scope')).toBe('a,b');
  expect(bench.api.requests[0]).toMatchObject({ method: 'GET', url: '/crm/v8/Leads?fields=Last_Name' });
  expect(await run((crm) => crm.state)).toMatchObject({ status: 'signed_in', location: 'in' });
});

test('tells listeners every step', async () => {
  bench.accounts.answer = () => granted(bench.api.origin, 't1');
  const { run } = await open();
  const steps = await run(async (crm) => {
    const seen: string[] = [];
    const stop = crm.onChange(({ status }) => seen.push(status));
    await crm.signIn();
    await crm.signOut();
    stop();
    return seen;
  });
  expect(steps).toEqual(['signing_in', 'signed_in', 'signed_out']);
});

test('throws what went wrong', async () => {
  const { run } = await open('t1');
  bench.api.answer = () => ({ status: 401, body: '{"code":"OAUTH_SCOPE_MISMATCH","message":"invalid oauth scope"}' });
  const caught = await run((crm) => crm.org.get().catch(({ name, code, status }) => ({ name, code, status })));
  expect(caught).toEqual({ name: 'ApiError', code: 'OAUTH_SCOPE_MISMATCH', status: 401 });
  bench.api.answer = () => ({ status: 500, body: 'oops' });
  expect(await run((crm) => crm.org.get().catch(({ code, body }) => ({ code, body })))).toEqual({
    code: 'HTTP_500',
    body: 'oops',
  });
});

test('a refused token that cannot be renewed is a SignInError', async () => {
  bench.accounts.answer = () => 'error=access_denied';
  bench.api.answer = () => ({ status: 401, body: '{"code":"INVALID_TOKEN"}' });
  const { page, run } = await open('t1');
  const caught = await run((crm) => crm.org.get().catch(({ name, code }) => ({ name, code })));
  expect(caught).toEqual({ name: 'SignInError', code: 'access_denied' });
  expect(await stored(page, 'access_token')).toBeNull();
});

test('gives downloads as files without saving them', async () => {
  bench.api.answer = () => ({ body: 'abc', headers: { 'Content-Disposition': 'attachment; filename="a.txt"' } });
  const { run } = await open('t1');
  const file = await run(async (crm) => {
    const { blob, fileName } = await crm.attachments.downloadPhoto({ module: 'Leads', id: '7' });
    return { fileName, text: await blob.text() };
  });
  expect(file).toEqual({ fileName: 'a.txt', text: 'abc' });
});

test('makes any other call', async () => {
  const { run } = await open('t1');
  const body = { select_query: 'select Last_Name from Leads' };
  expect(
    await run((crm) =>
      crm.request({ method: 'POST', path: 'coql', body: { select_query: 'select Last_Name from Leads' } }),
    ),
  ).toEqual({ data: [] });
  expect(bench.api.requests[0]).toMatchObject({ method: 'POST', url: '/crm/v8/coql', body: JSON.stringify(body) });
});
