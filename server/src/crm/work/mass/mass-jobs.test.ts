import { afterAll, describe, expect, test } from 'vitest';
import { until } from '../../../testing/platform-process.ts';
import { checkedCalls } from '../../testing/checked-call.ts';
import { type Answer, startCrm } from '../../testing/crm-platform.ts';
import { settleRecords } from '../../testing/settle-records.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, create, one } = checkedCalls(crm);
const prefix = crm.organization.environments[0]?.idPrefix as number;
const viewsOf = async (module: string): Promise<Record<string, string>> => {
  const { json } = await call('GET', 'settings/custom_views', { query: { module } });
  return Object.fromEntries(json.custom_views.map((view: { name: string; id: string }) => [view.name, view.id]));
};
const views = {
  ...(await viewsOf('Leads')),
  ...(await viewsOf('Accounts')),
  ...(await viewsOf('Deals')),
  ...(await viewsOf('Contacts')),
};
const schedule = (module: string, action: string, body: object): Promise<Answer> =>
  call('POST', `${module}/actions/${action}`, { body });
const scheduled = async (module: string, action: string, body: object): Promise<string> => {
  const answer = await schedule(module, action, body);
  expect(answer.status, answer.text).toBe(200);
  return answer.json.data[0].details.job_id;
};
const status = async (module: string, action: string, job_id: string) =>
  (await call('GET', `${module}/actions/${action}`, { query: { job_id } })).json.data[0];
const ended = async (module: string, action: string, id: string) => {
  const over = async () => ['COMPLETED', 'FAILED'].includes((await status(module, action, id)).Status);
  await until(over, `${action} is done`, 30);
  return status(module, action, id);
};
const insertMany = (module: string, count: number) =>
  Promise.all(
    Array.from({ length: Math.ceil(count / 100) }, (_, part) =>
      create(
        module,
        ...Array.from({ length: Math.min(100, count - part * 100) }, (_, i) => ({ Last_Name: `M${part}.${i}` })),
      ),
    ),
  );

test('a mass update gives all records of a view a value, once, whatever happens meanwhile', async () => {
  const ids = (await insertMany('Leads', 1_200)).flat().sort();
  const converted = await one('Leads', { Last_Name: 'converted', Company: 'C' });
  await call('POST', `Leads/${converted}/actions/convert`, { body: { data: [{}] } });
  const lock = (id: string) => call('POST', `Leads/${id}/Locking_Information__s`, { body: { data: [{}] } });
  await lock(ids[3] as string);
  // The second batch breaks off, when its records are written already.
  await crm.database.query({ text: 'CREATE SEQUENCE broken' });
  await crm.database.query({
    text: `CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF NEW.progress ->> 'done' = '1000' AND nextval('broken') = 1 THEN RAISE EXCEPTION 'power cut'; END IF;
             RETURN NEW; END $$`,
  });
  await crm.database.query({
    text: 'CREATE TRIGGER break_off BEFORE UPDATE ON crm_job FOR EACH ROW EXECUTE FUNCTION break_off()',
  });
  const cvid = views['All Leads'] as string;
  const id = await scheduled('Leads', 'mass_update', { data: [{ Lead_Source: 'Mass' }], cvid });
  const broken = {
    text: `SELECT 1 FROM crm_job WHERE job_id = $1 AND lease IS NULL AND progress ->> 'done' = '500'`,
    values: [id],
  };
  await until(async () => (await crm.database.query(broken)).length === 1, 'the job broke off');
  expect(await status('Leads', 'mass_update', id)).toEqual({
    Status: 'RUNNING',
    Failed_Count: 1,
    Updated_Count: 499,
    Not_Updated_Count: 0,
    Total_Count: 1_200,
  });

  // The reference has this code; the contract's list has not.
  const again = await crm.call('POST', '/crm/v8/Leads/actions/mass_update', {
    body: { data: [{ Lead_Source: 'Again' }], cvid },
  });
  expect([again.status, again.json.code]).toEqual([400, 'ALREADY_SCHEDULED']);
  await lock(ids[900] as string);
  await call('DELETE', 'Leads', { query: { ids: `${ids[1_100]},${ids[1_101]}` } });
  await one('Leads', { Last_Name: 'late' });

  crm.clock.advance(60);
  await crm.wakeWorkers();
  expect(await ended('Leads', 'mass_update', id)).toEqual({
    Status: 'COMPLETED',
    Failed_Count: 2,
    Updated_Count: 1_196,
    Not_Updated_Count: 2,
    Total_Count: 1_200,
  });
  const rows = await crm.database.query<{ versions: string; entries: string; count: string }>({
    text: `SELECT version AS versions, count(*),
                  (SELECT count(*) FROM crm_timeline WHERE action = 'updated' AND changes @> '[{"new": "Mass"}]') AS entries
           FROM crm_record WHERE module = 2175 AND data ->> 'Lead_Source' = 'Mass' GROUP BY version`,
  });
  expect(rows).toEqual([{ versions: 2, count: '1196', entries: '1196' }]);
  await crm.database.query({ text: 'DROP TRIGGER break_off ON crm_job' });
  const third = await scheduled('Leads', 'mass_update', { data: [{ Lead_Source: 'Third' }], cvid });
  expect(await ended('Leads', 'mass_update', third)).toMatchObject({ Total_Count: 1_199, Updated_Count: 1_197 });
});

