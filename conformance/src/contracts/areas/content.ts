import type { Stage } from '../stage.ts';
import { area, type OperationCall } from '../table.ts';

const file = { form: { file: { filename: 'a.txt', content: 'some text' } } };
/** A PNG of one pixel. */
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const picture = { form: { file: { filename: 'a.png', type: 'image/png', content: pixel } } };

async function setUp(stage: Stage) {
  const lead = await stage.lead();
  const attach = async (): Promise<string> =>
    (await stage.prepare('POST', `Leads/${lead}/Attachments`, file)).data[0].details.id;
  const upload = async (): Promise<string> => (await stage.prepare('POST', 'files', file)).data[0].details.id;
  const pictured = await stage.lead();
  await stage.prepare('POST', `Leads/${pictured}/photo`, picture);
  const newTag = async (): Promise<string> => {
    const body = { tags: [{ name: stage.fresh('tag') }] };
    return (await stage.prepare('POST', 'settings/tags', { query: { module: 'Leads' }, body })).tags[0].details.id;
  };
  await attach();
  await newTag();
  return { stage, lead, attach, upload, pictured, newTag, nobody: stage.id(999_999_999_999) };
}

export const attachments = area('attachments.json', setUp, {
  'GET {module_api_name}/{id}/Attachments': [
    [200, ({ lead }) => ({ at: { id: lead }, query: { fields: 'id,File_Name,Size' } })],
    [200, ({ lead }) => ({ at: { id: lead }, query: { fields: 'File_Name', per_page: '1', page: '1' } })],
    [204, async ({ stage }) => ({ at: { id: await stage.lead() }, query: { fields: 'File_Name' } })],
    ['INVALID_DATA', ({ nobody }) => ({ at: { id: nobody }, query: { fields: 'File_Name' } })],
    [
      'AMBIGUITY_DURING_PROCESSING',
      ({ lead }) => ({ at: { id: lead }, query: { fields: 'id', page: '2', page_token: 'x' } }),
    ],
    ['INVALID_DATA', { at: { id: 'abc' }, query: { fields: 'File_Name' } }],
  ],
  'POST {module_api_name}/{id}/Attachments': [
    [200, ({ lead }) => ({ at: { id: lead }, ...file })],
    [200, ({ lead }) => ({ at: { id: lead }, query: { attachmentUrl: 'https://engines.example/a', title: 'A page' } })],
    ['MANDATORY_NOT_FOUND', ({ lead }) => ({ at: { id: lead } })],
    ['MANDATORY_NOT_FOUND', ({ lead }) => ({ at: { id: lead }, form: { other: { content: 'x' } } })],
    ['INVALID_DATA', ({ nobody }) => ({ at: { id: nobody }, ...file })],
  ],
  'DELETE {module_api_name}/{id}/Attachments': [
    [200, async ({ lead, attach }) => ({ at: { id: lead }, query: { ids: `${await attach()},${await attach()}` } })],
    [207, async ({ lead, attach, nobody }) => ({ at: { id: lead }, query: { ids: `${await attach()},${nobody}` } })],
    ['INVALID_DATA', ({ lead, nobody }) => ({ at: { id: lead }, query: { ids: nobody } })],
  ],
  'GET {module_api_name}/{id}/Attachments/{attachment_id}': [
    [200, async ({ lead, attach }) => ({ at: { id: lead, attachment_id: await attach() } })],
    ['INVALID_DATA', ({ lead, nobody }) => ({ at: { id: lead, attachment_id: nobody } })],
    ['INVALID_DATA', async ({ attach, pictured }) => ({ at: { id: pictured, attachment_id: await attach() } })],
  ],
  'DELETE {module_api_name}/{id}/Attachments/{attachment_id}': [
    [200, async ({ lead, attach }) => ({ at: { id: lead, attachment_id: await attach() } })],
    ['INVALID_DATA', ({ lead, nobody }) => ({ at: { id: lead, attachment_id: nobody } })],
  ],
});

