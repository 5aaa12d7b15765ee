import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { methods } from '../core/methods.ts';
import { putToken, startWorkbench, type Workbench } from '../testing/workbench.ts';

let bench: Workbench;
let page: Page;

beforeAll(async () => {
  bench = await startWorkbench();
  ({ page } = await bench.open('/bare.html'));
  await putToken(page, bench.api.origin);
  await page.evaluate(
    (accounts_url) => ZCRM.API.SDK.initialize({ client_id: '1000.A', scopes: 'a,b', accounts_url }),
    bench.accounts.origin,
  );
});
afterAll(() => bench.close());
beforeEach(() => {
  bench.api.requests.length = 0;
  bench.api.answer = () => ({});
});

/** Calls a method in the page; `file` makes a File there. */
function call(name: string, input?: object, file?: string): Promise<unknown> {
  return page.evaluate(
    ([method, given, text]) => {
      const [space = '', member = ''] = method.split('.');
      const functions = (ZCRM.API as unknown as Record<string, Record<string, (input?: object) => Promise<unknown>>>)[
        space
      ];
      const content = text === undefined ? {} : { x_file_content: new File([text], 'note.txt') };
      return functions?.[member]?.(given && { ...given, ...content });
    },
    [name, input, file] as const,
  );
}

const body = { data: [{ Last_Name: 'Daly' }] };
const json = JSON.stringify(body);

// Reference: method, what it is given, HTTP method, path below /crm/v2/, body.
const rows: [string, object | undefined, string, string, string?][] = [
  ['RECORDS.get', { module: 'Leads' }, 'GET', 'Leads'],
  ['RECORDS.get', { module: 'Leads', id: '7', params: { fields: 'a,b' } }, 'GET', 'Leads/7?fields=a%2Cb'],
  ['RECORDS.post', { module: 'Leads', body }, 'POST', 'Leads', json],
  ['RECORDS.post', { module: 'Leads', id: '7', body }, 'POST', 'Leads/7', json],
  ['RECORDS.put', { module: 'Leads', body }, 'PUT', 'Leads', json],
  ['RECORDS.put', { module: 'Leads', id: '7', body }, 'PUT', 'Leads/7', json],
  ['RECORDS.delete', { module: 'Leads', id: '7' }, 'DELETE', 'Leads/7'],
  ['RECORDS.delete', { module: 'Leads', params: { ids: '1,2' } }, 'DELETE', 'Leads?ids=1%2C2'],
  ['RECORDS.search', { module: 'Leads', params: { word: 'A & B' } }, 'GET', 'Leads/search?word=A%20%26%20B'],
  ['RECORDS.getNotes', { module: 'Leads', id: '7' }, 'GET', 'Leads/7/Notes'],
  ['RECORDS.getRelated', { module: 'Leads', id: '7', relatedModule: 'Calls' }, 'GET', 'Leads/7/Calls'],
  ['RECORDS.getAllDeletedRecords', { module: 'Leads' }, 'GET', 'Leads/deleted?type=all'],
  ['RECORDS.getAllDeletedRecords', { module: 'Leads', params: { page: 2 } }, 'GET', 'Leads/deleted?type=all&page=2'],
  ['RECORDS.getRecycleBinRecords', { module: 'Leads' }, 'GET', 'Leads/deleted?type=recycle'],
  [
    'RECORDS.getRecycleBinRecords',
    { module: 'Leads', params: { page: 2 } },
    'GET',
    'Leads/deleted?type=recycle&page=2',
  ],
  ['RECORDS.getPermanentlyDeletedRecords', { module: 'Leads' }, 'GET', 'Leads/deleted?type=permanent'],
  [
    'RECORDS.getPermanentlyDeletedRecords',
    { module: 'Leads', params: { page: 2 } },
    'GET',
    'Leads/deleted?type=permanent&page=2',
  ],
  ['SETTINGS.getFields', { module: 'Leads' }, 'GET', 'settings/fields?module=Leads'],
  ['SETTINGS.getFields', { params: { module: 'Leads' } }, 'GET', 'settings/fields?module=Leads'],
  ['SETTINGS.getFields', { module: 'Leads', id: '7' }, 'GET', 'settings/fields/7?module=Leads'],
  ['SETTINGS.getLayouts', { module: 'Leads', id: '7' }, 'GET', 'settings/layouts/7?module=Leads'],
  ['SETTINGS.getCustomViews', { module: 'Leads' }, 'GET', 'settings/custom_views?module=Leads'],
  [
    'SETTINGS.updateCustomViews',
    { module: 'Leads', id: '7', body },
    'PUT',
    'settings/custom_views/7?module=Leads',
    json,
  ],
  ['SETTINGS.getModules', undefined, 'GET', 'settings/modules'],
  ['SETTINGS.getModules', { module: 'Leads' }, 'GET', 'settings/modules/Leads'],
  ['SETTINGS.getRoles', { id: '7' }, 'GET', 'settings/roles/7'],
  ['SETTINGS.getProfiles', {}, 'GET', 'settings/profiles'],
  ['SETTINGS.getRelatedLists', { module: 'Leads' }, 'GET', 'settings/related_lists?module=Leads'],
  ['ACTIONS.convert', { id: '7', body }, 'POST', 'Leads/7/actions/convert', json],
  ['USERS.get', { params: { type: 'CurrentUser' } }, 'GET', 'users?type=CurrentUser'],
  ['USERS.get', { id: '7' }, 'GET', 'users/7'],
  ['ORG.get', undefined, 'GET', 'org'],
  ['ORG.get', {}, 'GET', 'org'],
  [
    'ATTACHMENTS.uploadLink',
    { module: 'Leads', id: '7', params: { attachmentUrl: 'https://x.test/?a=1&b=2' } },
    'POST',
    'Leads/7/Attachments?attachmentUrl=https%3A%2F%2Fx.test%2F%3Fa%3D1%26b%3D2',
  ],
  ['ATTACHMENTS.deleteFile', { module: 'Leads', id: '7', relatedId: '8' }, 'DELETE', 'Leads/7/Attachments/8'],
  ['ATTACHMENTS.deletePhoto', { module: 'Leads', id: '7' }, 'DELETE', 'Leads/7/photo'],
];

