import { multipart } from '../multipart.ts';
import type { Examples } from './world.ts';

const list = { fields: 'Last_Name,Company,Email,Owner' };

/** Records and what is done with one or many of them. */
export const recordExamples: Examples = {
  'GET {module}': async (w) => ({ path: ['Leads'], query: { ...list, ids: await w.lead() } }),
  'POST {module}': async (w) => ({
    path: ['Contacts'],
    body: { data: [{ Last_Name: 'x', Account_Name: { id: await w.account() }, Owner: { id: w.ownerId } }] },
  }),
  'PUT {module}': async (w) => ({ path: ['Leads'], body: { data: [{ id: await w.lead(), Company: 'x' }] } }),
  'DELETE {module}': async (w) => ({ path: ['Leads'], query: { ids: await w.lead() } }),
  'POST {module}/upsert': async (w) => ({
    path: ['Contacts'],
    body: {
      data: [{ Last_Name: 'x', Email: 'x@example.com', Account_Name: { id: await w.account() } }],
      duplicate_check_fields: ['Email'],
    },
  }),
  'GET {module}/deleted': async (w) => {
    await w.binned();
    return { path: ['Leads'] };
  },
  'GET {module}/actions/count': () => ({ path: ['Leads'] }),
  'GET {module}/{id}': async (w) => ({ path: ['Leads', await w.lead()] }),
  'PUT {module}/{id}': async (w) => ({ path: ['Leads', await w.lead()], body: { data: [{ Company: 'x' }] } }),
  'DELETE {module}/{id}': async (w) => ({ path: ['Leads', await w.lead()] }),
  'POST {module}/{id}/actions/clone': async (w) => ({
    path: ['Leads', await w.lead()],
    body: { data: [{ Last_Name: 'x' }] },
  }),
  'GET {module}/actions/fetch_full_data': async (w) => ({
    path: ['Leads'],
    query: { ...(await richText(w)), ids: await w.lead() },
  }),
  'GET {module}/{id}/actions/fetch_full_data': async (w) => ({
    path: ['Leads', await w.lead()],
    query: await richText(w),
  }),
  'GET {module}/{id}/__timeline': async (w) => ({ path: ['Leads', await w.lead()] }),
  'GET settings/recycle_bin': async (w) => {
    await w.binned();
    return {};
  },
  'GET settings/recycle_bin/{id}': async (w) => ({ path: [await w.binned()] }),
  'GET settings/recycle_bin/actions/count': () => ({}),
  'DELETE settings/recycle_bin': async (w) => ({ query: { ids: await w.binned() } }),
  'DELETE settings/recycle_bin/{id}': async (w) => ({ path: [await w.binned()] }),
  'POST settings/recycle_bin/actions/empty': () => ({}),
  'POST settings/recycle_bin/actions/restore': async (w) => ({
    body: { recycle_bin: [{ id: await w.binned() }] },
  }),
  'POST settings/recycle_bin/{id}/actions/restore': async (w) => ({ path: [await w.binned()] }),
  'GET {module}/search': async (w) => {
    const id = await w.lead();
    const company = (await w.call('GET', `Leads/${id}`)).json.data[0].Company;
    return { path: ['Leads'], query: { criteria: `(Company:equals:${company})` } };
  },
  'POST coql': async (w) => ({
    body: { select_query: `select Last_Name, Company from Leads where id = ${await w.lead()}` },
  }),
  'GET {module}/{id}/Locking_Information__s': async (w) => ({ path: [...(await locked(w)).slice(0, 2)] }),
  'POST {module}/{id}/Locking_Information__s': async (w) => ({
    path: ['Leads', await w.lead()],
    body: { data: [{ Locked_Reason__s: 'x' }] },
  }),
  'GET {module}/{id}/Locking_Information__s/{lock}': async (w) => ({ path: await locked(w) }),
  'PUT {module}/{id}/Locking_Information__s/{lock}': async (w) => ({
    path: await locked(w),
    body: { data: [{ Locked_Reason__s: 'x' }] },
  }),
  'DELETE {module}/{id}/Locking_Information__s/{lock}': async (w) => ({ path: await locked(w) }),
  'POST {module}/actions/mass_delete': async (w) => ({ path: ['Leads'], body: { ids: [await w.lead()] } }),
  'GET {module}/actions/mass_delete': async (w) => ({
    path: ['Campaigns'],
    query: { job_id: await massJob(w, 'mass_delete', {}) },
  }),
  'POST {module}/actions/mass_update': async (w) => ({
    path: ['Leads'],
    body: { data: [{ Company: 'x' }], ids: [await w.lead()] },
  }),
  'GET {module}/actions/mass_update': async (w) => ({
    path: ['Campaigns'],
    query: { job_id: await massJob(w, 'mass_update', { data: [{ Type: 'x' }] }) },
  }),
  'POST {module}/actions/change_owner': async (w) => ({
    path: ['Leads'],
    body: { ids: [await w.lead()], owner: { id: w.ownerId } },
  }),
  'POST {module}/{id}/actions/change_owner': async (w) => ({
    path: ['Leads', await w.lead()],
    body: { owner: { id: w.ownerId } },
  }),
  'POST {module}/actions/mass_change_owner': async (w) => ({
    path: ['Campaigns'],
    body: { cvid: await allCampaigns(w), owner: { id: w.ownerId } },
  }),
  'GET {module}/actions/mass_change_owner': async (w) => ({
    path: ['Campaigns'],
    query: { job_id: await massJob(w, 'mass_change_owner', { owner: { id: w.ownerId } }) },
  }),
  'POST {module}/{id}/actions/convert': async (w) => ({
    path: ['Leads', await w.lead()],
    body: { data: [{ Accounts: { id: await w.account() }, assign_to: { id: w.ownerId } }] },
  }),
  'GET {module}/{id}/__conversion_options': async (w) => ({ path: ['Leads', await w.lead()] }),
  'POST {module}/actions/add_tags': async (w) => ({
    path: ['Leads'],
    body: { tags: [{ name: 'x' }], ids: [await w.lead()] },
  }),
  'POST {module}/actions/remove_tags': async (w) => ({
    path: ['Leads'],
    body: { tags: [{ name: 'x' }], ids: [await w.lead()] },
  }),
  'POST {module}/{id}/actions/add_tags': async (w) => ({
    path: ['Leads', await w.lead()],
    body: { tags: [{ name: 'x' }] },
  }),
  'POST {module}/{id}/actions/remove_tags': async (w) => ({
    path: ['Leads', await w.lead()],
    body: { tags: [{ name: 'x' }] },
  }),
};

