import { afterAll, expect, test } from 'vitest';
import { until } from '../../testing/platform-process.ts';
import { type CallOptions, startCrm } from '../testing/crm-platform.ts';
import { multipart } from '../testing/multipart.ts';
import { unzip, zipOf } from '../work/bulk/testing/zips.ts';

/** CSV files of an organization whose operator guards spreadsheets, and of one whose operator does not. */
const crm = await startCrm({ compatibility: { guardCsvFormulas: ['601000001'] } });
afterAll(() => crm.close());

const json = { 'content-type': 'application/json' };
const names = ['=1+1', '+1', '-1', '@x', '\t=1', '=a "b"', 'Plain = 1'];
const tokens = {
  guarded: crm.token,
  plain: crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid),
};
type Style = keyof typeof tokens;
const organizations = { guarded: crm.organization, plain: crm.neighbour };

/** The CSV file of a result. */
async function csvOf(path: string, token: string): Promise<string> {
  const { status, bytes, text } = await crm.call('GET', path, { token });
  expect(status, text).toBe(200);
  return [...(await unzip(bytes)).values()].join('');
}
const ended = (path: string, token: string, key: string, states: readonly string[]) =>
  until(async () => {
    const [job] = (await crm.call('GET', path, { token, headers: json })).json[key];
    return states.includes(job.state ?? job.status);
  }, 'the job is done');

test('the organizations are those of the setting', () => {
  expect([crm.organization, crm.neighbour].map(({ organizationId }) => organizationId === '601000001')).toEqual([
    true,
    false,
  ]);
});

test.each<[Style, string[]]>([
  ['guarded', ["'=1+1", "'+1", "'-1", "'@x", "'\t=1", `"'=a ""b"""`, 'Plain = 1']],
  ['plain', ['=1+1', '+1', '-1', '@x', '\t=1', '"=a ""b"""', 'Plain = 1']],
])('bulk reads, audit exports and results of bulk writes: %s', async (style, shown) => {
  const token = tokens[style];
  const call = async (method: string, path: string, options: CallOptions) => {
    const answer = await crm.call(method, path, { token, ...options });
    expect(answer.status, answer.text).toBeLessThan(300);
    return answer.json;
  };
  const data = names.map((Last_Name) => ({ Last_Name, Annual_Revenue: -5, Tag: [{ name: '=tag' }] }));
  await call('POST', '/crm/v8/Leads', { body: { data } });

  const query = { module: { api_name: 'Leads' }, fields: ['Last_Name', 'Annual_Revenue', 'Tag'] };
  const [{ details }] = (await call('POST', '/crm/bulk/v8/read', { headers: json, body: { query } })).data;
  const read = `/crm/bulk/v8/read/${details.id}`;
  await ended(read, token, 'data', ['COMPLETED', 'FAILURE']);
  const tag = style === 'guarded' ? "'=tag" : '=tag';
  // A number stays a number.
  const cells = shown.map((name) => `${name},-5,${tag}`);
  expect((await csvOf(`${read}/result`, token)).split('\n').map((line) => line.slice(line.indexOf(',') + 1))).toEqual([
    'Last_Name,Annual_Revenue,Tag',
    ...cells,
    '',
  ]);

  const exported = await call('POST', '/crm/v8/settings/audit_log_export', { body: { audit_log_export: [{}] } });
  const log = `/crm/v8/settings/audit_log_export/${exported.audit_log_export[0].details.id}`;
  await ended(log, token, 'audit_log_export', ['finished', 'failed']);
  const lines = await csvOf(`${log}/result`, token);
  for (const name of shown) expect(lines).toContain(`,Leads,${name},`);

  const zgid = organizations[style].environments.find(({ environment }) => environment === 'production')?.zgid ?? '';
  const content = await zipOf({ 'rows.csv': 'Email,Last_Name\n=1+1,@me\n' });
  const form = multipart({ file: { filename: 'rows.zip', type: 'application/zip', content } });
  const uploaded = await crm.call('POST', '/crm/v8/upload', {
    token,
    content: true,
    headers: { feature: 'bulk-write', 'x-crm-org': zgid, ...form.headers },
    rawBody: form.rawBody,
  });
  const resource = [{ type: 'data', module: { api_name: 'Leads' }, file_id: uploaded.json.details.file_id }];
  const body = { operation: 'insert', resource };
  const written = await call('POST', '/crm/bulk/v8/write', { headers: json, body });
  const write = `/crm/bulk/v8/write/${written.details.id}`;
  await until(async () => {
    const { status } = (await crm.call('GET', write, { token })).json;
    return status === 'COMPLETED' || status === 'FAILED';
  }, 'the write is done');
  const [head, row] = (await csvOf(`${write}/result`, token)).split('\n');
  expect(head).toBe('Email,Last_Name,STATUS,RECORD_ID,ERRORS');
  expect(row).toMatch(style === 'guarded' ? /^'=1\+1,'@me,SKIPPED,/ : /^=1\+1,@me,SKIPPED,/);
});