const transfers = ['uploadFile', 'uploadPhoto', 'downloadFile', 'downloadPhoto'].map((name) => `ATTACHMENTS.${name}`);

test('every method has a row', () => {
  const all = Object.entries(methods).flatMap(([space, specs]) => Object.keys(specs).map((name) => `${space}.${name}`));
  expect([...new Set([...rows.map(([name]) => name), ...transfers])].sort()).toEqual(all.sort());
});

test.each(rows)('%s(%o) is %s %s', async (name, input, method, path, sent = '') => {
  expect(await call(name, input)).toBe('{"data":[]}');
  expect(bench.api.requests).toHaveLength(1);
  const [request] = bench.api.requests;
  expect(request).toMatchObject({ method, url: `/crm/v2/${path}`, body: sent });
  expect(request?.headers.authorization).toBe('Zoho-oauthtoken t1');
  expect(request?.headers['content-type']).toBe(sent ? 'application/json' : undefined);
});

describe('answers', () => {
  test('204 is the object that says so', async () => {
    bench.api.answer = () => ({ status: 204 });
    expect(await call('RECORDS.get', { module: 'Leads' })).toBe('{"message":"no data","status_code":"204"}');
  });

  test.each([400, 401, 404, 500])('status %i gives the body', async (status) => {
    bench.api.answer = () => ({ status, body: '{"code":"SOMETHING"}' });
    expect(await call('RECORDS.get', { module: 'Leads' })).toBe('{"code":"SOMETHING"}');
  });

  test('a refused origin gives an empty string', async () => {
    bench.api.answer = () => ({ refuseOrigin: true });
    expect(await call('RECORDS.get', { module: 'Leads' })).toBe('');
  });

  test('an input without a module is refused by name', async () => {
    await expect(call('RECORDS.get', {})).rejects.toThrow("needs 'module'");
  });
});