test('a mass deletion moves the records of a view to the bin', async () => {
  const ids = await create('Accounts', { Account_Name: 'a' }, { Account_Name: 'b' }, { Account_Name: 'c' });
  await call('POST', `Accounts/${ids[1]}/Locking_Information__s`, { body: { data: [{}] } });
  const before = (await call('GET', 'Accounts/actions/count')).json.count;
  const job = await scheduled('Accounts', 'mass_delete', { cvid: views['All Accounts'] });
  expect(await ended('Accounts', 'mass_delete', job)).toEqual({
    Status: 'COMPLETED',
    Failed_Count: 1,
    Deleted_Count: before - 1,
    Total_Count: before,
  });
  expect((await call('GET', `Accounts/${ids[1]}`)).status).toBe(200);
  expect((await call('GET', `Accounts/${ids[0]}`)).status).toBe(404);
  const bin = await call('GET', 'Accounts/deleted', { query: { type: 'recycle' } });
  expect(bin.json.data.map((each: { id: string }) => each.id)).toContain(ids[0]);
});

test('a mass change of owner', async () => {
  const member = (await crm.addUser('Heir')).find(({ environment }) => environment === 'production')?.userId as string;
  crm.store.spaces.forget(prefix);
  const deals = await create(
    'Deals',
    { Deal_Name: 'd', Stage: 'Qualification' },
    { Deal_Name: 'e', Stage: 'Qualification' },
  );
  const body = { cvid: views['All Deals'], owner: { id: member } };
  const answer = await schedule('Deals', 'mass_change_owner', body);
  expect(answer.json.data[0].message).toBe('change owner is successfully scheduled');
  expect(await ended('Deals', 'mass_change_owner', answer.json.data[0].details.job_id)).toEqual({
    Status: 'COMPLETED',
    Failed_Count: 0,
    Updated_Count: 2,
    Not_Updated_Count: 0,
    Total_Count: 2,
  });
  expect((await call('GET', `Deals/${deals[0]}`)).json.data[0].Owner.id).toBe(member);
  expect((await schedule('Deals', 'mass_change_owner', { ...body, owner: { id: '1' } })).json.code).toBe(
    'INVALID_DATA',
  );
  expect((await schedule('Deals', 'mass_change_owner', { owner: { id: member } })).json.details.api_name).toBe('cvid');
  expect((await crm.call('POST', '/crm/v5/Deals/actions/mass_change_owner', { body })).json.code).toBe(
    'API_NOT_SUPPORTED',
  );
});

