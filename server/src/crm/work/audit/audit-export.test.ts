import { afterAll, expect, test } from 'vitest';
import { until } from '../../../testing/platform-process.ts';
import { lifetimes } from '../../kernel/lifetimes.ts';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';
import { sweep } from '../../upkeep.ts';
import { unzip } from '../bulk/testing/zips.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, create, one } = checkedCalls(crm);
const path = 'settings/audit_log_export';
const prefix = crm.organization.environments[0]?.idPrefix as number;
const token = () => crm.tokenFor(crm.organization.organizationId, crm.organization.ownerZuid);
const at = (offsetSeconds = 0) =>
  new Date(crm.clock.nowMs() + offsetSeconds * 1000).toISOString().replace(/\.\d+Z/, '+00:00');

const start = async (criteria?: object): Promise<string> => {
  const body = { audit_log_export: [criteria ? { criteria } : {}] };
  const answer = await call('POST', path, { token: token(), body });
  expect(answer.status, answer.text).toBe(200);
  return answer.json.audit_log_export[0].details.id;
};
const job = async (id: string) => (await call('GET', `${path}/${id}`, { token: token() })).json.audit_log_export[0];
const finished = async (id: string) => {
  await until(async () => ['finished', 'failed'].includes((await job(id)).status), 'the export is done');
  return job(id);
};
/** The lines of an export as objects by column. */
const lines = async (id: string): Promise<Record<string, string>[]> => {
  const { download_links } = await finished(id);
  const url = new URL(download_links[0]);
  const { bytes, status, headers } = await crm.call('GET', url.pathname, { token: token() });
  expect([status, headers['content-type']]).toEqual([200, 'application/zip']);
  const csv = (await unzip(bytes)).get('AuditLog.csv') as string;
  const [header, ...rows] = csv.trimEnd().split('\n').map(cellsOf);
  return rows.map((row) => Object.fromEntries((header as string[]).map((name, index) => [name, row[index] ?? ''])));
};
const cellsOf = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    (quoted ?? plain ?? '').replaceAll('""', '"'),
  );
const brief = (rows: Record<string, string>[]) =>
  rows.map(({ Action, Module, Record_Name }) => [Action, Module, Record_Name]);
const test1 = (api_name: string, comparator: string, value: unknown) => ({ field: { api_name }, comparator, value });

test('an export tells in order what happened to records, of those that are gone as well', async () => {
  const [kept, binned, purged] = (await create(
    'Leads',
    { Last_Name: 'kept' },
    { Last_Name: '=1+1' },
    { Last_Name: 'purged' },
  )) as [string, string, string];
  crm.clock.advance(1);
  await call('PUT', `Leads/${kept}`, {
    token: token(),
    body: { data: [{ Last_Name: 'kept, "renamed"', Phone: '1' }] },
  });
  await call('PUT', `Leads/${purged}`, { token: token(), body: { data: [{ Phone: 'secret' }] } });
  crm.clock.advance(1);
  await call('DELETE', 'Leads', { token: token(), query: { ids: `${binned},${purged}` } });
  crm.clock.advance(1);
  await call('DELETE', `settings/recycle_bin/${purged}`, { token: token() });
  await one('Accounts', { Account_Name: 'later' });
  const neighbour = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
  await call('POST', 'Leads', { token: neighbour, body: { data: [{ Last_Name: 'theirs' }] } });

  const id = await start();
  const state = await finished(id);
  expect(state).toMatchObject({ id, status: 'finished', criteria: null, created_by: { name: 'Ada Lovelace' } });
  expect(state.download_links[0]).toBe(`http://localhost:8001/crm/v8/${path}/${id}/result`);
  const rows = await lines(id);
  expect(brief(rows)).toEqual([
    ['added', 'Leads', 'kept, "renamed"'],
    ['added', 'Leads', '=1+1'],
    ['added', 'Leads', 'purged'],
    ['updated', 'Leads', 'kept, "renamed"'],
    ['updated', 'Leads', 'purged'],
    ['deleted', 'Leads', '=1+1'],
    ['deleted', 'Leads', 'purged'],
    ['permanently_deleted', 'Leads', 'purged'],
    ['added', 'Accounts', 'later'],
  ]);
  expect(rows[3]).toMatchObject({ Done_By: 'Ada Lovelace', Record_Id: kept });
  expect(JSON.parse(rows[3]?.Changes as string)).toEqual(
    expect.arrayContaining([
      { api_name: 'Last_Name', old: 'kept', new: 'kept, "renamed"' },
      { api_name: 'Phone', old: null, new: '1' },
    ]),
  );
  expect(rows[4]?.Changes, 'values of what is deleted for good are gone').toBe('');
});