describe('headers and version', () => {
  test('the global headers go with every call, those of the input with this one', async () => {
    await page.evaluate(() =>
      Object.assign(globalThis, { headers: { 'If-Modified-Since': 'x', 'X-EXTERNAL': 'all' } }),
    );
    await call('RECORDS.get', { module: 'Leads', headers: { 'X-EXTERNAL': 'one' } });
    await call('RECORDS.get', { module: 'Leads' });
    await page.evaluate(() => Object.assign(globalThis, { headers: {} }));
    const sent = bench.api.requests.map(({ headers }) => [headers['if-modified-since'], headers['x-external']]);
    expect(sent).toEqual([
      ['x', 'one'],
      ['x', 'all'],
    ]);
  });

  test('the globals of the original are there', async () => {
    expect(await page.evaluate('[version, HTTP_METHODS.PUT, typeof ZCRM.init]')).toEqual([2, 'PUT', 'function']);
  });
});

describe('files', () => {
  test.each(['uploadFile', 'uploadPhoto'])('%s sends multipart whatever the headers say', async (name) => {
    await page.evaluate(() => Object.assign(globalThis, { headers: { 'Content-Type': 'application/json' } }));
    await call(`ATTACHMENTS.${name}`, { module: 'Leads', id: '7' }, 'hello');
    await page.evaluate(() => Object.assign(globalThis, { headers: {} }));
    const path = name === 'uploadFile' ? 'Attachments' : 'photo';
    const [request] = bench.api.requests;
    expect(request).toMatchObject({ method: 'POST', url: `/crm/v2/Leads/7/${path}` });
    expect(request?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(request?.body).toContain('name="file"; filename="note.txt"');
    expect(request?.body).toContain('hello');
  });

  test.each([
    ['downloadFile', { module: 'Leads', id: '7', relatedId: '8' }, 'Leads/7/Attachments/8'],
    ['downloadPhoto', { module: 'Leads', id: '7' }, 'Leads/7/photo'],
  ])('%s saves the file and settles', async (name, input, path) => {
    bench.api.answer = () => ({
      body: Buffer.from([0, 255, 1]),
      headers: { 'Content-Type': 'application/x-download', 'Content-Disposition': 'attachment; filename="a b.bin"' },
    });
    const saved = page.waitForEvent('download');
    expect(JSON.parse(String(await call(`ATTACHMENTS.${name}`, input)))).toMatchObject({ file_name: 'a b.bin' });
    expect((await saved).suggestedFilename()).toBe('a b.bin');
    expect(bench.api.requests[0]?.url).toBe(`/crm/v2/${path}`);
  });

  test('a refused download gives the body', async () => {
    bench.api.answer = () => ({ status: 404, body: '{"code":"INVALID_DATA"}' });
    const input = { module: 'Leads', id: '7', relatedId: '8' };
    expect(await call('ATTACHMENTS.downloadFile', input)).toBe('{"code":"INVALID_DATA"}');
  });
});

describe('raw: false', () => {
  beforeAll(() => page.evaluate(() => ZCRM.API.SDK.initialize({ raw: false, version: 'v8' })));

  test('gives objects, and null for nothing', async () => {
    expect(await call('RECORDS.get', { module: 'Leads' })).toEqual({ data: [] });
    expect(bench.api.requests[0]?.url).toBe('/crm/v8/Leads');
    bench.api.answer = () => ({ status: 204 });
    expect(await call('RECORDS.get', { module: 'Leads' })).toBeNull();
  });

  test('throws the first refused item', async () => {
    const item = {
      code: 'MANDATORY_NOT_FOUND',
      status: 'error',
      message: 'required field not found',
      details: { a: 1 },
    };
    bench.api.answer = () => ({ status: 400, body: JSON.stringify({ data: [item] }) });
    const error = await page.evaluate(() =>
      ZCRM.API.RECORDS.post?.({ module: 'Leads', body: {} }).catch(({ name, code, status, message, details }) => ({
        name,
        code,
        status,
        message,
        details,
      })),
    );
    const { code, message, details } = item;
    expect(error).toEqual({ name: 'ApiError', code, message, details, status: 400 });
  });

  test('throws NetworkError for a refused origin', async () => {
    bench.api.answer = () => ({ refuseOrigin: true });
    await expect(call('RECORDS.get', { module: 'Leads' })).rejects.toThrow('is not a JavaScript domain');
  });
});

test('Records is an alias of RECORDS', async () => {
  expect(await page.evaluate(() => ZCRM.API.Records === ZCRM.API.RECORDS)).toBe(true);
});