test('a territory leaves of a view what belongs to it', async () => {
  const top = (await call('GET', 'settings/territories')).json.territories[0].id;
  const make = async (name: string, above: string): Promise<string> => {
    const body = { territories: [{ name, reporting_to: { id: above } }] };
    return (await call('POST', 'settings/territories', { body })).json.territories[0].details.id;
  };
  const north = await make('North', top);
  const [within, below] = (await create(
    'Accounts',
    { Account_Name: 'in north' },
    { Account_Name: 'far north' },
    { Account_Name: 'south' },
  )) as [string, string];
  const places = [
    [within, north],
    [below, await make('Far north', north)],
  ] as const;
  for (const [id, territory] of places) {
    const body = { data: [{ Territories: [{ id: territory }] }] };
    expect((await call('POST', `Accounts/${id}/actions/assign_territories`, { body })).status).toBe(200);
  }
  const cvid = views['All Accounts'];
  const update = (territory: unknown) =>
    schedule('Accounts', 'mass_update', { data: [{ Industry: 'Mass' }], cvid, territory });
  const only = await update({ id: north });
  expect(await ended('Accounts', 'mass_update', only.json.data[0].details.job_id)).toMatchObject({ Updated_Count: 1 });
  const all = await update({ id: north, include_child: true });
  expect(await ended('Accounts', 'mass_update', all.json.data[0].details.job_id)).toMatchObject({ Updated_Count: 2 });
  for (const [territory, api_name] of [
    ['x', 'territory'],
    [{}, 'id'],
    [{ id: '1' }, 'id'],
    [{ id: north, include_child: 'yes' }, 'include_child'],
  ]) {
    const refused = await update(territory);
    expect([refused.status, refused.json.details.api_name]).toEqual([400, api_name]);
  }
});

test('records that others change at the same moment are changed by both', async () => {
  const ids = await create(
    'Deals',
    ...Array.from({ length: 60 }, (_, i) => ({ Deal_Name: `r${i}`, Stage: 'Qualification' })),
  );
  const job = await scheduled('Deals', 'mass_update', { data: [{ Lead_Source: 'Both' }], cvid: views['All Deals'] });
  const edits = await Promise.all(
    ids.map((id, index) =>
      index % 2 === 0
        ? call('PUT', 'Deals', {
            body: { data: ids.slice(index, index + 5).map((each) => ({ id: each, Amount: index })) },
          })
        : call('PUT', `Deals/${id}`, { body: { data: [{ Next_Step: 'x' }] } }),
    ),
  );
  expect(edits.map((edit) => edit.status).filter((each) => each !== 200)).toEqual([]);
  expect(await ended('Deals', 'mass_update', job)).toMatchObject({ Failed_Count: 0, Not_Updated_Count: 0 });
  const { json } = await call('GET', 'Deals', { query: { ids: ids.join(','), fields: 'Lead_Source,Amount' } });
  expect(
    json.data.every(
      (deal: { Lead_Source: string; Amount: number }) => deal.Lead_Source === 'Both' && deal.Amount !== null,
    ),
  ).toBe(true);
});

test('a view with more than fifty thousand records is refused', async () => {
  await crm.database.query({
    text: `INSERT INTO crm_record
           SELECT $1::integer, 2177, $1 * 1000000000000::bigint + 500000000 + i, 1, 'n', 1, 1, i, 1, i, i, false, '{}'
           FROM generate_series(1, 50001) AS i`,
    values: [prefix],
  });
  await settleRecords(crm.database);
  const open = { text: `SELECT 1 FROM crm_job WHERE operation = 'mass_delete' AND ended_at_ms IS NULL` };
  const refused = await schedule('Accounts', 'mass_delete', { cvid: views['All Accounts'] });
  expect([refused.status, refused.json.code, refused.json.details]).toEqual([
    400,
    'RECORD_COUNT_LIMIT_EXCEEDED',
    { limit: 50_000 },
  ]);
  expect(await crm.database.query(open)).toEqual([]);
  await crm.database.query({ text: 'DELETE FROM crm_record WHERE module = 2177' });
  await settleRecords(crm.database);
});

test('a view without records is done at once', async () => {
  const job = await scheduled('Accounts', 'mass_delete', { cvid: views['All Accounts'] });
  expect(await ended('Accounts', 'mass_delete', job)).toMatchObject({ Status: 'COMPLETED', Total_Count: 0 });
});