test('criteria choose by time, person, action and module', async () => {
  crm.clock.advance(10);
  const from = at();
  const [lead] = await create('Leads', { Last_Name: 'chosen' });
  await one('Contacts', { Last_Name: 'chosen too' });
  await call('PUT', `Leads/${lead}`, { token: token(), body: { data: [{ Phone: '1' }] } });
  crm.clock.advance(10);
  await one('Leads', { Last_Name: 'after' });
  const between = test1('audited_time', 'between', [from, at(-5)]);
  expect(brief(await lines(await start(between)))).toEqual(
    expect.arrayContaining([
      ['added', 'Leads', 'chosen'],
      ['added', 'Contacts', 'chosen too'],
      ['updated', 'Leads', 'chosen'],
    ]),
  );
  const group = (...tests: object[]) => ({
    group_operator: 'and',
    group: [test1('audited_time', 'greater_equal', from), ...tests],
  });
  const only = async (...tests: object[]) => brief(await lines(await start(group(...tests))));
  expect(await only(test1('module', 'equal', 'Contacts'))).toEqual([['added', 'Contacts', 'chosen too']]);
  expect(await only(test1('action', 'in', ['updated', 'deleted']))).toEqual([['updated', 'Leads', 'chosen']]);
  expect(await only(test1('done_by', 'equal', '1'))).toEqual([]);
  const owner = crm.organization.environments[0]?.ownerId;
  expect(await only(test1('done_by', 'equal', { id: owner }), test1('module', 'not_equal', 'Leads'))).toHaveLength(1);
});