type W = Parameters<Examples[string]>[0];

async function locked(w: W): Promise<[string, string, string]> {
  const id = await w.lead();
  const lock = await w.made(`Leads/${id}/Locking_Information__s`, 'data', { Locked_Reason__s: w.name('Reason') });
  return ['Leads', id, lock];
}

/** A field with rich text, of which lists show the beginning only. */
async function richText(w: W): Promise<{ fields: string }> {
  const field = { field_label: w.name('Rich'), data_type: 'textarea', textarea: { type: 'rich_text' } };
  const id = await w.made('settings/fields', 'fields', field, { module: 'Leads' });
  const { json } = await w.call('GET', `settings/fields/${id}`, { query: { module: 'Leads' } });
  return { fields: json.fields[0].api_name };
}

async function allCampaigns(w: W): Promise<string> {
  // A view has one job at a time.
  await w.settled();
  await w.one('Campaigns', { Campaign_Name: w.name('Campaign') });
  const { json } = await w.call('GET', 'settings/custom_views', { query: { module: 'Campaigns' } });
  return json.info.default;
}

async function massJob(w: W, action: string, more: object): Promise<string> {
  const cvid = await allCampaigns(w);
  const { json } = await w.call('POST', `Campaigns/actions/${action}`, { body: { cvid, ...more } });
  return json.data[0].details.job_id;
}

