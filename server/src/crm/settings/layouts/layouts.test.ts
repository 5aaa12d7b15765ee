import { afterAll, expect, test } from 'vitest';
import { systemRandom } from '../../../foundation/random.ts';
import { internalCall } from '../../jobs/job-call.ts';
import { type CallOptions, startCrm } from '../../testing/crm-platform.ts';
import { createLayout } from './write-layouts.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const call = (method: string, path: string, options: CallOptions = {}) => crm.call(method, `/crm/v8/${path}`, options);
const [invalid, missing, refused] = ['INVALID_DATA', 'MANDATORY_NOT_FOUND', 'CANNOT_PROCESS'];
const query = { module: 'Leads' };
const path = 'settings/layouts';

const define = async (definition: unknown): Promise<string> => {
  const space = await crm.store.spaces.get(crm.organization.organizationId, 'production');
  const operator = space?.contents.users[0];
  if (!space || !operator) throw new Error('the organization is not there');
  return createLayout(internalCall(crm.store, systemRandom, space, operator, crm.clock.nowMs()), definition);
};
const get = async (id: string) => (await call('GET', `${path}/${id}`, { query })).json.layouts[0];
const patch = async (id: string, layout: unknown, options: CallOptions = {}) => {
  const { status, json } = await call('PATCH', `${path}/${id}`, { query, body: { layouts: [layout] }, ...options });
  return [status, json.layouts?.[0].code ?? json.code];
};
const [standard] = (await call('GET', path, { query })).json.layouts;
const fieldsOf = (layout: { sections: { fields: { api_name: string }[] }[] }) =>
  layout.sections.map(({ fields }) => fields.map(({ api_name }) => api_name));
const lead = async (more: object = {}) => {
  const body = { data: [{ Last_Name: 'x', Company: 'c', ...more }] };
  const { json } = await call('POST', 'Leads', { body });
  return json.data[0].details.id ?? json.data[0];
};
const layoutOf = async (id: string) => (await call('GET', `Leads/${id}`)).json.data[0].Layout;

