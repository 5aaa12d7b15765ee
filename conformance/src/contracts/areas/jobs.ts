import { until } from '../../../../server/src/testing/platform-process.ts';
import type { Stage } from '../stage.ts';
import { area } from '../table.ts';

const query = (more: object = {}) => ({ module: { api_name: 'Leads' }, fields: ['Last_Name'], ...more });
const read = (more: object = {}) => ({ body: { query: query(more) } });
const lastName = { api_name: 'Last_Name' };

async function setUp(stage: Stage) {
  await stage.lead();
  const bulk = (method: string, path: string, body?: unknown) =>
    stage.call({ method, path: `/crm/bulk/v8/${path}`, body, headers: { 'content-type': 'application/json' } });
  const create = async (): Promise<string> => (await bulk('POST', 'read', read().body)).json.data[0].details.id;
  const finished = async (): Promise<string> => {
    const id = await create();
    await until(async () => (await bulk('GET', `read/${id}`)).json.data[0].state === 'COMPLETED', 'the job is done');
    return id;
  };
  return { stage, create, finished, nobody: stage.id(999_999_999_999) };
}

const audited = (more: object = {}) => {
  const value = ['2026-01-01T00:00:00+00:00', '2026-01-31T00:00:00+00:00'];
  const criteria = { field: { api_name: 'audited_time' }, comparator: 'between', value, ...more };
  return { body: { audit_log_export: [{ criteria }] } };
};

/** An export that is done; the audit log has what the set-up wrote. */
async function exported(stage: Stage) {
  const { audit_log_export } = await stage.prepare('POST', 'settings/audit_log_export', audited());
  const { id } = audit_log_export[0].details;
  const job = async () => (await stage.prepare('GET', `settings/audit_log_export/${id}`)).audit_log_export[0];
  await until(async () => (await job()).status === 'finished', 'the export is done');
  return { id, nobody: stage.id(999_999_999_999) };
}

export const auditLogExport = area('audit_log_export.json', exported, {
  'POST settings/audit_log_export': [
    [200, audited()],
    ['MANDATORY_NOT_FOUND', { body: {} }],
    ['INVALID_DATA', audited({ field: { api_name: 'nope' } })],
    ['INVALID_DATA', audited({ value: 'yesterday' })],
  ],
  'GET settings/audit_log_export': [
    [200, {}],
    ['INVALID_TOKEN 401', { token: '1000.nobody.nobody' }],
  ],
  'GET settings/audit_log_export/{id}': [
    [200, ({ id }) => ({ at: { id } })],
    ['INVALID_DATA', ({ nobody }) => ({ at: { id: nobody } })],
    ['INVALID_DATA', { at: { id: 'abc' } }],
  ],
});

export const bulkRead = area('bulk_read.json', setUp, {
  'POST bulk/read': [
    [201, read()],
    [
      201,
      {
        body: {
          query: query({ page: 1, criteria: { field: lastName, comparator: 'equal', value: 'Boyle' } }),
          file_type: 'csv',
          callback: { url: 'http://127.0.0.1:9/cb', method: 'post' },
        },
      },
    ],
    [201, ({ stage }) => read({ cvid: stage.id(87_501) })],
    ['INVALID_MODULE', read({ module: { api_name: 'Nope' } })],
    ['INVALID_FIELD', read({ fields: ['Nope'] })],
    ['MANDATORY_NOT_FOUND', { body: {} }],
    ['MANDATORY_NOT_FOUND', { body: { query: { fields: ['Last_Name'] } } }],
    ['INVALID_CALLBACK_URL', { body: { query: query(), callback: { url: 'no address', method: 'post' } } }],
    [
      'INVALID_CALLBACK_METHOD',
      { body: { query: query(), callback: { url: 'https://engines.example/cb', method: 'get' } } },
    ],
    ['JOIN_LIMIT_EXCEEDED', read({ fields: ['Owner.Reporting_To.last_name.id'] })],
    ['REQUEST_BODY_IS_EMPTY', {}],
    ['MEDIA_TYPE_NOT_SUPPORTED 415', { ...read(), headers: { 'content-type': 'text/plain' } }],
  ],
  'GET bulk/read/{job_id}': [
    [200, async ({ create }) => ({ at: { job_id: await create() } })],
    [200, async ({ finished }) => ({ at: { job_id: await finished() } })],
    ['RESOURCE_NOT_FOUND 404', ({ nobody }) => ({ at: { job_id: nobody } })],
    ['RESOURCE_NOT_FOUND 404', { at: { job_id: 'abc' } }],
  ],
  'GET bulk/read/{job_id}/result': [
    [200, async ({ finished }) => ({ at: { job_id: await finished() } })],
    ['RESOURCE_NOT_FOUND 404', ({ nobody }) => ({ at: { job_id: nobody } })],
  ],
});