test('an export of many entries reads them batch by batch, each once', async () => {
  crm.clock.advance(10);
  const from = at();
  await crm.database.query({
    text: `INSERT INTO crm_record
           SELECT $1::integer, 2193, $1 * 1000000000000::bigint + 600000000 + i, 1, 't' || i, 1, 1, $2::bigint + i / 7, 1, $2, $2, false, '{}'
           FROM generate_series(1, 2500) AS i`,
    values: [prefix, crm.clock.nowMs()],
  });
  await crm.database.query({
    text: `INSERT INTO crm_timeline (data_space, record_id, module, at_ms, done_by, action, changes)
           SELECT $1::integer, $1 * 1000000000000::bigint + 600000000 + i, 2193, $2::bigint + i / 5, 1, 'updated', '[]'
           FROM generate_series(1, 2500) AS i`,
    values: [prefix, crm.clock.nowMs()],
  });
  crm.clock.advance(10);
  const rows = await lines(await start(test1('audited_time', 'greater_equal', from)));
  expect(rows).toHaveLength(5_000);
  expect(new Set(rows.map(({ Action, Record_Id }) => `${Action}${Record_Id}`)).size).toBe(5_000);
  const times = rows.map(({ Audited_Time }) => Date.parse(Audited_Time as string));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test('an export is for administrators, and of their organization', async () => {
  const id = await start();
  await finished(id);
  const member = (await crm.addUser('Clerk')).find(({ environment }) => environment === 'production')?.userId;
  await crm.database.query({
    text: `UPDATE crm_user SET profile_id = $1 WHERE user_id = $2`,
    values: [`${prefix}000000026014`, member],
  });
  const [row] = await crm.database.query<{ zuid: string }>({
    text: 'SELECT zuid FROM crm_user WHERE user_id = $1',
    values: [member],
  });
  crm.store.spaces.forget(prefix);
  const clerk = crm.tokenFor(crm.organization.organizationId, row?.zuid as string);
  for (const [method, of] of [
    ['POST', path],
    ['GET', path],
    ['GET', `${path}/${id}`],
    ['GET', `${path}/${id}/result`],
  ] as const) {
    const refused = await call(method, of, {
      token: clerk,
      ...(method === 'POST' ? { body: { audit_log_export: [{}] } } : {}),
    });
    expect([refused.status, refused.json.code]).toEqual([403, 'FORBIDDEN']);
  }
  const neighbour = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
  expect((await call('GET', path, { token: neighbour })).status).toBe(204);
  for (const of of [`${path}/${id}`, `${path}/${id}/result`, `${path}/1`, `${path}/x`]) {
    expect((await call('GET', of, { token: neighbour })).json).toMatchObject({
      code: 'INVALID_DATA',
      details: { resource_path_index: 2 },
    });
  }
  expect((await crm.call('GET', `/crm/v7/${path}/1`, { token: token() })).status).toBe(204);
  const reader = crm.tokenWithScopes(['ZohoCRM.settings.audit_logs.READ']);
  expect((await call('GET', `${path}/${id}`, { token: reader })).status).toBe(200);
  expect((await call('POST', path, { token: reader, body: {} })).json.code).toBe('OAUTH_SCOPE_MISMATCH');
  const listed = (await call('GET', path, { token: token() })).json.audit_log_export;
  expect(listed[0].id).toBe(id);
});

test.each([
  [{}, 'MANDATORY_NOT_FOUND'],
  [{ audit_log_export: [{}, {}] }, 'INVALID_DATA'],
  [{ audit_log_export: ['x'] }, 'INVALID_DATA'],
  [{ audit_log_export: [{ criteria: [] }] }, 'INVALID_DATA'],
  [{ audit_log_export: [{ criteria: {} }] }, 'MANDATORY_NOT_FOUND'],
  [{ audit_log_export: [{ criteria: test1('record', 'equal', '1') }] }, 'INVALID_DATA'],
  [{ audit_log_export: [{ criteria: test1('audited_time', 'contains', '1') }] }, 'INVALID_DATA'],
  [{ audit_log_export: [{ criteria: test1('audited_time', 'between', ['yesterday', at()]) }] }, 'INVALID_DATA'],
  [{ audit_log_export: [{ criteria: test1('done_by', 'equal', "1' OR '1") }] }, 'INVALID_DATA'],
])('%j is refused', async (body, code) => {
  const answer = await call('POST', path, { token: token(), body });
  expect([answer.status, answer.json.code]).toEqual([400, code]);
});

test('a file is there for a week, its export to be told of for longer', async () => {
  const id = await start();
  await finished(id);
  crm.clock.advance(lifetimes.auditFileMs / 1000 - 1);
  await sweep(crm.database, crm.clock.nowMs());
  expect((await job(id)).download_links).toHaveLength(1);
  crm.clock.advance(2);
  expect(await job(id)).toMatchObject({ status: 'expired', download_links: null });
  await sweep(crm.database, crm.clock.nowMs());
  expect((await call('GET', `${path}/${id}/result`, { token: token() })).status).toBe(404);
  expect(await crm.database.query({ text: 'SELECT 1 FROM crm_file_piece' })).toEqual([]);
  expect(await job(id)).toMatchObject({ status: 'expired' });
  crm.clock.advance(lifetimes.jobMs / 1000);
  await sweep(crm.database, crm.clock.nowMs());
  expect((await call('GET', `${path}/${id}`, { token: token() })).status).toBe(400);
});