export const photos = area('record_photo.json', setUp, {
  'GET {module_api_name}/{id}/photo': [
    [200, ({ pictured }) => ({ at: { id: pictured } })],
    [204, ({ lead }) => ({ at: { id: lead } })],
    ['INVALID_DATA', { at: { id: 'abc' } }],
    ['NOT_SUPPORTED', ({ lead }) => ({ at: { module_api_name: 'Deals', id: lead } })],
  ],
  'POST {module_api_name}/{id}/photo': [
    [200, ({ pictured }) => ({ at: { id: pictured }, ...picture })],
    ['INVALID_FILE_TYPE', ({ pictured }) => ({ at: { id: pictured }, ...file })],
    ['MANDATORY_NOT_FOUND', ({ pictured }) => ({ at: { id: pictured } })],
    ['INVALID_DATA', ({ nobody }) => ({ at: { id: nobody }, ...picture })],
  ],
  'DELETE {module_api_name}/{id}/photo': [
    [
      200,
      async ({ stage }) => {
        const id = await stage.lead();
        await stage.prepare('POST', `Leads/${id}/photo`, picture);
        return { at: { id } };
      },
    ],
    ['INVALID_DATA', ({ nobody }) => ({ at: { id: nobody } })],
  ],
});

/** A vendor with a file in a field of its own. */
async function withField(stage: Stage) {
  const body = { fields: [{ field_label: 'Contract', data_type: 'fileupload', length: 1 }] };
  await stage.prepare('POST', 'settings/fields', { query: { module: 'Vendors' }, body });
  const upload = async (): Promise<string> => (await stage.prepare('POST', 'files', file)).data[0].details.id;
  const Contract = [{ File_Id__s: await upload() }];
  const [id = ''] = await stage.create('Vendors', { Vendor_Name: 'With a contract', Contract });
  const { data } = await stage.prepare('GET', `Vendors/${id}`);
  const fields_attachment_id: string = data[0].Contract[0].id;
  const vendor = (more: object = {}) => ({ module_api_name: 'Vendors', id, ...more });
  return { upload, vendor, fields_attachment_id, nobody: stage.id(999_999_999_999) };
}

export const files = area('files.json', withField, {
  'POST files': [
    [200, file],
    [200, { ...file, query: { type: 'inline' } }],
    ['MANDATORY_NOT_FOUND', {}],
    ['MANDATORY_NOT_FOUND', { form: { other: { content: 'x' } } }],
  ],
  'GET {module_api_name}/{id}/actions/download_fields_attachment': [
    [200, ({ vendor, fields_attachment_id }) => ({ at: vendor(), query: { fields_attachment_id } })],
    ['INVALID_DATA', ({ vendor, nobody }) => ({ at: vendor(), query: { fields_attachment_id: nobody } })],
    [
      'INVALID_DATA',
      ({ vendor, nobody, fields_attachment_id }) => ({ at: vendor({ id: nobody }), query: { fields_attachment_id } }),
    ],
  ],
  'GET files': [
    [200, async ({ upload }) => ({ query: { id: await upload() } })],
    ['INVALID_DATA', { query: { id: 'f'.repeat(64) } }],
    ['INVALID_DATA', { query: { id: 'no id' } }],
  ],
});

const tags = (...items: object[]) => ({ body: { tags: items } });
const ofLeads = { query: { module: 'Leads' } };

