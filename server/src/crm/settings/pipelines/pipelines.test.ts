import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { layoutId } from '../../kernel/ids.ts';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);

const dataSpace = crm.organization.environments[0]?.idPrefix as number;
const theirs = crm.neighbour.environments[0]?.idPrefix as number;
const theirToken = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
const path = 'settings/pipeline';
const query = { layout_id: layoutId(dataSpace, 2181) };
const stages = new Map<string, string>();

const list = async () => (await call('GET', path, { query })).json.pipeline;
const maps = (...names: string[]) => names.map((name, index) => ({ id: stages.get(name), sequence_number: index + 1 }));
const make = async (display_value: string, ...names: string[]): Promise<string> => {
  const body = { pipeline: [{ display_value, maps: maps(...names) }] };
  const answer = await call('POST', path, { query, body });
  expect(answer.status, answer.text).toBe(201);
  return answer.json.pipeline[0].details.id;
};
const put = (id: string, item: object) => call('PUT', `${path}/${id}`, { query, body: { pipeline: [item] } });
const names = (of: { maps: { actual_value: string }[] }) => of.maps.map(({ actual_value }) => actual_value);
const read = async (id: string) => (await call('GET', `Deals/${id}`)).json.data[0];
const deal = { Deal_Name: 'd', Stage: 'Qualification' };

beforeAll(async () => {
  const [standard] = await list();
  for (const stage of standard.maps) stages.set(stage.actual_value, stage.id);
});

