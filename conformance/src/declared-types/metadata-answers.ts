import type { HttpAnswer, Stage } from '../contracts/stage.ts';

/** What an organization has of its own that metadata tells of: fields of every type, a module, and the rest. */
export async function furnish(stage: Stage): Promise<void> {
  const profiles = [{ id: stage.id(26_011) }];
  const body = { modules: [{ singular_label: 'Engine', plural_label: 'Engines', profiles }] };
  await stage.prepare('POST', 'settings/modules', { body });
  for (const [index, field] of ownFields.entries()) {
    const fields = [{ field_label: `Own ${index}`, ...field }];
    await stage.prepare('POST', 'settings/fields', { query: { module: 'Vendors' }, body: { fields } });
  }
  const tags = { tags: [{ name: 'Red', color_code: '#F17574' }] };
  await stage.prepare('POST', 'settings/tags', { query: { module: 'Leads' }, body: tags });
  const variable_groups = (await stage.prepare('GET', 'settings/variable_groups')).variable_groups;
  const variables = [
    { name: 'Rate', api_name: 'Rate', type: 'integer', variable_group: variable_groups[0], value: '5' },
  ];
  await stage.prepare('POST', 'settings/variables', { body: { variables } });
  const top = (await stage.prepare('GET', 'settings/territories')).territories[0];
  const territories = [{ name: 'North', reporting_to: { id: top.id }, permission_type: 'read_only' }];
  await stage.prepare('POST', 'settings/territories', { body: { territories } });
  const shift = { shift_days: ['Monday'], daily_timing: ['09:00', '17:00'], users: [{ id: stage.ownerId }] };
  const break_hours = [{ break_days: ['Monday'], daily_timing: ['12:00', '12:30'] }];
  const holidays = [{ name: 'Day off', date: '2026-12-24' }];
  const shift_hours = [{ name: 'Day', ...shift, break_hours, holidays }];
  await stage.prepare('POST', 'settings/business_hours/shift_hours', { body: { shift_hours } });
  const users_unavailability = [{ from: '2026-07-01T00:00:00Z', to: '2026-07-02T00:00:00Z', comments: 'Sea' }];
  await stage.prepare('POST', 'settings/users_unavailability', { body: { users_unavailability } });
  const template = { name: 'T', module: 'Quotes', subject: 's', content: 'c' };
  await stage.define({ ...template, kind: 'inventory' }, { name: 'Own', module: 'Leads' });
  await stage.define(template, { name: 'Own', module: 'Deals' });
  await stage.lead();
}

const choices = { pick_list_values: [{ display_value: 'Red', actual_value: 'red', colour_code: '#ff0000' }] };
const ownFields: readonly { readonly data_type: string }[] = [
  { data_type: 'text', ...{ unique: { casesensitive: 'false' }, tooltip: { name: 'static_text', value: 'Why' } } },
  ...['textarea', 'email', 'phone', 'website', 'integer', 'bigint', 'boolean', 'date', 'datetime'].map(typed),
  ...['double', 'percent', 'currency', 'fileupload', 'imageupload', 'userlookup', 'subform', 'multiuserlookup'].map(
    typed,
  ),
  { data_type: 'picklist', ...choices },
  { data_type: 'multiselectpicklist', ...choices },
  { data_type: 'lookup', ...{ lookup: { module: { api_name: 'Contacts' }, display_label: 'Vendors of it' } } },
  { data_type: 'autonumber', ...{ auto_number: { prefix: 'V-', start_number: 7, suffix: '' } } },
  { data_type: 'formula', ...{ formula: { return_type: 'double', expression: 'Len(Vendor_Name)' } } },
  {
    data_type: 'multiselectlookup',
    ...{ multiselectlookup: { display_label: 'Links', connected_details: { module: { api_name: 'Products' } } } },
  },
];

function typed(data_type: string): { readonly data_type: string } {
  return { data_type };
}

/** An answer of metadata, with the class that a version declares for it: `fields/response_wrapper`. */
export interface MetadataAnswer {
  readonly area: string;
  readonly path: string;
  readonly json: Readonly<Record<string, unknown>>;
}

type Read = (path: string, query?: Readonly<Record<string, string>>) => Promise<HttpAnswer>;

/** Every call that answers metadata of a version, with everything that it has to tell. */
export async function metadataAnswers(stage: Stage, version: string): Promise<MetadataAnswer[]> {
  const answers: MetadataAnswer[] = [];
  const read: Read = (path, query) =>
    stage.call({ method: 'GET', path: `/crm/${version}/${path}`, ...(query ? { query } : {}) });
  /** Keeps an answer; 204 is one that has nothing to tell. @returns its list. */
  const take = async (area: string, path: string, query?: Readonly<Record<string, string>>) => {
    const { status, json, text } = await read(path, query);
    if (status !== 200 && status !== 204) throw new Error(`GET /crm/${version}/${path}: ${status} ${text}`);
    if (status === 204) return [];
    answers.push({ area, path, json });
    return (Object.values(json).find(Array.isArray) ?? []) as readonly { readonly id: string }[];
  };
  /** The list, and the first of it alone. */
  const both = async (area: string, path: string, query?: Readonly<Record<string, string>>) => {
    const [first] = await take(area, path, query);
    if (first) await take(area, `${path}/${first.id}`, query);
  };
  const modules = (await take('modules', 'settings/modules')) as unknown as readonly {
    readonly id: string;
    readonly api_name: string;
  }[];
  for (const { id, api_name } of modules) {
    const query = { module: api_name };
    await take('modules', `settings/modules/${api_name}`);
    const fields = await read('settings/fields', query);
    if (fields.status === 400) continue;
    await both('fields', 'settings/fields', query);
    await both('layouts', 'settings/layouts', query);
    await both('related_lists', 'settings/related_lists', query);
    await both('custom_views', 'settings/custom_views', query);
    if (api_name === 'Deals')
      await both('pipeline', 'settings/pipeline', { layout_id: stage.id(5_000_000 + Number(id.slice(-12))) });
  }
  await take('tags', 'settings/tags', { module: 'Leads' });
  await take('org', 'org');
  await both('users', 'users');
  await both('roles', 'settings/roles');
  await both('profiles', 'settings/profiles');
  await both('territories', 'settings/territories');
  await both('variables', 'settings/variables');
  await both('variable_groups', 'settings/variable_groups');
  await both('shift_hours', 'settings/business_hours/shift_hours');
  await both('users_unavailability', 'settings/users_unavailability');
  await both('email_templates', 'settings/email_templates');
  await both('inventory_templates', 'settings/inventory_templates');
  await take('from_addresses', 'settings/emails/actions/from_addresses');
  await take('assignment_rules', 'settings/automation/assignment_rules');
  await take('features', '__features');
  await take('apis', '__apis');
  return answers;
}