test('layouts are defined as copies of the standard one, and changed', async () => {
  for (const [definition, code] of [
    [7, invalid],
    [{ module: 'Leads' }, missing],
    [{ name: 'x', module: 'Nothing' }, 'INVALID_MODULE'],
    [{ name: 'standard', module: 'Leads' }, 'DUPLICATE_DATA'],
    [{ name: 'x', module: 'Leads', profiles: [] }, missing],
    [{ name: 'x', module: 'Leads', profiles: [{ id: '1' }] }, invalid],
  ] as const) {
    const failure = (await define(definition).catch((error: unknown) => error)) as { body?: { code: string } };
    expect(failure.body?.code, JSON.stringify(definition)).toBe(code);
  }
  const id = await define({ name: 'Partners', module: 'Leads' });
  const first = await get(id);
  expect(first).toMatchObject({ name: 'Partners', api_name: 'Partners', status: 'active', generated_type: 'custom' });
  expect(fieldsOf(first)).toEqual(fieldsOf(standard));

  const [information, address] = first.sections;
  for (const [layout, code] of [
    [7, invalid],
    [{ id: '1' }, invalid],
    [{ name: 'Standard' }, 'DUPLICATE_DATA'],
    [{ profiles: 7 }, invalid],
    [{ sections: 7 }, invalid],
    [{ sections: [7] }, invalid],
    [{ sections: [{}] }, missing],
    [{ sections: [{ id: '1' }] }, invalid],
    [{ sections: [{ api_name: 'Nothing' }] }, invalid],
    [{ sections: [{ id: information.id, display_label: address.display_label }] }, 'DUPLICATE_DATA'],
    [{ sections: [{ id: information.id, column_count: 3 }] }, invalid],
    [{ sections: [{ id: information.id, _delete: { permanent: true } }] }, refused],
    [{ sections: [{ id: information.id, fields: [{}] }] }, missing],
    [{ sections: [{ id: information.id, fields: [{ api_name: 'Nothing' }] }] }, invalid],
    [{ sections: [{ id: information.id, fields: [{ id: '1' }] }] }, invalid],
    [{ sections: [{ id: information.id, fields: [{ api_name: 'Last_Name', required: false }] }] }, refused],
    [{ sections: [{ id: information.id, fields: [{ api_name: 'Last_Name', _delete: true }] }] }, refused],
  ] as const) {
    expect(await patch(id, layout), JSON.stringify(layout)).toEqual([400, code]);
  }
  expect(await get(id)).toEqual(first);
  const done = await patch(id, {
    display_label: 'Partner leads',
    sections: [
      { id: address.id, _delete: { permanent: false } },
      {
        ...{ display_label: 'First of all', sequence_number: 1, column_count: 1 },
        fields: [
          { api_name: 'Phone', required: true },
          { api_name: 'Email', sequence_number: 1 },
        ],
      },
      { api_name: information.api_name, display_label: 'About', fields: [{ api_name: 'Fax', _delete: true }] },
    ],
  });
  expect(done).toEqual([200, 'SUCCESS']);
  const changed = await get(id);
  expect(changed.name).toBe('Partner leads');
  expect(changed.sections.slice(0, 2)).toMatchObject([
    {
      ...{ display_label: 'First of all', column_count: 1, sequence_number: 1 },
      fields: [
        { api_name: 'Email', required: false, sequence_number: 1 },
        { api_name: 'Phone', required: true, sequence_number: 2 },
      ],
    },
    { id: information.id, display_label: 'About' },
  ]);
  const all = fieldsOf(changed).flat();
  for (const gone of ['Fax', 'Street', 'City']) expect(all).not.toContain(gone);
  expect(new Set(all).size).toBe(all.length);
  const listed = async (more: Record<string, string>) =>
    (await call('GET', 'settings/fields', { query: { ...query, ...more } })).json.fields;
  const fields = await listed({});
  const names = async (type: string) =>
    (await listed({ layout_id: id, type })).map(({ api_name }: { api_name: string }) => api_name);
  expect(await names('used')).not.toContain('Fax');
  expect(await names('unused')).toContain('Fax');
  expect(await names('all')).toHaveLength(fields.length);
  const associations = (name: string) =>
    fields
      .find(({ api_name }: { api_name: string }) => api_name === name)
      .layout_associations.map((each: { id: string }) => each.id);
  expect([associations('Fax'), associations('Phone')]).toEqual([[standard.id], [standard.id, id]]);
  expect((await call('GET', 'settings/modules/Leads')).json.modules[0].layouts).toHaveLength(2);

  // A field that is newer than the layout has its place, too.
  const made = { field_label: 'Newer', data_type: 'text' };
  await call('POST', 'settings/fields', { query, body: { fields: [made] } });
  expect(fieldsOf(await get(id)).flat()).toContain('Newer');
  expect(await patch(standard.id, { sections: [{ display_label: 'More', fields: [{ api_name: 'Fax' }] }] })).toEqual([
    ...[200, 'SUCCESS'],
  ]);
  expect(fieldsOf(await get(standard.id)).at(-1)).toEqual(['Fax']);
  for (const layout of [{ name: 'Other' }, { profiles: [{ id: standard.profiles[0].id }] }]) {
    expect(await patch(standard.id, layout)).toEqual([400, refused]);
  }
  const { token } = await crm.userWithout('Crm_Implied_Manage_Customization');
  expect(await patch(id, { name: 'x' }, { token })).toEqual([403, 'NO_PERMISSION']);
});

