import type { Stage } from '../stage.ts';
import { area } from '../table.ts';

async function setUp(stage: Stage) {
  const { fields } = await stage.prepare('GET', 'settings/fields', { query: { module: 'Leads' } });
  const { related_lists } = await stage.prepare('GET', 'settings/related_lists', { query: { module: 'Leads' } });
  const newField = (...fields: object[]) => {
    const plain = fields.length === 0 ? [{}] : fields;
    const named = plain.map((each) => ({ field_label: stage.fresh('Field'), data_type: 'text', ...each }));
    return { ...of('Vendors'), body: { fields: named } };
  };
  const made = async (): Promise<string> =>
    (await stage.prepare('POST', 'settings/fields', newField())).fields[0].details.id;
  const newModule = (more: object = {}) => {
    const profiles = [{ id: stage.id(26_011) }];
    const labels = { singular_label: stage.fresh('Thing'), plural_label: stage.fresh('Things') };
    return { body: { modules: [{ ...labels, profiles, ...more }] } };
  };
  const { modules } = await stage.prepare('POST', 'settings/modules', newModule());
  return {
    stage,
    newModule,
    ownModule: modules[0].details.id as string,
    newField,
    made,
    vendorField: await made(),
    field: fields[0].id as string,
    list: related_lists[0].id as string,
    layout: stage.id(91_055),
    view: stage.id(87_501),
    leads: stage.id(2_175),
    nobody: stage.id(999_999_999_999),
  };
}

const labelled = (field_label: string) => ({ body: { fields: [{ field_label }] } });
const future = { 'If-Modified-Since': '2030-01-01T00:00:00+00:00' };
const module = (name: string) => ({ module: name });
const of = (name: string) => ({ query: module(name) });
const noSuchModule = ['INVALID_MODULE', of('Nope')] as const;

export const modules = area('modules.json', setUp, {
  'GET settings/modules': [
    [200, {}],
    [200, { query: { status: 'visible,user_hidden,system_hidden,scheduled_for_deletion' } }],
    [304, { headers: future }],
    ['PATTERN_NOT_MATCHED', { query: { status: 'nope' } }],
  ],
  'POST settings/modules': [
    [201, ({ newModule }) => newModule()],
    [201, ({ newModule }) => newModule({ display_field: { field_label: 'Title', data_type: 'text' } })],
    ['MANDATORY_NOT_FOUND', ({ newModule }) => newModule({ plural_label: undefined })],
    ['MANDATORY_NOT_FOUND', ({ newModule }) => newModule({ profiles: undefined })],
    ['DUPLICATE_DATA', ({ newModule }) => newModule({ plural_label: 'Leads' })],
    ['INVALID_DATA', ({ newModule, nobody }) => newModule({ profiles: [{ id: nobody }] })],
    ['INVALID_DATA', ({ newModule }) => newModule({ singular_label: 5 })],
    ['MANDATORY_NOT_FOUND', { body: {} }],
  ],
  'PUT settings/modules/{module}': [
    [
      200,
      ({ stage, ownModule }) => ({
        at: { module: ownModule },
        body: { modules: [{ plural_label: stage.fresh('Plural') }] },
      }),
    ],
    ['INVALID_MODULE', { at: { module: 'Nope' }, body: { modules: [{ plural_label: 'x' }] } }],
    [
      'DUPLICATE_DATA',
      ({ ownModule }) => ({ at: { module: ownModule }, body: { modules: [{ plural_label: 'Leads' }] } }),
    ],
    ['MANDATORY_NOT_FOUND', ({ ownModule }) => ({ at: { module: ownModule }, body: {} })],
  ],
  'GET settings/modules/{module}': [
    [200, { at: { module: 'Leads' } }],
    [200, { at: { module: 'Quoted_Items' } }],
    [200, ({ leads }) => ({ at: { module: leads } })],
    [204, { at: { module: 'Reports' } }],
    ['INVALID_MODULE', { at: { module: 'Nope' } }],
    ['INVALID_MODULE', ({ nobody }) => ({ at: { module: nobody } })],
  ],
});

