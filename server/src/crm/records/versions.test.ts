import { afterAll, describe, expect, test } from 'vitest';
import { operations } from '../operations.ts';
import { type CallOptions, startCrm } from '../testing/crm-platform.ts';
import { multipart } from '../testing/multipart.ts';

/** What differs between versions, as far as clients notice (crm-api 2.2). */
const crm = await startCrm();
afterAll(() => crm.close());

const versions = ['v2', 'v2.1', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8'] as const;
type VersionName = (typeof versions)[number];
const since = (first: VersionName, version: VersionName) => versions.indexOf(version) >= versions.indexOf(first);

const call = (version: string, method: string, path: string, options: CallOptions = {}) =>
  crm.call(method, `/crm/${version}/${path}`, options);
const add = async (module: string, item: object, version = 'v8'): Promise<string> => {
  const answer = await call(version, 'POST', module, { body: { data: [item] } });
  expect(answer.status, answer.text).toBe(201);
  return answer.json.data[0].details.id;
};

for (const [name, id, type, length] of [
  ['Papers', 900_000_001, 'fileupload', 5],
  ['Story', 900_000_002, 'textarea', 50_000],
] as const) {
  await crm.database.query({
    text: `INSERT INTO crm_custom_field (data_space, module, api_name, definition, created_at_ms, modified_at_ms)
           SELECT data_space, 2175, $1, $2, 0, 0 FROM crm_data_space`,
    values: [name, JSON.stringify({ id, api_name: name, label: name, type, length })],
  });
}
const product = await add('Products', { Product_Name: 'Anvil' });
const line = { Product_Name: product, Quantity: 2, List_Price: 5 };
const quote = await add('Quotes', { Subject: 'q', Quoted_Items: [line] });
const lead = await add('Leads', { Last_Name: 'b' });
await add('Leads', { Last_Name: 'a' });

describe.each(versions)('%s', (version) => {
  test('lists', async () => {
    const bare = await call(version, 'GET', 'Leads');
    if (since('v3', version)) {
      expect([bare.status, bare.json.code, bare.json.details]).toEqual([
        400,
        'REQUIRED_PARAM_MISSING',
        { param_name: 'fields' },
      ]);
    } else {
      expect([bare.status, bare.json.data.length]).toEqual([200, 2]);
      expect(bare.json.data[0]).toMatchObject({ Company: null, $editable: true });
    }
    const query = { fields: 'Last_Name', per_page: '1' };
    const { info } = (await call(version, 'GET', 'Leads', { query })).json;
    const short = { per_page: 1, count: 1, page: 1, more_records: true };
    if (since('v3', version)) {
      expect(info).toMatchObject({ ...short, next_page_token: expect.any(String), sort_by: 'id', email: false });
    } else expect(info).toEqual(short);
    // A parameter that a version does not know is ignored.
    const token = await call(version, 'GET', 'Leads', { query: { ...query, page_token: 'x' } });
    expect(token.status).toBe(since('v3', version) ? 400 : 200);
    const sorted = await call(version, 'GET', 'Leads', {
      query: { fields: 'Last_Name', sort_by: 'Last_Name', sort_order: 'asc' },
    });
    if (since('v3', version)) expect(sorted.json.code).toBe('INVALID_DATA');
    else expect(sorted.json.data.map((each: { Last_Name: string }) => each.Last_Name)).toEqual(['a', 'b']);
  });

  test('rows of subforms are in lists and searches until v3', async () => {
    const items = version === 'v2' ? 'Product_Details' : 'Quoted_Items';
    const query = { fields: `Subject,${items},$has_more`, ids: quote };
    for (const path of ['Quotes', 'Quotes/search']) {
      const found = await call(version, 'GET', path, { query: { ...query, criteria: '(Subject:equals:q)' } });
      const [record] = found.json.data;
      if (since('v3', version)) expect(record).not.toHaveProperty(items);
      else if (version === 'v2') expect(record[items]).toMatchObject([{ product: { id: product }, total: 10 }]);
      else expect(record[items]).toMatchObject([{ Product_Name: { id: product }, Total: 10 }]);
      expect(record.$has_more).toEqual({ [items]: false });
    }
    const whole = await call(version, 'GET', 'Quotes/search', { query: { criteria: '(Subject:equals:q)' } });
    expect(items in whole.json.data[0]).toBe(!since('v3', version));
    const [alone] = (await call(version, 'GET', `Quotes/${quote}`)).json.data;
    expect(alone[items]).toHaveLength(1);
  });

  test('fields that came with v4', async () => {
    const names = ['Converted__s', 'Locked__s', 'Record_Status__s'];
    const [alone] = (await call(version, 'GET', `Leads/${lead}`)).json.data;
    const listed = await call(version, 'GET', 'Leads', { query: { fields: names.join(',') } });
    const fields = (await call(version, 'GET', 'settings/fields', { query: { module: 'Leads' } })).json.fields;
    for (const name of names) {
      expect([name, name in alone, name in listed.json.data[0]]).toEqual([
        name,
        since('v4', version),
        since('v4', version),
      ]);
      expect(fields.some((field: { api_name: string }) => field.api_name === name)).toBe(since('v4', version));
    }
    const [user] = (await call(version, 'GET', 'users', { query: { type: 'CurrentUser' } })).json.users;
    expect('type__s' in user).toBe(since('v4', version));
  });

  test('an unknown record', async () => {
    const answer = await call(version, 'GET', 'Leads/1000001999999999999');
    if (since('v8', version)) expect([answer.status, answer.json.code]).toEqual([404, 'INVALID_DATA']);
    else expect([answer.status, answer.text]).toEqual([204, '']);
  });

  test('writes that fail', async () => {
    const failed = await call(version, 'POST', 'Leads', { body: { data: [{ Company: 'x' }] } });
    expect([failed.status, failed.json.data[0].code]).toEqual([
      since('v3', version) ? 400 : 202,
      'MANDATORY_NOT_FOUND',
    ]);
    const mixed = await call(version, 'PUT', 'Leads', { body: { data: [{ id: lead, City: 'x' }, {}] } });
    expect(mixed.status).toBe(since('v3', version) ? 207 : 202);
  });

  test('rows that an update does not mention stay since v3', async () => {
    const id = await add('Quotes', { Subject: `rows of ${version}`, Quoted_Items: [line, line] });
    const rows = async () => (await call('v8', 'GET', `Quotes/${id}`)).json.data[0].Quoted_Items;
    const [first] = await rows();
    const changed =
      version === 'v2'
        ? {
            Product_Details: [
              { id: first.id, quantity: 7 },
              { product, quantity: 2 },
            ],
          }
        : { Quoted_Items: [{ id: first.id, Quantity: 7 }, line] };
    const body = { data: [changed] };
    expect((await call(version, 'PUT', `Quotes/${id}`, { body })).status).toBe(200);
    expect((await rows()).map((row: { Quantity: number }) => row.Quantity)).toEqual(
      since('v3', version) ? [7, 2, 2] : [7, 2],
    );
  });

  test('fields of files', async () => {
    const upload = await call(version, 'POST', 'files', multipart({ file: { filename: 'a.pdf', content: 'abc' } }));
    const fileId = upload.json.data[0].details.id;
    const id = await add('Leads', {
      Last_Name: 'f',
      Papers: [since('v2.1', version) ? { File_Id__s: fileId } : fileId],
    });
    const papers = async () => (await call(version, 'GET', `Leads/${id}`)).json.data[0].Papers;
    const [file] = await papers();
    if (since('v2.1', version)) expect(file).toMatchObject({ File_Id__s: fileId, File_Name__s: 'a.pdf', Size__s: '3' });
    else expect(file).toMatchObject({ file_Id: fileId, file_Name: 'a.pdf', original_Size_Byte: '3', extn: 'pdf' });
    const gone = since('v2.1', version) ? { id: file.id } : { attachment_id: file.attachment_Id };
    await call(version, 'PUT', `Leads/${id}`, { body: { data: [{ Papers: [{ ...gone, _delete: null }] }] } });
    expect(await papers()).toEqual([]);
    await call('v8', 'DELETE', `Leads/${id}`);
  });

  test('lists show the beginning of rich texts', async () => {
    const id = await add('Leads', { Last_Name: 'r', Story: 'x'.repeat(40_000) });
    const listed = await call(version, 'GET', 'Leads', { query: { fields: 'Story', ids: id } });
    expect(listed.json.data[0].Story).toHaveLength(500);
    expect((await call(version, 'GET', `Leads/${id}`)).json.data[0].Story).toHaveLength(40_000);
    const whole = { data: [{ id, Story: 'x'.repeat(40_000) }] };
    const full = (path: string, query = {}) => call(version, 'GET', `Leads${path}/actions/fetch_full_data`, { query });
    expect((await full('', { ids: id, fields: 'Story,Company,Nope' })).json).toEqual(whole);
    expect((await full(`/${id}`)).json).toEqual(whole);
    expect((await full(`/${id}`, { fields: 'Last_Name' })).status).toBe(204);
    expect((await full('', { ids: lead, fields: 'Story' })).json).toEqual({ data: [{ id: lead, Story: null }] });
    await call('v8', 'DELETE', `Leads/${id}`);
    expect((await full('', { ids: id, fields: 'Story' })).status).toBe(204);
    expect((await full('', { fields: 'Story' })).json.details).toEqual({ param_name: 'ids' });
    expect((await full('', { ids: id })).json.details).toEqual({ param_name: 'fields' });
    const nine = Array.from({ length: 9 }, (_, n) => `F${n}`).join(',');
    expect((await full('', { ids: id, fields: nine })).json).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      details: { limit: 8, param_name: 'fields' },
    });
  });

  test('a call that came later says with which version', async () => {
    const answer = await call(version, 'POST', `Leads/${lead}/actions/clone`);
    if (since('v5', version)) {
      expect(answer.status).toBe(201);
      await call('v8', 'DELETE', `Leads/${answer.json.data[0].details.id}`);
    } else {
      expect([answer.status, answer.json]).toEqual([
        400,
        {
          code: 'API_NOT_SUPPORTED',
          details: { supported_version: 5 },
          message: 'api not supported in this version',
          status: 'error',
        },
      ]);
    }
  });
});

test('every call that came later says so in all versions before', async () => {
  const later = operations.filter((operation) => operation.since !== undefined);
  expect(later.length).toBeGreaterThan(10);
  for (const { method, path, since: first = 0 } of later) {
    for (const version of versions.filter((name) => Number(name.slice(1)) < first)) {
      const filled = path.replace('{module}', 'Leads').replaceAll(/\{\w+\}/g, lead);
      const answer = await call(version, method, filled);
      expect([version, method, path, answer.status, answer.json]).toMatchObject([
        version,
        method,
        path,
        400,
        { code: 'API_NOT_SUPPORTED', details: { supported_version: first } },
      ]);
    }
  }
});

test.each(['v1', 'v9', 'V8', 'v2.0', 'v2.2', '8'])('there is no version %s', async (version) => {
  const answer = await call(version, 'GET', 'Leads', { query: { fields: 'id' } });
  expect([answer.status, answer.json.code]).toEqual([404, 'INVALID_URL_PATTERN']);
});
