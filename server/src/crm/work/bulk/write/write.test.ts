import { afterAll, describe, expect, test } from 'vitest';
import { checkedCalls } from '../../../testing/checked-call.ts';
import { type Answer, type CallOptions, startCrm } from '../../../testing/crm-platform.ts';
import { multipart } from '../../../testing/multipart.ts';
import { unzip, zipOf } from '../testing/zips.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, create, one } = checkedCalls(crm);
const { zgid } = crm.organization.environments.find(({ environment }) => environment === 'production') as {
  zgid: string;
};
const headers = { feature: 'bulk-write', 'x-crm-org': zgid };

async function upload(zip: Buffer, more: Record<string, string> = {}, options: CallOptions = {}): Promise<Answer> {
  const form = multipart({ file: { filename: '../../leads.zip', type: 'application/zip', content: zip } });
  return crm.call('POST', '/crm/v8/upload', {
    content: true,
    ...options,
    headers: { ...headers, ...form.headers, ...more },
    rawBody: form.rawBody,
  });
}
const fileOf = async (files: Record<string, string | Buffer>): Promise<string> => {
  const answer = await upload(await zipOf(files));
  expect(answer.status, answer.text).toBe(200);
  return answer.json.details.file_id;
};
const bulk = (method: string, path: string, body?: unknown, options: CallOptions = {}) =>
  crm.call(method, `/crm/bulk/v8/${path}`, {
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body }),
    ...options,
  });
const module = (api_name: string) => ({ api_name });

async function ended(id: string) {
  for (;;) {
    const { json, status } = await bulk('GET', `write/${id}`);
    expect(status).toBe(200);
    if (json.status === 'COMPLETED' || json.status === 'FAILED') return json;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function run(operation: string, csv: string, resource: object, more: object = {}) {
  const file_id = await fileOf({ 'rows.csv': csv });
  const answer = await bulk('POST', 'write', {
    operation,
    resource: [{ type: 'data', module: module('Leads'), file_id, ...resource }],
    ...more,
  });
  expect(answer.status, answer.text).toBe(201);
  const job = await ended(answer.json.details.id);
  return { job, lines: job.result?.download_url ? await result(job) : [] };
}

async function result(job: { result: { download_url: string } }): Promise<string[]> {
  expect(job.result.download_url).toMatch(/^http:\/\/localhost:8001\/crm\/bulk\/v8\/write\/\d+\/result$/);
  const answer = await crm.call('GET', new URL(job.result.download_url).pathname);
  expect(answer.status, answer.text).toBe(200);
  return [...(await unzip(answer.bytes)).values()].join('').trimEnd().split('\n');
}
const lead = async (id: string) => (await call('GET', `Leads/${id}`)).json.data[0];

describe('uploads (crm-api 9.2)', () => {
  test('are taken at the content origin and at the API origins', async () => {
    const zip = await zipOf({ 'leads.csv': 'Last_Name\nA\n' });
    const answer = await upload(zip);
    expect(answer.json).toMatchObject({ status: 'success', code: 'FILE_UPLOAD_SUCCESS', message: 'file uploaded.' });
    const form = multipart({ file: { filename: 'a.zip', content: zip } });
    const atApi = await crm.call('POST', '/crm/v8/upload', {
      headers: { ...headers, ...form.headers },
      rawBody: form.rawBody,
    });
    expect(atApi.status).toBe(200);
    expect((await crm.call('GET', '/crm/v8/org', { content: true })).status).toBe(404);
  });

  test('no zip file, headers that are missing or wrong, scopes', async () => {
    const zip = await zipOf({ 'leads.csv': 'Last_Name\nA\n' });
    const code = async (answer: Promise<Answer>) => [(await answer).status, (await answer).json.code];
    expect(await code(upload(Buffer.from('Last_Name\nA\n')))).toEqual([400, 'INVALID_FILE_FORMAT']);
    expect(await code(upload(zip.subarray(0, -10)))).toEqual([400, 'INVALID_FILE_FORMAT']);
    expect(await code(upload(await zipOf({ 'a.txt': 'x' })))).toEqual([400, 'INVALID_FILE_FORMAT']);
    expect(await code(upload(await zipOf({ 'folder/a.csv': 'x' })))).toEqual([400, 'INVALID_FILE_FORMAT']);
    const escaping = Buffer.from(
      (await zipOf({ 'aa_aa_a.csv': 'x' })).toString('latin1').replaceAll('aa_aa_', '../../'),
      'latin1',
    );
    expect(await code(upload(escaping))).toEqual([400, 'INVALID_FILE_FORMAT']);
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`${index}.csv`, 'x']));
    expect(await code(upload(await zipOf(many)))).toEqual([400, 'INVALID_FILE_FORMAT']);
    expect(await code(upload(Buffer.alloc(26 * 1024 * 1024, 'PK')))).toEqual([413, 'FILE_TOO_LARGE']);
    expect(await code(upload(zip, { feature: '' }))).toEqual([400, 'REQUIRED_HEADER_MISSING']);
    expect(await code(upload(zip, { 'x-crm-org': '1' }))).toEqual([400, 'INVALID_ORG_ID']);
    const token = crm.tokenWithScopes(['ZohoCRM.modules.ALL']);
    expect(await code(upload(zip, {}, { token }))).toEqual([401, 'OAUTH_SCOPE_MISMATCH']);
  });

  test('a bomb is refused by its stated size, and stopped when it lies', async () => {
    const bomb = await zipOf({ 'leads.csv': Buffer.alloc(300 * 1024 * 1024, 'a') });
    expect(bomb.length).toBeLessThan(1024 * 1024);
    expect((await upload(bomb)).json.code).toBe('INVALID_FILE_FORMAT');
    const lying = await zipOf({ 'leads.csv': Buffer.alloc(20 * 1024 * 1024, 'a') });
    for (let at = lying.indexOf(Buffer.from('PK\x01\x02')); at >= 0; at = -1) lying.writeUInt32LE(1000, at + 24);
    const answer = await upload(lying);
    const body = {
      operation: 'insert',
      resource: [{ type: 'data', module: module('Leads'), file_id: answer.json.details.file_id }],
    };
    const started = await bulk('POST', 'write', body);
    expect((await ended(started.json.details.id)).status).toBe('FAILED');
  });
});

