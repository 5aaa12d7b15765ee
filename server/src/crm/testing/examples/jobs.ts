import { zipOf } from '../../work/bulk/testing/zips.ts';
import { multipart } from '../multipart.ts';
import type { Example, Examples } from './world.ts';

type W = Parameters<Examples[string]>[0];
const json = { 'content-type': 'application/json' };
const watch = 'actions/watch';

async function upload(w: W, row = w.name('Row')): Promise<Example> {
  const content = await zipOf({ 'leads.csv': `Last_Name\n${row}\n` });
  const { headers, rawBody } = multipart({ file: { filename: 'x.zip', content } });
  return { content: true, headers: { ...headers, feature: 'bulk-write', 'x-crm-org': w.zgid }, rawBody };
}
const uploaded = async (w: W): Promise<string> =>
  (await w.call('POST', '/crm/v8/upload', await upload(w))).json.details.file_id;
const writeBody = async (w: W) => ({
  operation: 'insert',
  resource: [{ type: 'data', module: { api_name: 'Leads' }, file_id: await uploaded(w) }],
});
const readBody = { query: { module: { api_name: 'Leads' }, fields: ['Last_Name', 'Company'] } };

async function bulkJob(w: W, kind: 'read' | 'write'): Promise<string> {
  const body = kind === 'read' ? readBody : await writeBody(w);
  if (kind === 'read') await w.lead();
  const answer = await w.call('POST', `/crm/bulk/v8/${kind}`, { headers: json, body });
  await w.settled();
  return kind === 'read' ? answer.json.data[0].details.id : answer.json.details.id;
}

let channels = 10_000;
const channel = async (w: W): Promise<string> => {
  const channel_id = String(++channels);
  const item = { channel_id, events: ['Leads.all'], notify_url: 'http://127.0.0.1:9/', token: w.name('Token') };
  await w.call('POST', watch, { body: { watch: [item] } });
  return channel_id;
};

async function audit(w: W): Promise<string> {
  await w.lead();
  const id = await w.made('settings/audit_log_export', 'audit_log_export', {});
  await w.settled();
  return id;
}

/** What runs later, or in several steps. */
export const jobExamples: Examples = {
  'POST /bulk/read': () => ({ headers: json, body: readBody }),
  'GET /bulk/read/{job}': async (w) => ({ path: [await bulkJob(w, 'read')] }),
  'GET /bulk/read/{job}/result': async (w) => ({ path: [await bulkJob(w, 'read')] }),
  'POST /bulk/write': async (w) => ({ headers: json, body: await writeBody(w) }),
  'GET /bulk/write/{job}': async (w) => ({ path: [await bulkJob(w, 'write')] }),
  'GET /bulk/write/{job}/result': async (w) => ({ path: [await bulkJob(w, 'write')] }),
  'POST upload': (w) => upload(w, 'x'),
  'POST __composite_requests': async (w) => ({
    body: {
      __composite_requests: [
        { sub_request_id: '1', method: 'GET', uri: `/crm/v8/Leads/${await w.lead()}` },
        {
          sub_request_id: '2',
          method: 'PUT',
          uri: '/crm/v8/Leads',
          body: { data: [{ id: await w.lead(), Company: 'x' }] },
        },
      ],
    },
  }),
  'GET actions/watch': async (w) => ({ query: { channel_id: await channel(w) } }),
  'POST actions/watch': () => ({
    body: { watch: [{ channel_id: '9999', events: ['Leads.all'], notify_url: 'http://127.0.0.1:9/' }] },
  }),
  'PUT actions/watch': async (w) => ({
    body: { watch: [{ channel_id: await channel(w), events: ['Tasks.all'], notify_url: 'http://127.0.0.1:9/' }] },
  }),
  'PATCH actions/watch': async (w) => ({ body: { watch: [{ channel_id: await channel(w), token: 'x' }] } }),
  'DELETE actions/watch': async (w) => ({ query: { channel_ids: await channel(w) } }),
  'POST settings/audit_log_export': () => ({ body: { audit_log_export: [{}] } }),
  'GET settings/audit_log_export': async (w) => {
    await audit(w);
    return {};
  },
  'GET settings/audit_log_export/{job}': async (w) => ({ path: [await audit(w)] }),
  'GET settings/audit_log_export/{job}/result': async (w) => ({ path: [await audit(w)] }),
};