export const fields = area('fields.json', setUp, {
  'GET settings/fields': [
    [200, of('Leads')],
    [200, of('Quotes')],
    [200, ({ layout }) => ({ query: { ...module('Leads'), layout_id: layout, type: 'all' } })],
    [200, { query: { ...module('Leads'), include: 'allowed_permissions_to_update' } }],
    [204, { query: { ...module('Leads'), type: 'unused' } }],
    noSuchModule,
    ['INVALID_DATA', ({ nobody }) => ({ query: { ...module('Leads'), layout_id: nobody } })],
  ],
  'POST settings/fields': [
    [201, ({ newField }) => newField()],
    [
      201,
      ({ newField }) =>
        newField(
          { data_type: 'picklist', pick_list_values: [{ display_value: 'Red', actual_value: 'r' }] },
          { data_type: 'currency', decimal_place: 2 },
          { data_type: 'fileupload', length: 1 },
        ),
    ],
    [207, ({ newField }) => newField({}, { field_label: 'Email' })],
    ['MANDATORY_NOT_FOUND', ({ newField }) => newField({ field_label: undefined })],
    ['MANDATORY_NOT_FOUND', ({ newField }) => newField({ data_type: undefined })],
    ['DUPLICATE_DATA', ({ newField }) => newField({ field_label: 'Email' })],
    ['INVALID_DATA', ({ newField }) => newField({ data_type: 'no_such_type' })],
    ['INVALID_DATA', ({ newField }) => newField({ length: 300 })],
    ['MANDATORY_NOT_FOUND', { ...of('Vendors'), body: {} }],
  ],
  'PATCH settings/fields/{field}': [
    [
      200,
      ({ stage, vendorField }) => ({ ...of('Vendors'), at: { field: vendorField }, ...labelled(stage.fresh('Label')) }),
    ],
    ['DUPLICATE_DATA', ({ vendorField }) => ({ ...of('Vendors'), at: { field: vendorField }, ...labelled('Email') })],
    ['INVALID_DATA', ({ nobody }) => ({ ...of('Vendors'), at: { field: nobody }, ...labelled('x') })],
    ['MANDATORY_NOT_FOUND', ({ vendorField }) => ({ ...of('Vendors'), at: { field: vendorField }, body: {} })],
  ],
  'DELETE settings/fields/{field}': [
    [200, async ({ made }) => ({ ...of('Vendors'), at: { field: await made() } })],
    ['INVALID_DATA', ({ nobody }) => ({ ...of('Vendors'), at: { field: nobody } })],
    ['CANNOT_PROCESS', ({ field }) => ({ ...of('Leads'), at: { field } })],
  ],
  'GET settings/fields/{field}': [
    [200, ({ field }) => ({ at: { field }, ...of('Leads') })],
    ['INVALID_DATA', ({ field }) => ({ at: { field }, ...of('Deals') })],
    ['INVALID_DATA', ({ nobody }) => ({ at: { field: nobody }, ...of('Leads') })],
    ['INVALID_DATA', { at: { field: 'abc' }, ...of('Leads') }],
    ['INVALID_MODULE', ({ field }) => ({ at: { field }, ...of('Nope') })],
  ],
});

export const relatedLists = area('related_lists.json', setUp, {
  'GET settings/related_lists': [
    [200, of('Leads')],
    [200, ({ layout }) => ({ query: { ...module('Leads'), layout_id: layout } })],
    noSuchModule,
    ['INVALID_DATA', ({ nobody }) => ({ query: { ...module('Leads'), layout_id: nobody } })],
  ],
  'GET settings/related_lists/{related_list}': [
    [200, ({ list }) => ({ at: { related_list: list }, ...of('Leads') })],
    ['INVALID_DATA', ({ nobody }) => ({ at: { related_list: nobody }, ...of('Leads') })],
    ['INVALID_MODULE', ({ list }) => ({ at: { related_list: list }, ...of('Nope') })],
  ],
});

export const customViews = area('custom_views.json', setUp, {
  'GET settings/custom_views': [
    [200, of('Leads')],
    [200, { query: { ...module('Deals'), page: '1', per_page: '1' } }],
    [204, { query: { ...module('Leads'), page: '90' } }],
    noSuchModule,
  ],
  'GET settings/custom_views/{cv}': [
    [200, ({ view }) => ({ at: { cv: view }, ...of('Leads') })],
    ['INVALID_DATA', ({ view }) => ({ at: { cv: view }, ...of('Deals') })],
    ['INVALID_DATA', ({ nobody }) => ({ at: { cv: nobody }, ...of('Leads') })],
    ['INVALID_DATA', { at: { cv: 'abc' }, ...of('Leads') }],
  ],
});

export const features = area('features.json', setUp, {
  'GET __features': [
    [200, {}],
    [200, { query: { api_names: 'tags,user_licenses', per_page: '1' } }],
    [200, of('Leads')],
    [204, { query: { page: '90' } }],
    noSuchModule,
  ],
  'GET __features/{feature}': [
    [200, { at: { feature: 'user_licenses' } }],
    ['INVALID_DATA', { at: { feature: 'nope' } }],
  ],
});

export const organization = area('org.json', setUp, {
  'GET org': [
    [200, {}],
    [200, of('undefined')],
    ['INVALID_TOKEN 401', { token: '1000.nobody.nobody' }],
  ],
});