describe('refusals', () => {
  const cvid = views['All Leads'] as string;
  const data = [{ Lead_Source: 'x' }];

  test.each([
    ['mass_update', { data, cvid: '1' }, 'INVALID_DATA', { api_name: 'cvid' }],
    ['mass_update', { data, cvid: 'x' }, 'INVALID_DATA', { api_name: 'cvid' }],
    ['mass_update', { data, cvid: views['All Accounts'] }, 'INVALID_DATA', { api_name: 'cvid' }],
    ['mass_update', { data, cvid, ids: ['1'] }, 'AMBIGUITY_DURING_PROCESSING', {}],
    ['mass_update', { data, cvid, over_write: 'yes' }, 'INVALID_DATA', { api_name: 'over_write' }],
    ['mass_update', { data: [{ Annual_Revenue: 'much' }], cvid }, 'INVALID_DATA', { api_name: 'Annual_Revenue' }],
    ['mass_update', { data: [{ Owner: { id: '1' } }], cvid }, 'INVALID_DATA', { api_name: 'Owner' }],
    ['mass_update', { data: [{ Last_Name: null }], cvid }, 'MANDATORY_NOT_FOUND', { api_name: 'Last_Name' }],
    ['mass_update', { cvid }, 'MANDATORY_NOT_FOUND', { api_name: 'data' }],
    ['mass_delete', {}, 'MANDATORY_NOT_FOUND', { api_name: 'ids' }],
  ])('%s %o', async (action, body, code, details) => {
    const answer = await schedule('Leads', action, body);
    expect([answer.status, answer.json]).toMatchObject([400, { code, details }]);
  });

  test('a job is known to who may see it, in its module and by its kind', async () => {
    const job = await scheduled('Contacts', 'mass_delete', { cvid: views['My Contacts'] });
    const get = (path: string, token = crm.token) => call('GET', path, { token, query: { job_id: job } });
    expect((await get('Contacts/actions/mass_delete')).status).toBe(200);
    expect((await get('Leads/actions/mass_delete')).json.details).toEqual({ param_name: 'job_id' });
    expect((await get('Contacts/actions/mass_update')).json.code).toBe('INVALID_DATA');
    const neighbour = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
    expect((await get('Contacts/actions/mass_delete', neighbour)).json.code).toBe('INVALID_DATA');
    expect((await call('GET', 'Contacts/actions/mass_delete')).json.code).toBe('REQUIRED_PARAM_MISSING');
    expect((await call('GET', 'Contacts/actions/mass_delete', { query: { job_id: 'x' } })).json.code).toBe(
      'INVALID_DATA',
    );
    await ended('Contacts', 'mass_delete', job);
  });

  test('a user who lost the permission cannot finish the job', async () => {
    await one('Contacts', { Last_Name: 'kept' });
    const [user] = (await crm.addUser('Loser')).filter(({ environment }) => environment === 'production');
    const zuid = (
      await crm.database.query<{ zuid: string }>({
        text: 'SELECT zuid FROM crm_user WHERE user_id = $1',
        values: [user?.userId],
      })
    )[0]?.zuid as string;
    const profile = (await call('GET', 'settings/profiles')).json.profiles.find(
      ({ name }: { name: string }) => name === 'Standard',
    );
    const cloned = await call('POST', `settings/profiles/${profile.id}/actions/clone`, {
      body: { profiles: [{ name: 'No deletions' }] },
    });
    await crm.database.query({
      text: `UPDATE crm_profile SET denied_permissions = '{Crm_Implied_Delete_Contacts}' WHERE profile_id = $1`,
      values: [cloned.json.profiles[0].details.id],
    });
    const hold = (sign: string) =>
      crm.database.query({
        text: `UPDATE crm_job SET due_at_ms = due_at_ms ${sign} 86400000 WHERE ended_at_ms IS NULL`,
      });
    crm.store.spaces.forget(prefix);
    const token = crm.tokenFor(crm.organization.organizationId, zuid);
    await crm.database.query({
      text: `CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
               NEW.due_at_ms := NEW.due_at_ms + 86400000; RETURN NEW; END $$`,
    });
    await crm.database.query({
      text: 'CREATE TRIGGER later BEFORE INSERT ON crm_job FOR EACH ROW EXECUTE FUNCTION later()',
    });
    const answer = await call('POST', 'Contacts/actions/mass_delete', { token, body: { cvid: views['All Contacts'] } });
    await crm.database.query({ text: 'DROP TRIGGER later ON crm_job' });
    await crm.database.query({
      text: 'UPDATE crm_user SET profile_id = $1 WHERE user_id = $2',
      values: [cloned.json.profiles[0].details.id, user?.userId],
    });
    crm.store.spaces.forget(prefix);
    await hold('-');
    await crm.wakeWorkers();
    expect(await ended('Contacts', 'mass_delete', answer.json.data[0].details.job_id)).toMatchObject({
      Status: 'FAILED',
      Deleted_Count: 0,
    });
    const refused = await call('POST', 'Contacts/actions/mass_delete', {
      token,
      body: { cvid: views['All Contacts'] },
    });
    expect([refused.status, refused.json.code]).toEqual([403, 'NO_PERMISSION']);
  });
});