test('records carry their layout, and follow when it goes', async () => {
  const [one, two] = [
    await define({ name: 'One', module: 'Leads' }),
    await define({ name: 'Two', module: 'Leads', profiles: [{ id: standard.profiles[0].id }] }),
  ];
  await patch(one, { sections: [{ api_name: 'Lead_Information', fields: [{ api_name: 'Phone', required: true }] }] });
  expect(await layoutOf(await lead())).toEqual({ name: 'Standard', display_label: 'Standard', id: standard.id });
  expect(await lead({ Layout: { id: one } })).toMatchObject({ code: missing, details: { api_name: 'Phone' } });
  expect(await lead({ Layout: { id: '1' } })).toMatchObject({ code: invalid, details: { api_name: 'Layout' } });
  const [first, second] = [await lead({ Layout: { id: one }, Phone: '1' }), await lead({ Layout: { name: 'Two' } })];
  expect((await layoutOf(first)).id).toBe(one);
  expect((await layoutOf(second)).name).toBe('Two');
  const put = async (id: string, Layout: object, token = crm.token) =>
    (await call('PUT', `Leads/${id}`, { body: { data: [{ Layout }] }, token })).json.data[0].code;
  expect(await put(second, { id: standard.id })).toBe('SUCCESS');
  expect((await layoutOf(second)).id).toBe(standard.id);
  expect(await put(second, { id: two })).toBe('SUCCESS');
  const clone = await call('POST', `Leads/${second}/actions/clone`, { body: {} });
  expect((await layoutOf(clone.json.data[0].details.id)).id).toBe(two);
  const stranger = await crm.userWithout();
  expect(await put(second, { id: two }, stranger.token)).toBe(invalid);
  const timeline = await call('GET', `Leads/${second}/__timeline`);
  expect(timeline.status).toBe(200);

  // What belongs to a module is there by each of its layouts.
  const deals = await define({ name: 'Big', module: 'Deals' });
  const pipelines = (layout_id: string) => call('GET', 'settings/pipeline', { query: { layout_id } });
  expect([(await pipelines(deals)).status, (await pipelines(one)).status]).toEqual([200, 400]);
  expect((await call('GET', `${path}/${one}/map_dependency`, { query })).status).toBe(204);
  expect((await call('GET', `${path}/${deals}/map_dependency`, { query })).status).toBe(400);

  // No record is written: it is in the other layout because the other one has its key.
  const before = (await call('GET', `Leads/${first}`)).json.data[0].Modified_Time;
  const leave = async (method: string, where: string, transfer_to?: string) => {
    const { status, json } = await call(method, `${path}/${where}`, {
      query: { ...query, ...(transfer_to === undefined ? {} : { transfer_to }) },
    });
    return [status, json.layouts?.[0].code ?? json.code];
  };
  expect(await leave('DELETE', standard.id, one)).toEqual([400, refused]);
  expect(await leave('DELETE', one)).toEqual([400, 'REQUIRED_PARAM_MISSING']);
  for (const heir of [one, '1', 'x']) expect(await leave('DELETE', one, heir)).toEqual([400, invalid]);
  expect(await leave('DELETE', `${one}/actions/activate`, two)).toEqual([200, 'SUCCESS']);
  expect((await get(one)).status).toBe('inactive');
  expect((await layoutOf(first)).id).toBe(two);
  expect((await call('GET', `Leads/${first}`)).json.data[0].Modified_Time).toBe(before);
  expect(await put(first, { id: one })).toBe(invalid);
  expect(await leave('DELETE', two, one)).toEqual([400, invalid]);
  expect((await call('POST', `${path}/${one}/actions/activate`, { query })).status).toBe(200);
  // Those that went do not come back by themselves.
  expect((await layoutOf(first)).id).toBe(two);
  const third = await lead({ Layout: { id: one }, Phone: '1' });
  expect(await leave('DELETE', two, one)).toEqual([200, 'SUCCESS']);
  for (const each of [first, second, third]) expect((await layoutOf(each)).id).toBe(one);
  expect(await leave('DELETE', one, standard.id)).toEqual([200, 'SUCCESS']);
  for (const each of [first, second, third]) expect((await layoutOf(each)).id).toBe(standard.id);
  expect(await leave('DELETE', one, standard.id)).toEqual([400, invalid]);
  const activate = (layout: unknown, id = standard.id) =>
    call('POST', `${path}/${id}/actions/activate`, { query, body: { layouts: [layout] } });
  for (const layout of [7, { profiles: [] }, { profiles: [{ id: '1' }] }]) {
    expect((await activate(layout)).status, JSON.stringify(layout)).toBe(400);
  }
});