describe('jobs', () => {
  test('follow a look-up in the names of the header', async () => {
    const account = await one('Accounts', { Account_Name: 'Header Ltd' });
    const csv = `Last_Name,Account_Name.Account_Name,Reporting_To.id,Owner.nope\nBy name,Header Ltd,,x\nNo such,Nobody,,\n`;
    const { lines } = await run('insert', csv, { module: module('Contacts') });
    expect(lines[0]).toBe('Last_Name,Account_Name.Account_Name,Reporting_To.id,STATUS,RECORD_ID,ERRORS');
    expect(lines[2]).toBe('No such,Nobody,,SKIPPED,,INVALID_DATA-Account_Name');
    const id = lines[1]?.split(',').at(-2) as string;
    const contact = (await crm.call('GET', `/crm/v8/Contacts/${id}`)).json.data[0];
    expect(contact.Account_Name).toEqual({ name: 'Header Ltd', id: account });
  });

  test('insert rows by the names in the header, and tell of each', async () => {
    const csv =
      'Last_Name,Company,Email,Annual_Revenue\n=cmd|x,"A, B",a@example.com,10.5\n,No name,,\nB,C,not-mail,1\n';
    const { job, lines } = await run('insert', csv, {});
    expect(job).toMatchObject({
      status: 'COMPLETED',
      character_encoding: 'UTF-8',
      operation: 'insert',
      resource: [
        {
          status: 'COMPLETED',
          code: 'SUCCESS',
          file: {
            status: 'COMPLETED',
            name: 'rows.csv',
            added_count: 1,
            skipped_count: 2,
            updated_count: 0,
            total_count: 3,
          },
        },
      ],
    });
    const [header, first = '', ...others] = lines;
    expect(header).toBe('Last_Name,Company,Email,STATUS,RECORD_ID,ERRORS');
    expect(first).toMatch(/^=cmd\|x,"A, B",a@example.com,ADDED,\d{19},$/);
    expect(others).toEqual([
      ',No name,,SKIPPED,,MANDATORY_NOT_FOUND-Last_Name',
      'B,C,not-mail,SKIPPED,,INVALID_DATA-Email',
    ]);
    const id = first.split(',').at(-2) as string;
    expect(await lead(id)).toMatchObject({ Last_Name: '=cmd|x', Company: 'A, B', Annual_Revenue: 10.5 });
  });

  test('map columns, with formats, defaults, look-ups by another field, and any delimiter', async () => {
    const account = await one('Accounts', { Account_Name: 'Zylker' });
    const csv = 'name;when;account;choices\nDaly;31/12/2026;zylker;\nBoyle;12/31/2026;Nobody;\n';
    const { lines } = await run('insert', csv, {
      module: module('Deals'),
      field_mappings: [
        { api_name: 'Deal_Name', index: 0 },
        { api_name: 'Closing_Date', index: 1, format: 'dd/MM/yyyy' },
        { api_name: 'Account_Name', index: 2, find_by: 'Account_Name' },
        { api_name: 'Stage', default_value: { value: 'Qualification' } },
      ],
    });
    expect(lines[0]).toBe('name,when,account,STATUS,RECORD_ID,ERRORS');
    const id = (lines[1] as string).split(',').at(-2) as string;
    const deal = (await call('GET', `Deals/${id}`)).json.data[0];
    expect(deal).toMatchObject({ Closing_Date: '2026-12-31', Stage: 'Qualification', Account_Name: { id: account } });
    expect(lines[2]).toBe('Boyle,12/31/2026,Nobody,SKIPPED,,"INVALID_DATA-Closing_Date,Account_Name"');
  });

  test('update and upsert find records, and empty cells clear or are ignored', async () => {
    const [id] = (await create('Leads', { Last_Name: 'Old', Email: 'old@example.com', Company: 'Kept' })) as [string];
    const csv = `Email,Last_Name,Company\nold@example.com,New,\nfresh@example.com,Fresh,F\nfresh@example.com,Twice,F\n`;
    const upserted = await run('upsert', csv, { find_by: 'Email' }, { ignore_empty: true });
    expect(upserted.lines.slice(1).map((line) => line.split(',').at(-3))).toEqual(['UPDATED', 'ADDED', 'UPDATED']);
    expect(await lead(id)).toMatchObject({ Last_Name: 'New', Company: 'Kept' });
    const updated = await run('update', `id,Company\n${id},\n1,X\n`, { find_by: 'id' });
    expect(updated.lines[1]).toBe(`${id},,UPDATED,${id},`);
    expect(updated.lines[2]).toBe('1,X,SKIPPED,,RESOURCE_NOT_FOUND-id');
    expect(await lead(id)).toMatchObject({ Company: null });
  });

  test('all that is wrong with a row is told, by code', async () => {
    const { lines } = await run('insert', 'Company,Email,Annual_Revenue,Last_Name\nC,nobody,much,\n', {});
    expect(lines[1]).toMatch(/^C,nobody,much,SKIPPED,,"/);
    const errors = (lines[1] as string).split('"')[1]?.split(':').sort();
    expect(errors?.[0]).toMatch(/^INVALID_DATA-(Email,Annual_Revenue|Annual_Revenue,Email)$/);
    expect(errors?.[1]).toBe('MANDATORY_NOT_FOUND-Last_Name');
    const many = await run('insert', 'Subject,Case_Origin,Status\n,,\n', { module: module('Cases') });
    expect(many.lines[1]).toBe(',,,SKIPPED,,"MANDATORY_NOT_FOUND-Subject,Status,Case_Origin"');
  });

  test('unique values within one file', async () => {
    const csv = 'Product_Name,Product_Code\nA,P1\nB,P1\n';
    const { job } = await run('insert', csv, { module: module('Products') });
    expect(job.resource[0].file).toMatchObject({ total_count: 2 });
  });

  test.each([
    ['too many columns', `${Array.from({ length: 201 }, (_, i) => `c${i}`).join(',')}\n`, 'HEADER_LIMIT_EXCEEDED'],
    ['too many rows', `Last_Name\n${'x\n'.repeat(25_001)}`, 'LIMIT_EXCEEDED'],
    ['no rows', 'Last_Name\n', 'INVALID_DATA'],
    ['nothing', '', 'INVALID_DATA'],
    ['no known column', 'Nope\nx\n', 'INVALID_FIELD'],
    ['one field twice', 'Last_Name,Last_Name\nx,y\n', 'DUPLICATE_DATA'],
    ['no mandatory column', 'Company\nx\n', 'MANDATORY_FIELDS_NOT_MAPPED'],
    ['a quote without end', `Last_Name\n"${'x'.repeat(2_000_000)}`, 'INVALID_FILE_FORMAT'],
  ])('a file with %s fails as a whole', async (_name, csv, code) => {
    const { job } = await run('insert', csv, {});
    expect([job.status, job.resource[0].code]).toEqual(['FAILED', code]);
    expect(job.resource[0].file.added_count).toBe(0);
  });

  test('bytes that are no UTF-8, and NUL', async () => {
    const file_id = await fileOf({ 'leads.csv': Buffer.from('Last_Name\n\xff\xfe\nA\u0000B\n', 'latin1') });
    const body = { operation: 'insert', resource: [{ type: 'data', module: module('Leads'), file_id }] };
    const job = await ended((await bulk('POST', 'write', body)).json.details.id);
    expect(job.resource[0].file).toMatchObject({ added_count: 1, skipped_count: 1 });
  });
});

describe('several resources', () => {
  const quotes = 'number,Subject,Stage\nQ1,First,Draft\nQ2,Second,Draft\nQ3,Third,Draft\nQ4,,Draft\n';
  const quoteMappings = [
    { api_name: 'Subject', index: 1 },
    { api_name: 'Quote_Stage', index: 2 },
  ];
  const itemMappings = [
    { api_name: 'Parent_Id', index: 0, find_by: 'id', parent_column_index: 0 },
    { api_name: 'Product_Name', index: 1, find_by: 'Product_Name' },
    { api_name: 'Quantity', index: 2 },
    { api_name: 'List_Price', index: 3 },
  ];
  async function runAll(files: Record<string, string>, operation: string, ...resources: object[]) {
    const file_id = await fileOf(files);
    const resource = resources.map((each) => ({ type: 'data', file_id, ...each }));
    const answer = await bulk('POST', 'write', { operation, resource });
    expect(answer.status, answer.text).toBe(201);
    const job = await ended(answer.json.details.id);
    const zip = await crm.call('GET', new URL(job.result.download_url).pathname);
    return { job, results: await unzip(zip.bytes) };
  }

  test('line items come with the records that they name, each with its own outcome', async () => {
    const product = await one('Products', { Product_Name: 'Anvil' });
    const items = [
      'quote,product,quantity,price',
      'Q2,Anvil,2,5',
      'Q1,Anvil,1,10',
      'Q2,Anvil,many,5',
      'Q9,Anvil,1,1',
      'Q2,Anvil,3,7',
      'Q3,Nothing,1,1',
      'Q4,Anvil,1,1',
      '',
    ];
    const { job, results } = await runAll(
      { 'quotes.csv': quotes, 'items.csv': items.join('\n') },
      'insert',
      { module: module('Quotes'), file_names: ['quotes.csv'], field_mappings: quoteMappings },
      { module: module('Quoted_Items'), file_names: ['items.csv'], field_mappings: itemMappings },
    );
    expect(job.resource.map((each: { file: object }) => each.file)).toMatchObject([
      { added_count: 2, skipped_count: 2, total_count: 4 },
      { added_count: 3, skipped_count: 4, total_count: 7 },
    ]);
    expect(job.resource[1].field_mappings[0]).toMatchObject({ api_name: 'Parent_Id', parent_column_index: 0 });
    expect([...results.keys()]).toEqual(['Quotes.csv', 'Quoted_Items.csv']);
    const lines = (name: string) => (results.get(name) ?? '').trimEnd().split('\n');
    const ids = lines('Quotes.csv').map((line) => line.split(',').at(-2));
    expect(lines('Quotes.csv').slice(3)).toEqual([
      'Third,Draft,SKIPPED,,MANDATORY_NOT_FOUND-Quoted_Items',
      ',Draft,SKIPPED,,MANDATORY_NOT_FOUND-Subject',
    ]);
    const told = lines('Quoted_Items.csv').map((line) => line.replace(/,\d{19},/, ',<id>,'));
    expect(told[0]).toBe('product,quantity,price,STATUS,RECORD_ID,ERRORS');
    expect(told.slice(1).sort()).toEqual([
      'Anvil,1,1,SKIPPED,,RESOURCE_NOT_FOUND-Parent_Id',
      'Anvil,1,1,UNPROCESSED,,',
      'Anvil,1,10,ADDED,<id>,',
      'Anvil,2,5,ADDED,<id>,',
      'Anvil,3,7,ADDED,<id>,',
      'Anvil,many,5,SKIPPED,,INVALID_DATA-Quantity',
      'Nothing,1,1,SKIPPED,,INVALID_DATA-Product_Name',
    ]);
    const quote = (await call('GET', `Quotes/${ids[2]}`)).json.data[0];
    expect(quote).toMatchObject({ Subject: 'Second', Grand_Total: 31 });
    expect(quote.Quoted_Items).toMatchObject([
      { Product_Name: { id: product }, Quantity: 2 },
      { Product_Name: { id: product }, Quantity: 3 },
    ]);
    const rowIds = lines('Quoted_Items.csv').map((line) => line.split(',').at(-2));
    for (const { id } of quote.Quoted_Items) expect(rowIds).toContain(id);
  });

  test('rows are added to records that are there, once', async () => {
    const product = await one('Products', { Product_Name: 'Hammer' });
    const quote = await one('Quotes', {
      Subject: 'Old',
      Quoted_Items: [{ Product_Name: { id: product }, Quantity: 1 }],
    });
    const { job } = await runAll(
      { 'quotes.csv': `id\n${quote}\n1\n`, 'items.csv': `parent,product,quantity,price\n${quote},Hammer,4,2\n` },
      'update',
      {
        module: module('Quotes'),
        file_names: ['quotes.csv'],
        find_by: 'id',
        field_mappings: [{ api_name: 'id', index: 0 }],
      },
      { module: module('Quoted_Items'), file_names: ['items.csv'], field_mappings: itemMappings },
    );
    expect(job.resource.map((each: { file: object }) => each.file)).toMatchObject([
      { updated_count: 1, skipped_count: 1 },
      { added_count: 1 },
    ]);
    const { Quoted_Items } = (await call('GET', `Quotes/${quote}`)).json.data[0];
    expect(Quoted_Items.map((row: { Quantity: number }) => row.Quantity)).toEqual([1, 4]);
  });

  test('look-ups name records of a resource before by a column of theirs', async () => {
    const { job, results } = await runAll(
      {
        'accounts.csv': 'key,name\nA,Acme\nB,\n',
        'contacts.csv': 'name,account\nOf Acme,A\nOf nobody,B\nOf none,C\n',
      },
      'insert',
      {
        module: module('Accounts'),
        file_names: ['accounts.csv'],
        field_mappings: [{ api_name: 'Account_Name', index: 1 }],
      },
      {
        module: module('Contacts'),
        file_names: ['contacts.csv'],
        field_mappings: [
          { api_name: 'Last_Name', index: 0 },
          { api_name: 'Account_Name', index: 1, parent_column_index: 0 },
        ],
      },
    );
    expect(job.resource[1].file).toMatchObject({ added_count: 1, skipped_count: 2 });
    const [, first = ''] = (results.get('Contacts.csv') ?? '').split('\n');
    const contact = (await call('GET', `Contacts/${first.split(',').at(-2)}`)).json.data[0];
    expect(contact.Account_Name).toMatchObject({ name: 'Acme' });
  });

  test.each([
    ['no records before', [{ module: module('Quoted_Items'), field_mappings: itemMappings }], 'MODULE_NOT_AVAILABLE'],
    ['no mapping of the parent', [itemMappings.slice(1)], 'MANDATORY_FIELDS_NOT_MAPPED'],
    ['no mappings', [undefined], 'MANDATORY_FIELDS_NOT_MAPPED'],
    [
      'no column of the parent',
      [[{ api_name: 'Parent_Id', index: 0 }, ...itemMappings.slice(1)]],
      'COLUMN_INDEX_NOT_FOUND',
    ],
    [
      'a column beyond the last',
      [[{ api_name: 'Parent_Id', index: 0, parent_column_index: 200 }, ...itemMappings.slice(1)]],
      'COLUMN_INDEX_NOT_FOUND',
    ],
    ['no mandatory field', [itemMappings.slice(0, 1)], 'MANDATORY_FIELDS_NOT_MAPPED'],
  ])('%s', async (_name, given, code) => {
    const file_id = await fileOf({ 'Quotes.csv': quotes, 'Quoted_Items.csv': 'a,b\n' });
    const items = given[0];
    const resource =
      items && 'module' in items
        ? [{ type: 'data', file_id, ...items }]
        : [
            { type: 'data', file_id, module: module('Quotes'), field_mappings: quoteMappings },
            { type: 'data', file_id, module: module('Quoted_Items'), field_mappings: items },
          ];
    const answer = await bulk('POST', 'write', { operation: 'insert', resource });
    expect([answer.status, answer.json.code]).toEqual([400, code]);
  });

  test('records whose subform is mandatory need its resource', async () => {
    const file_id = await fileOf({ 'Quotes.csv': quotes });
    const resource = [{ type: 'data', file_id, module: module('Quotes'), field_mappings: quoteMappings }];
    const answer = await bulk('POST', 'write', { operation: 'insert', resource });
    expect(answer.json).toMatchObject({ code: 'MANDATORY_FIELDS_NOT_MAPPED', details: { api_name: 'Quoted_Items' } });
  });
});

test('a job that a dead process left goes on behind its last row', async () => {
  const count = 4_500;
  const rows = Array.from({ length: count }, (_, index) => `Resumed${index},C`);
  const file_id = await fileOf({ 'leads.csv': `Last_Name,Company\n${rows.join('\n')}\n` });
  await crm.database.query({
    text: `CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF NEW.first_row = 2000 AND (SELECT attempts FROM crm_job WHERE job_id = NEW.job_id) = 1
                AND nextval('broken') = 1 THEN RAISE EXCEPTION 'power cut'; END IF; RETURN NEW; END $$`,
  });
  await crm.database.query({ text: 'CREATE SEQUENCE broken' });
  await crm.database.query({
    text: 'CREATE TRIGGER break_off BEFORE INSERT ON crm_bulk_lines FOR EACH ROW EXECUTE FUNCTION break_off()',
  });
  const body = { operation: 'insert', resource: [{ type: 'data', module: module('Leads'), file_id }] };
  const id = (await bulk('POST', 'write', body)).json.details.id;
  const broken = async () =>
    (
      await crm.database.query({
        text: `SELECT 1 FROM crm_job WHERE job_id = ${id} AND lease IS NULL AND progress #>> '{resources,0,done}' = '2000'`,
      })
    ).length;
  while ((await broken()) === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  expect((await bulk('GET', `write/${id}`)).json.resource[0].file.added_count).toBe(2_000);
  crm.clock.advance(60);
  await crm.wakeWorkers();
  const job = await ended(id);
  expect(job.resource[0].file).toMatchObject({ added_count: count, total_count: count });
  const lines = await result(job);
  expect(lines).toHaveLength(count + 1);
  expect(new Set(lines.map((line) => line.split(',').at(-2))).size).toBe(count + 1);
  const [found] = await crm.database.query<{ count: string }>({
    text: `SELECT count(*) FROM crm_record WHERE data ->> 'Last_Name' LIKE 'Resumed%'`,
  });
  expect(Number(found?.count)).toBe(count);
});

test('rows of subforms are written once, also after a process has died', async () => {
  const count = 2_010;
  const numbers = Array.from({ length: count }, (_, index) => index);
  await one('Products', { Product_Name: 'Nail' });
  const file_id = await fileOf({
    'Quotes.csv': `key,Subject\n${numbers.map((number) => `${number},Again${number}`).join('\n')}\n`,
    'Quoted_Items.csv': `key,product,quantity\n${numbers.map((number) => `${number},Nail,1`).join('\n')}\n`,
  });
  await crm.database.query({
    text: `CREATE FUNCTION break_items() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF NEW.first_row = 2000 AND NEW.resource = 1 AND nextval('broken_items') = 1 THEN
               RAISE EXCEPTION 'power cut'; END IF; RETURN NEW; END $$`,
  });
  await crm.database.query({ text: 'CREATE SEQUENCE broken_items' });
  await crm.database.query({
    text: 'CREATE TRIGGER break_items BEFORE INSERT ON crm_bulk_lines FOR EACH ROW EXECUTE FUNCTION break_items()',
  });
  const resource = [
    { type: 'data', file_id, module: module('Quotes'), field_mappings: [{ api_name: 'Subject', index: 1 }] },
    {
      type: 'data',
      file_id,
      module: module('Quoted_Items'),
      field_mappings: [
        { api_name: 'Parent_Id', index: 0, parent_column_index: 0 },
        { api_name: 'Product_Name', index: 1, find_by: 'Product_Name' },
        { api_name: 'Quantity', index: 2 },
      ],
    },
  ];
  const id = (await bulk('POST', 'write', { operation: 'insert', resource })).json.details.id;
  const released = `SELECT 1 FROM crm_job WHERE job_id = ${id} AND lease IS NULL AND progress #>> '{resources,0,done}' = '2000'`;
  await expect.poll(() => crm.database.query({ text: released }), { timeout: 30_000 }).toHaveLength(1);
  crm.clock.advance(60);
  await crm.wakeWorkers();
  const job = await ended(id);
  for (const { file } of job.resource) {
    expect(file).toMatchObject({ added_count: count, skipped_count: 0, total_count: count });
  }
  const [found] = await crm.database.query<{ quotes: string; items: string }>({
    text: `SELECT count(*) AS quotes, sum(jsonb_array_length(data -> 'Quoted_Items')) AS items FROM crm_record
           WHERE data ->> 'Subject' LIKE 'Again%'`,
  });
  expect(found).toEqual({ quotes: String(count), items: String(count) });
});

describe('refusals', () => {
  const resource = (more: object) => ({
    operation: 'insert',
    resource: [{ type: 'data', module: module('Leads'), ...more }],
  });
  test.each([
    ['no operation', { resource: [] }, 'MANDATORY_NOT_FOUND'],
    ['an unknown operation', { operation: 'merge' }, 'INVALID_DATA'],
    ['no resource', { operation: 'insert' }, 'MANDATORY_NOT_FOUND'],
    ['no file', resource({}), 'MANDATORY_NOT_FOUND'],
    ['an unknown file', resource({ file_id: '12345' }), 'INVALID_FILE_ID'],
    ['a file by path', resource({ file_id: '../../etc/passwd' }), 'INVALID_FILE_ID'],
    ['an unknown module', { operation: 'insert', resource: [{ module: module('Nope') }] }, 'MODULE_NOT_AVAILABLE'],
    ['no find_by', { ...resource({}), operation: 'update' }, 'MANDATORY_NOT_FOUND'],
    [
      'a find_by that tells nothing apart',
      { ...resource({ find_by: 'Lead_Source' }), operation: 'upsert' },
      'INVALID_FIELD',
    ],
    ['an unknown field', resource({ field_mappings: [{ api_name: 'Nope', index: 0 }] }), 'INVALID_FIELD'],
    ['no index', resource({ field_mappings: [{ api_name: 'Last_Name' }] }), 'COLUMN_INDEX_NOT_FOUND'],
    ['index 200', resource({ field_mappings: [{ api_name: 'Last_Name', index: 200 }] }), 'COLUMN_INDEX_NOT_FOUND'],
    [
      'a format',
      resource({ field_mappings: [{ api_name: 'Last_Name', index: 0, format: '(a+)+$' }] }),
      'INVALID_FORMAT',
    ],
    [
      'a mandatory field',
      resource({ field_mappings: [{ api_name: 'Company', index: 0 }] }),
      'MANDATORY_FIELDS_NOT_MAPPED',
    ],
    [
      'a field twice',
      resource({
        field_mappings: [
          { api_name: 'Email', index: 0 },
          { api_name: 'Email', index: 1 },
        ],
      }),
      'DUPLICATE_DATA',
    ],
    ['an encoding', { ...resource({}), character_encoding: 'EBCDIC' }, 'INVALID_DATA'],
    ['a callback', { ...resource({}), callback: { url: 'gopher://x', method: 'post' } }, 'INVALID_CALLBACK_URL'],
  ])('%s', async (_name, body, code) => {
    const answer = await bulk('POST', 'write', body);
    expect([answer.status, answer.json.code]).toEqual([400, code]);
  });

  test('uploads and jobs belong to their organization', async () => {
    const file_id = await fileOf({ 'leads.csv': 'Last_Name\nA\n' });
    const { organizationId, ownerZuid } = crm.neighbour;
    const token = crm.tokenFor(organizationId, ownerZuid);
    expect((await bulk('POST', 'write', resource({ file_id }), { token })).json.code).toBe('INVALID_FILE_ID');
    const id = (await bulk('POST', 'write', resource({ file_id }))).json.details.id;
    expect((await bulk('GET', `write/${id}`, undefined, { token })).status).toBe(404);
    await ended(id);
  });
});