describe('settings', () => {
  test('an organization begins with one, with all stages', async () => {
    const { json } = await call('GET', path, {
      token: theirToken,
      query: { layout_id: layoutId(theirs, 2181) },
    });
    expect(json.pipeline).toHaveLength(1);
    expect(json.pipeline[0]).toMatchObject({ display_value: 'Standard (Standard)', default: true });
    expect(json.pipeline[0].maps).toHaveLength(9);
    expect(json.pipeline[0].maps[6]).toMatchObject({
      actual_value: 'Closed Won',
      sequence_number: 7,
      forecast_type: 'Closed Won',
      forecast_category: { name: 'Closed' },
    });
    expect((await call('GET', `${path}/${json.pipeline[0].id}`, { query })).status).toBe(400);
  });

  test('are made, changed and deleted; the first one stays', async () => {
    const id = await make('Renewals', 'Closed Lost', 'Qualification', 'Closed Won');
    expect(names((await list()).find((each: { id: string }) => each.id === id))).toEqual([
      'Closed Lost',
      'Qualification',
      'Closed Won',
    ]);
    expect((await list()).map(({ display_value }: { display_value: string }) => display_value)).toEqual([
      'Standard (Standard)',
      'Renewals',
    ]);
    const changed = await put(id, {
      display_value: 'Extensions',
      maps: [{ id: stages.get('Closed Lost'), _delete: null }, ...maps('Needs Analysis')],
    });
    expect(changed.json.pipeline[0]).toMatchObject({ message: 'Pipeline updated', details: { id } });
    const { json } = await call('GET', `${path}/${id}`, { query });
    expect(json.pipeline[0]).toMatchObject({ display_value: 'Extensions', actual_value: 'Renewals', default: false });
    expect(names(json.pipeline[0])).toEqual(['Needs Analysis', 'Qualification', 'Closed Won']);
    await put(id, { default: true });
    expect((await list()).map(({ default: isDefault }: { default: boolean }) => isDefault)).toEqual([false, true]);
    const [standard] = await list();
    expect((await put(id, { _delete: { permanent: false } })).json.pipeline[0].code).toBe('CANNOT_PROCESS');
    await put(standard.id, { default: true });
    const gone = await call('PATCH', `${path}/${id}`, {
      query,
      body: { pipeline: [{ _delete: { permanent: true } }] },
    });
    expect(gone.json.pipeline[0].message).toBe('Pipeline deleted');
    expect((await call('GET', `${path}/${id}`, { query })).json.details).toEqual({ resource_path_index: 2 });
  });

  test('of many at once', async () => {
    const id = await make('Many', 'Qualification');
    const answer = await call('PUT', path, {
      query,
      body: { pipeline: [{ id, display_value: 'More' }, { id: '1' }, {}, 7] },
    });
    expect([answer.status, answer.json.pipeline.map(({ code }: { code: string }) => code)]).toEqual([
      207,
      ['SUCCESS', 'INVALID_DATA', 'MANDATORY_NOT_FOUND', 'MANDATORY_NOT_FOUND'],
    ]);
  });

  test.each<[string, object, string, string]>([
    ['no name', { display_value: null }, 'MANDATORY_NOT_FOUND', 'display_value'],
    ['a name that is taken', { display_value: 'standard (STANDARD)' }, 'DUPLICATE_DATA', 'display_value'],
    ['a number for a name', { display_value: 7 }, 'INVALID_DATA', 'display_value'],
    ['a text for a boolean', { default: 'yes' }, 'INVALID_DATA', 'default'],
    ['no stages', { maps: undefined }, 'MANDATORY_NOT_FOUND', 'maps'],
    ['an empty list of stages', { maps: [] }, 'MANDATORY_NOT_FOUND', 'maps'],
    ['stages that are no list', { maps: {} }, 'INVALID_DATA', 'maps'],
    ['an unknown stage', { maps: [{ id: '1' }] }, 'INVALID_DATA', 'maps[0].id'],
    ['a stage without id', { maps: [{ sequence_number: 1 }] }, 'MANDATORY_NOT_FOUND', 'maps[0].id'],
  ])('%s is refused', async (_, item, code, at) => {
    const body = { pipeline: [{ display_value: 'Bad', maps: maps('Qualification'), ...item }] };
    const { status, json } = await call('POST', path, { query, body });
    expect([status, json.pipeline[0].code, json.pipeline[0].details.json_path]).toEqual([
      400,
      code,
      `$.pipeline[0].${at}`,
    ]);
  });

  test('a stage twice, or at no place', async () => {
    const [id] = [stages.get('Qualification')];
    const twice = await call('POST', path, {
      query,
      body: { pipeline: [{ display_value: 'B', maps: [{ id }, { id }] }] },
    });
    expect(twice.json.pipeline[0]).toMatchObject({
      code: 'DUPLICATE_DATA',
      details: { json_path: '$.pipeline[0].maps[1].id' },
    });
    const nowhere = [{ id, sequence_number: 'x' }];
    const place = await call('POST', path, { query, body: { pipeline: [{ display_value: 'B', maps: nowhere }] } });
    expect(place.json.pipeline[0].details.expected_data_type).toBe('integer');
  });

  test('every call names the layout of deals', async () => {
    for (const [method, where] of [
      ['GET', path],
      ['GET', `${path}/1`],
      ['POST', path],
      ['PUT', path],
      ['POST', `${path}/actions/transfer`],
    ] as const) {
      const none = await call(method, where, { body: {} });
      expect([none.status, none.json.code, none.json.details.param_name]).toEqual([
        400,
        'REQUIRED_PARAM_MISSING',
        'layout_id',
      ]);
      for (const layout_id of ['x', '1', layoutId(dataSpace, 2175), layoutId(theirs, 2181)]) {
        const wrong = await call(method, where, { query: { layout_id }, body: {} });
        expect([wrong.status, wrong.json.code]).toEqual([400, 'INVALID_DATA']);
      }
    }
  });

  test('are for administrators to change', async () => {
    const [seller] = await crm.addUser('Seller');
    const [row] = await crm.database.query<{ zuid: string }>({
      text: 'SELECT zuid FROM crm_user WHERE user_id = $1',
      values: [seller?.userId],
    });
    crm.store.spaces.forget(dataSpace);
    const token = crm.tokenFor(crm.organization.organizationId, row?.zuid as string);
    for (const [method, where] of [
      ['POST', path],
      ['PUT', path],
      ['POST', `${path}/actions/transfer`],
    ] as const) {
      const { status, json } = await call(method, where, { token, query, body: {} });
      expect([status, json.details.permissions]).toEqual([403, ['Crm_Implied_Manage_Pipelines']]);
    }
    expect((await call('GET', path, { token, query })).status).toBe(200);
  });

  test('metadata of deals names them', async () => {
    await make('Shown', 'Closed Won');
    const { json } = await call('GET', 'settings/layouts', { query: { module: 'Deals' } });
    const fields = json.layouts[0].sections.flatMap((section: { fields: object[] }) => section.fields);
    const find = (name: string) =>
      fields.find(({ api_name }: { api_name: string }) => api_name === name).pick_list_values;
    const shown = (values: { display_value: string }[]) => values.map(({ display_value }) => display_value);
    expect(shown(find('Pipeline'))).toEqual(expect.arrayContaining(['Standard (Standard)', 'Shown']));
    const maps = find('Stage').map((stage: { actual_value: string; maps: { pick_list_values: [] }[] }) => [
      stage.actual_value,
      shown(stage.maps[0]?.pick_list_values ?? []).includes('Shown'),
    ]);
    expect(maps.filter(([, isIn]: [string, boolean]) => isIn)).toEqual([['Closed Won', true]]);
  });
});