export const tagCalls = area('tags.json', setUp, {
  'GET settings/tags': [
    [200, ofLeads],
    [200, { query: { module: 'Leads', my_tags: 'true' } }],
    [204, { query: { module: 'Campaigns' } }],
    ['INVALID_MODULE', { query: { module: 'Nope' } }],
  ],
  'POST settings/tags': [
    [201, ({ stage }) => ({ ...ofLeads, ...tags({ name: stage.fresh('tag'), color_code: '#57B1FD' }) })],
    [207, ({ stage }) => ({ ...ofLeads, ...tags({ name: stage.fresh('tag') }, { name: 'x'.repeat(26) }) })],
    ['INVALID_DATA', { ...ofLeads, ...tags({ name: 'x'.repeat(26) }) }],
    ['MANDATORY_NOT_FOUND', { ...ofLeads, ...tags({ color_code: '#57B1FD' }) }],
    ['INVALID_DATA', ({ stage }) => ({ ...ofLeads, ...tags({ name: stage.fresh('tag'), color_code: 'red' }) })],
    ['MANDATORY_NOT_FOUND', { ...ofLeads, body: {} }],
    ['INVALID_MODULE', { query: { module: 'Nope' }, ...tags({ name: 'x' }) }],
  ],
  'PUT settings/tags': [
    [200, async ({ stage, newTag }) => ({ ...ofLeads, ...tags({ id: await newTag(), name: stage.fresh('tag') }) })],
    [
      207,
      async ({ stage, newTag, nobody }) => ({
        ...ofLeads,
        ...tags({ id: await newTag(), name: stage.fresh('tag') }, { id: nobody, name: 'x' }),
      }),
    ],
    ['MANDATORY_NOT_FOUND', { ...ofLeads, ...tags({ name: 'x' }) }],
    ['INVALID_DATA', ({ nobody }) => ({ ...ofLeads, ...tags({ id: nobody, name: 'x' }) })],
  ],
  'PUT settings/tags/{tag}': [
    [
      200,
      async ({ stage, newTag }) => ({ at: { tag: await newTag() }, ...ofLeads, ...tags({ name: stage.fresh('tag') }) }),
    ],
    ['INVALID_DATA', ({ nobody }) => ({ at: { tag: nobody }, ...ofLeads, ...tags({ name: 'x' }) })],
    [
      'INVALID_DATA',
      async ({ newTag }) => ({ at: { tag: await newTag() }, ...ofLeads, ...tags({ name: 'x'.repeat(26) }) }),
    ],
  ],
  'DELETE settings/tags/{tag}': [
    [200, async ({ newTag }) => ({ at: { tag: await newTag() } })],
    ['INVALID_DATA', ({ nobody }) => ({ at: { tag: nobody } })],
  ],
  'GET settings/tags/{tag}/actions/records_count': [
    [200, async ({ newTag }) => ({ at: { tag: await newTag() }, ...ofLeads })],
    ['INVALID_DATA', ({ nobody }) => ({ at: { tag: nobody }, ...ofLeads })],
    ['INVALID_MODULE', async ({ newTag }) => ({ at: { tag: await newTag() }, query: { module: 'Nope' } })],
  ],
  'POST {module_api_name}/actions/add_tags': [
    [200, ({ lead, pictured }) => ({ body: { tags: [{ name: 'Prime' }], ids: [lead, pictured] } })],
    [
      200,
      ({ lead, nobody }) => ({
        body: { tags: [{ name: 'Prime' }], ids: [lead, nobody] },
        query: { over_write: 'true' },
      }),
    ],
    ['MANDATORY_NOT_FOUND', { body: { tags: [{ name: 'Prime' }] } }],
    ['MANDATORY_NOT_FOUND', ({ lead }) => ({ body: { ids: [lead] } })],
    ['INVALID_DATA 200', ({ nobody }) => ({ body: { tags: [{ name: 'Prime' }], ids: [nobody] } })],
    [
      'LIMIT_EXCEEDED 200',
      ({ lead }) => ({
        body: { ids: [lead], tags: Array.from({ length: 11 }, (_, index) => ({ name: `t${index}` })) },
      }),
    ],
  ],
  'POST {module_api_name}/{id}/actions/add_tags': [
    [200, ({ lead }) => ({ at: { id: lead }, ...tags({ name: 'Prime' }, { name: 'Second' }) })],
    [200, ({ lead }) => ({ at: { id: lead }, query: { over_write: 'true' }, ...tags({ name: 'Only' }) })],
    ['INVALID_DATA', ({ nobody }) => ({ at: { id: nobody }, ...tags({ name: 'Prime' }) })],
    ['MANDATORY_NOT_FOUND', ({ lead }) => ({ at: { id: lead }, body: {} })],
  ],
  'POST {module_api_name}/actions/remove_tags': [
    [200, ({ lead, pictured }): OperationCall => ({ body: { tags: [{ name: 'Prime' }], ids: [lead, pictured] } })],
    ['MANDATORY_NOT_FOUND', { body: { tags: [{ name: 'Prime' }] } }],
    ['INVALID_DATA 200', ({ nobody }) => ({ body: { tags: [{ name: 'Prime' }], ids: [nobody] } })],
  ],
  'POST {module_api_name}/{id}/actions/remove_tags': [
    [200, ({ lead }) => ({ at: { id: lead }, ...tags({ name: 'Prime' }) })],
    ['INVALID_DATA', ({ nobody }) => ({ at: { id: nobody }, ...tags({ name: 'Prime' }) })],
    ['MANDATORY_NOT_FOUND', ({ lead }) => ({ at: { id: lead }, body: {} })],
  ],
});