/** Files that are made on the way: a field that holds files, in a record that has one. */
async function recordWithFile(w: W): Promise<{ record: string; item: string }> {
  const field = w.name('Files');
  await w.call('POST', 'settings/fields', {
    query: { module: 'Leads' },
    body: { fields: [{ field_label: field, data_type: 'fileupload', length: 1 }] },
  });
  const { json } = await w.call('GET', 'settings/fields', { query: { module: 'Leads' } });
  const name = json.fields.find(({ field_label }: { field_label: string }) => field_label === field).api_name;
  const record = await w.lead({ [name]: [{ File_Id__s: await w.file() }] });
  const shown = (await w.call('GET', `Leads/${record}`)).json.data[0];
  return { record, item: shown[name][0].id };
}

async function sender(w: W): Promise<{ user_name: string; email: string }> {
  const { json } = await w.call('GET', 'settings/emails/actions/from_addresses');
  return { user_name: 'x', email: json.from_addresses[0].email };
}

async function mailed(w: W): Promise<[string, string, string]> {
  const id = await w.lead();
  const mail = {
    ...{ from: await sender(w), to: [{ email: 'x@example.com' }], subject: w.name('Subject') },
    content: `<img src="data:image/png;base64,${png.toString('base64')}">`,
    attachments: [{ id: await w.file() }],
  };
  const { json } = await w.call('POST', `Leads/${id}/actions/send_mail`, { body: { data: [mail] } });
  return ['Leads', id, json.data[0].details.message_id];
}

const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(64)]);
export const picture = () => multipart({ file: { filename: 'x.png', content: png } });