describe('deals', () => {
  test('go where their stage is, and their stage must be where they go', async () => {
    const name = 'Won only';
    await make(name, 'Closed Won');
    const id = await one('Deals', deal);
    expect(await read(id)).toMatchObject({ Pipeline: 'Standard (Standard)', Stage: 'Qualification' });
    const won = await one('Deals', { ...deal, Stage: 'Closed Won', Pipeline: 'won ONLY' });
    expect(await read(won)).toMatchObject({ Pipeline: name, Probability: 100 });
    expect(await read(await one('Deals', { ...deal, Pipeline: 'Standard' }))).toMatchObject({
      Pipeline: 'Standard (Standard)',
    });
    expect((await read(await one('Deals', { ...deal, Stage: 'Own stage' }))).Pipeline).toBeNull();
    const refused = [
      [{ id, Pipeline: name }, 'MAPPING_MISMATCH', 'Stage'],
      [{ id: won, Stage: 'Qualification' }, 'MAPPING_MISMATCH', 'Stage'],
      [{ id, Pipeline: 'Nope' }, 'INVALID_DATA', 'Pipeline'],
    ] as const;
    for (const [item, code, field] of refused) {
      const { status, json } = await call('PUT', 'Deals', { body: { data: [item] } });
      expect([status, json.data[0].code, json.data[0].details.json_path]).toEqual([400, code, `$.data[0].${field}`]);
    }
    const mismatch = await call('POST', 'Deals', { body: { data: [{ ...deal, Pipeline: name }] } });
    expect(mismatch.json.data[0]).toMatchObject({
      message: 'Pipeline doesn`t contain the Stage',
      details: { mapped_field: { api_name: 'Pipeline', json_path: '$.data[0].Pipeline' }, api_name: 'Stage' },
    });
    // What the request does not name is no reason to refuse it.
    await call(
      'PUT',
      `${path}/${(await list()).find((each: { display_value: string }) => each.display_value === name).id}`,
      {
        query,
        body: { pipeline: [{ maps: [{ id: stages.get('Closed Won'), _delete: null }, ...maps('Closed Lost')] }] },
      },
    );
    expect((await call('PUT', 'Deals', { body: { data: [{ id: won, Amount: 5 }] } })).status).toBe(200);
  });

  test('of a conversion obey it too', async () => {
    await make('Converted', 'Needs Analysis');
    const lead = await one('Leads', { Last_Name: 'x', Company: 'Pipeline Ltd' });
    const convert = (Stage: string) =>
      call('POST', `Leads/${lead}/actions/convert`, {
        body: { data: [{ Deals: { ...deal, Stage, Pipeline: 'Converted' } }] },
      });
    expect((await convert('Qualification')).json.data[0]).toMatchObject({
      code: 'MAPPING_MISMATCH',
      details: { json_path: '$.data[0].Deals.Stage', mapped_field: { json_path: '$.data[0].Deals.Pipeline' } },
    });
    expect((await convert('Needs Analysis')).status).toBe(200);
  });

  test('move to another pipeline, which then is gone', async () => {
    const from = await make('Old', 'Qualification', 'Needs Analysis', 'Closed Won');
    const to = await make('New', 'Qualification', 'Value Proposition', 'Closed Lost');
    const inside = { Pipeline: 'Old' };
    const same = await one('Deals', { ...deal, ...inside });
    const other = await one('Deals', { ...deal, ...inside, Stage: 'Needs Analysis' });
    const elsewhere = await one('Deals', deal);
    expect((await put(from, { _delete: null })).json.pipeline[0].code).toBe('CANNOT_PROCESS');
    const pair = (a: string, b: string) => ({ from: stages.get(a), to: stages.get(b) });
    const transfer = (item: object) =>
      call('POST', `${path}/actions/transfer`, { query, body: { transfer_pipeline: [item] } });
    const bad: [object, string, string][] = [
      [{ stages: [] }, 'MANDATORY_NOT_FOUND', 'pipeline'],
      [{ pipeline: { from, to } }, 'MANDATORY_NOT_FOUND', 'stages'],
      [{ pipeline: { from }, stages: [] }, 'MANDATORY_NOT_FOUND', 'pipeline.to'],
      [{ pipeline: { from, to: from }, stages: [] }, 'INVALID_DATA', 'pipeline.to'],
      [{ pipeline: { from: '1', to }, stages: [] }, 'INVALID_DATA', 'pipeline.from'],
      [{ pipeline: { from, to }, stages: 'x' }, 'INVALID_DATA', 'stages'],
      [{ pipeline: { from, to }, stages: [pair('Closed Lost', 'Qualification')] }, 'INVALID_DATA', 'stages[0].from'],
      [{ pipeline: { from, to }, stages: [{}] }, 'MANDATORY_NOT_FOUND', 'stages[0].from'],
      [{ pipeline: { from, to }, stages: [] }, 'MAPPING_MISMATCH', 'stages'],
    ];
    for (const [item, code, at] of bad) {
      const { json } = await transfer(item);
      const { code: came, details } = json.transfer_pipeline[0];
      expect([came, details.json_path]).toEqual([code, `$.transfer_pipeline[0].${at}`]);
    }
    const asked = await transfer({
      pipeline: { from, to },
      stages: [pair('Needs Analysis', 'Value Proposition'), pair('Closed Won', 'Closed Lost')],
    });
    expect(asked.json.transfer_pipeline[0]).toMatchObject({
      message: 'transfer pipeline scheduled successfully',
      details: { job_id: expect.stringMatching(/^\d+$/) },
    });
    // Nobody comes in any more.
    expect((await call('POST', 'Deals', { body: { data: [{ ...deal, ...inside }] } })).status).toBe(400);
    await expect.poll(async () => (await call('GET', `${path}/${from}`, { query })).status).toBe(400);
    expect(await read(same)).toMatchObject({ Pipeline: 'New', Stage: 'Qualification', Probability: 10 });
    expect(await read(other)).toMatchObject({ Pipeline: 'New', Stage: 'Value Proposition', Probability: 40 });
    expect(await read(elsewhere)).toMatchObject({ Pipeline: 'Standard (Standard)' });
    const history = await call('GET', `Deals/${other}/__timeline`);
    expect(history.json.__timeline[0].field_history.map(({ api_name }: { api_name: string }) => api_name)).toContain(
      'Pipeline',
    );
  });

  test('pipelines of others are unknown', async () => {
    const id = await make('Ours', 'Qualification');
    const options = { token: theirToken, query: { layout_id: layoutId(theirs, 2181) } };
    expect((await call('GET', `${path}/${id}`, options)).status).toBe(400);
    const body = { pipeline: [{ id, display_value: 'Theirs' }] };
    expect((await call('PUT', path, { ...options, body })).status).toBe(400);
    const transfer = { transfer_pipeline: [{ pipeline: { from: id, to: id }, stages: [] }] };
    expect((await call('POST', `${path}/actions/transfer`, { ...options, body: transfer })).status).toBe(400);
    const foreign = await call('POST', 'Deals', { token: theirToken, body: { data: [{ ...deal, Pipeline: 'Ours' }] } });
    expect(foreign.json.data[0].code).toBe('INVALID_DATA');
  });
});