/** What hangs on records: related records, attachments, photos, files. */
export const relatedExamples: Examples = {
  'GET settings/related_lists': () => ({ query: { module: 'Leads' } }),
  'GET settings/related_lists/{related_list}': async (w) => {
    const { json } = await w.call('GET', 'settings/related_lists', { query: { module: 'Leads' } });
    return { path: [json.related_lists[0].id], query: { module: 'Leads' } };
  },
  'GET {module}/{id}/{list}': async (w) => {
    const id = await w.lead();
    await w.note(id);
    return { path: ['Leads', id, 'Notes'], query: { fields: 'Note_Content,Parent_Id' } };
  },
  'GET {module}/deleted/{id}/{list}': async (w) => {
    const id = await w.lead();
    await w.note(id);
    await w.call('DELETE', `Leads/${id}`);
    return { path: ['Leads', id, 'Notes'], query: { fields: 'Note_Content' } };
  },
  'POST {module}/{id}/{list}': async (w) => ({
    path: ['Leads', await w.lead(), 'Notes'],
    body: { data: [{ Note_Content: 'x' }] },
  }),
  'PUT {module}/{id}/{list}': async (w) => {
    const campaign = await w.one('Campaigns', { Campaign_Name: w.name('Campaign') });
    return { path: ['Campaigns', campaign, 'Leads'], body: { data: [{ id: await w.lead(), Member_Status: 'x' }] } };
  },
  'DELETE {module}/{id}/{list}': async (w) => {
    const id = await w.lead();
    return { path: ['Leads', id, 'Notes'], query: { ids: await w.note(id) } };
  },
  'GET {module}/{id}/{list}/{related}': async (w) => {
    const id = await w.lead();
    return { path: ['Leads', id, 'Notes', await w.note(id)] };
  },
  'PUT {module}/{id}/{list}/{related}': async (w) => {
    const id = await w.lead();
    return { path: ['Leads', id, 'Notes', await w.note(id)], body: { data: [{ Note_Content: 'x' }] } };
  },
  'DELETE {module}/{id}/{list}/{related}': async (w) => {
    const id = await w.lead();
    return { path: ['Leads', id, 'Notes', await w.note(id)] };
  },
  'GET {module}/{id}/Stage_History': async (w) => ({ path: ['Deals', await w.deal()], query: { fields: 'Stage' } }),
  'GET {module}/{id}/Competitors': async (w) => ({ path: ['Deals', await w.deal()] }),
  'POST {module}/{id}/actions/get_related_records_count': async (w) => ({
    path: ['Leads', await w.lead()],
    body: { get_related_records_count: [{ related_list: { api_name: 'Notes' } }] },
  }),
  'GET {module}/{id}/Attachments': async (w) => {
    const id = await w.lead();
    await w.attachment(id);
    return { path: ['Leads', id], query: { fields: 'File_Name' } };
  },
  'GET {module}/deleted/{id}/Attachments': async (w) => {
    const id = await w.lead();
    await w.attachment(id);
    await w.call('DELETE', `Leads/${id}`);
    return { path: ['Leads', id], query: { fields: 'File_Name' } };
  },
  'POST {module}/{id}/Attachments': async (w) => ({ path: ['Leads', await w.lead()], ...w.form('x.txt', 'x') }),
  'DELETE {module}/{id}/Attachments': async (w) => {
    const id = await w.lead();
    return { path: ['Leads', id], query: { ids: await w.attachment(id) } };
  },
  'GET {module}/{id}/Attachments/{attachment}': async (w) => {
    const id = await w.lead();
    return { path: ['Leads', id, await w.attachment(id)] };
  },
  'DELETE {module}/{id}/Attachments/{attachment}': async (w) => {
    const id = await w.lead();
    return { path: ['Leads', id, await w.attachment(id)] };
  },
  'GET {module}/{id}/photo': async (w) => {
    const id = await w.lead();
    await w.call('POST', `Leads/${id}/photo`, picture());
    return { path: ['Leads', id] };
  },
  'POST {module}/{id}/photo': async (w) => ({ path: ['Leads', await w.lead()], ...picture() }),
  'DELETE {module}/{id}/photo': async (w) => {
    const id = await w.lead();
    await w.call('POST', `Leads/${id}/photo`, picture());
    return { path: ['Leads', id] };
  },
  'POST files': (w) => w.form('x.txt', 'x'),
  'GET files': async (w) => ({ query: { id: await w.file() } }),
  'POST {module}/{id}/actions/send_mail': async (w) => ({
    path: ['Leads', await w.lead()],
    body: {
      data: [{ from: await sender(w), to: [{ email: 'x@example.com' }], attachments: [{ id: await w.file() }] }],
    },
  }),
  'POST {module}/{id}/actions/associate_email': async (w) => ({
    path: ['Leads', await w.lead()],
    body: {
      Emails: [
        {
          ...{ from: { email: 'x@example.com' }, to: [{ email: 'y@example.com' }], subject: 'Hi', content: 'Hello' },
          ...{ sent: false, date_time: '2026-01-02T03:04:05+00:00', original_message_id: w.name('<1@example.com>') },
          ...{
            attachments: [{ id: await w.file() }],
            linked_record: { module: { api_name: 'Leads' }, id: await w.lead() },
          },
        },
      ],
    },
  }),
  'GET settings/emails/actions/from_addresses': (w) => ({ query: { user_id: w.ownerId } }),
  'GET {module}/{id}/Emails': async (w) => ({ path: (await mailed(w)).slice(0, 2) }),
  'GET {module}/{id}/Emails/{message}': async (w) => ({ path: await mailed(w) }),
  'GET {module}/{id}/Emails/actions/download_attachments': async (w) => {
    const [module = '', id = '', message_id = ''] = await mailed(w);
    return { path: [module, id], query: { message_id } };
  },
  'GET {module}/{id}/Emails/actions/download_inline_images': async (w) => {
    const [module = '', id = '', message_id = ''] = await mailed(w);
    return { path: [module, id], query: { message_id, id: '1' } };
  },
  'GET {module}/{id}/actions/download_fields_attachment': async (w) => {
    const { record, item } = await recordWithFile(w);
    return { path: ['Leads', record], query: { fields_attachment_id: item } };
  },
};
