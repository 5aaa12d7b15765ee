import { afterAll, describe, expect, test } from 'vitest';
import { until } from '../../../testing/platform-process.ts';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';
import { multipart } from '../../testing/multipart.ts';
import { unzip, zipOf } from '../bulk/testing/zips.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, create, one } = checkedCalls(crm);
const locks = (id: string, module = 'Leads') => `${module}/${id}/Locking_Information__s`;
const lock = async (id: string, module = 'Leads', options: object = {}): Promise<string> => {
  const answer = await call('POST', locks(id, module), { body: { data: [{}] }, ...options });
  expect(answer.status, answer.text).toBe(201);
  return answer.json.data[0].details.id;
};
const locked = async (item: object, module = 'Leads'): Promise<string> => {
  const id = await one(module, item);
  await lock(id, module);
  return id;
};
const record = async (id: string, module = 'Leads') => (await call('GET', `${module}/${id}`)).json.data[0];

const member = (await crm.addUser('Member')).find(({ environment }) => environment === 'production')?.userId as string;
await crm.database.query({
  text: 'UPDATE crm_user SET profile_id = (SELECT min(profile_id) FROM crm_profile WHERE name = $1 AND data_space = crm_user.data_space) WHERE user_id = $2',
  values: ['Standard', member],
});
crm.store.spaces.forget(crm.organization.environments[0]?.idPrefix as number);
const [account] = await crm.database.query<{ zuid: string }>({
  text: 'SELECT zuid FROM crm_user WHERE user_id = $1',
  values: [member],
});
const memberToken = crm.tokenFor(crm.organization.organizationId, account?.zuid as string);

test('a lock is made, shown, given another reason and lifted', async () => {
  const id = await one('Leads', { Last_Name: 'Held', Company: 'C' });
  expect((await call('GET', locks(id))).status).toBe(204);
  const body = (Locked_Reason__s: string) => ({ body: { data: [{ Locked_Reason__s }] } });
  const made = await call('POST', locks(id), body('deal in progress'));
  expect([made.status, made.json.data[0].message]).toEqual([201, 'record added']);
  const lockId = made.json.data[0].details.id;
  expect((await call('GET', locks(id))).json.data).toMatchObject([
    {
      id: lockId,
      Locked_By__s: { name: 'Ada Lovelace' },
      Locked_For__s: { module: { api_name: 'Leads' }, name: 'Held', id },
      Locked_Reason__s: 'deal in progress',
      Lock_Source__s: 'Manual',
    },
  ]);
  expect(await record(id)).toMatchObject({ Locked__s: true, $locked_for_me: true });
  const fields = { query: { fields: 'Locked__s,$locked_for_me', ids: id } };
  expect((await call('GET', 'Leads', fields)).json.data).toEqual([{ id, Locked__s: true, $locked_for_me: true }]);
  const select_query = "select Locked__s from Leads where Locked__s = true and Last_Name = 'Held'";
  expect((await call('POST', 'coql', { body: { select_query } })).json.data).toEqual([{ id, Locked__s: true }]);
  expect((await call('POST', locks(id), body('x'))).json.data[0].code).toBe('ALREADY_LOCKED');

  const changed = await call('PUT', `${locks(id)}/${lockId}`, body('waiting for papers'));
  expect(changed.json.data[0]).toMatchObject({ message: 'relation updated', details: { id: lockId } });
  const shown = await call('GET', `${locks(id)}/${lockId}`, { query: { fields: 'Locked_Reason__s' } });
  expect(shown.json.data).toMatchObject([{ id: lockId, Locked_Reason__s: 'waiting for papers' }]);

  crm.clock.advance(1);
  const lifted = await call('DELETE', `${locks(id)}/${lockId}`);
  expect(lifted.json.data[0]).toMatchObject({ message: 'relation removed', details: { id: lockId } });
  expect((await call('GET', locks(id))).status).toBe(204);
  expect(await record(id)).toMatchObject({ Locked__s: false, $locked_for_me: false });
  expect((await call('PUT', `Leads/${id}`, { body: { data: [{ Company: 'D' }] } })).status).toBe(200);
  const history = (await call('GET', `Leads/${id}/__timeline`)).json.__timeline;
  expect(history.map(({ action }: { action: string }) => action)).toEqual(['updated', 'unlocked', 'locked', 'added']);
  expect(
    history[2].field_history.map(({ api_name, _value }: { api_name: string; _value: object }) => [api_name, _value]),
  ).toEqual([
    ['Locked__s', { old: false, new: true }],
    ['Locked_Reason__s', { old: null, new: 'deal in progress' }],
  ]);
});

describe('a locked record refuses', () => {
  const code = (json: { data: { code: string }[] }) => json.data.map((each) => each.code);

  test('edits, alone and among others', async () => {
    const [held, free] = (await create('Leads', { Last_Name: 'held' }, { Last_Name: 'free' })) as [string, string];
    await lock(held);
    const single = await call('PUT', `Leads/${held}`, { body: { data: [{ Phone: '1' }] } });
    expect([single.status, single.json.data[0]]).toMatchObject([
      400,
      {
        code: 'RECORD_LOCKED',
        details: { id: held },
        message: 'You cannot perform this operation as the record is locked.',
      },
    ]);
    const data = [held, free].map((id) => ({ id, Phone: '1' }));
    const many = await call('PUT', 'Leads', { body: { data } });
    expect([many.status, code(many.json)]).toEqual([207, ['RECORD_LOCKED', 'SUCCESS']]);
    expect((await record(held)).Phone).toBeNull();
    expect((await record(free)).Phone).toBe('1');
  });

  test('upserts', async () => {
    const id = await locked({ Last_Name: 'u', Email: 'locked@example.com' });
    const body = { data: [{ Last_Name: 'v', Email: 'LOCKED@example.com' }], duplicate_check_fields: ['Email'] };
    expect(code((await call('POST', 'Leads/upsert', { body })).json)).toEqual(['RECORD_LOCKED']);
    expect((await record(id)).Last_Name).toBe('u');
  });

  test('deletion, and keeps its unique values', async () => {
    await crm.database.query({
      text: `INSERT INTO crm_custom_field (data_space, module, api_name, definition, created_at_ms, modified_at_ms)
             SELECT data_space, 2177, 'Badge', $1, 0, 0 FROM crm_data_space`,
      values: [
        JSON.stringify({ id: 900_000_009, api_name: 'Badge', label: 'Badge', type: 'text', length: 9, unique: true }),
      ],
    });
    crm.store.spaces.forget(crm.organization.environments[0]?.idPrefix as number);
    const held = await locked({ Account_Name: 'held', Badge: 'b' }, 'Accounts');
    const free = await one('Accounts', { Account_Name: 'free' });
    const many = await call('DELETE', 'Accounts', { query: { ids: `${held},${free},1` } });
    expect([many.status, code(many.json)]).toEqual([207, ['RECORD_LOCKED', 'SUCCESS', 'INVALID_DATA']]);
    expect(code((await call('DELETE', `Accounts/${held}`)).json)).toEqual(['RECORD_LOCKED']);
    const twin = await call('POST', 'Accounts', { body: { data: [{ Account_Name: 'twin', Badge: 'B' }] } });
    expect(code(twin.json)).toEqual(['DUPLICATE_DATA']);
  });

  test('mass actions and other owners', async () => {
    const id = await locked({ Last_Name: 'm' });
    const ids = [id];
    const update = await call('POST', 'Leads/actions/mass_update', { body: { data: [{ Phone: '1' }], ids } });
    expect(code(update.json)).toEqual(['RECORD_LOCKED']);
    expect(code((await call('POST', 'Leads/actions/mass_delete', { body: { ids } })).json)).toEqual(['RECORD_LOCKED']);
    const owner = { owner: { id: member } };
    expect(code((await call('POST', `Leads/${id}/actions/change_owner`, { body: owner })).json)).toEqual([
      'RECORD_LOCKED',
    ]);
    expect((await record(id)).Owner.id).not.toBe(member);
  });

  test('tags, which are counted', async () => {
    const [held, free] = (await create('Leads', { Last_Name: 'a' }, { Last_Name: 'b' })) as [string, string];
    await lock(held);
    for (const action of ['add_tags', 'remove_tags']) {
      const body = { tags: [{ name: 'Prime' }], ids: [held, free] };
      const { status, json } = await call('POST', `Leads/actions/${action}`, { body });
      expect([status, code(json), json.success_count, json.locked_count]).toEqual([
        200,
        ['RECORD_LOCKED', 'SUCCESS'],
        '1',
        '1',
      ]);
    }
    const single = await call('POST', `Leads/${held}/actions/add_tags`, { body: { tags: [{ name: 'Prime' }] } });
    expect([single.status, code(single.json)]).toEqual([400, ['RECORD_LOCKED']]);
  });

  test('photos', async () => {
    const id = await locked({ Last_Name: 'p' });
    const png = Buffer.from('89504e470d0a1a0a0000', 'hex');
    // The contract's list of codes knows nothing of locks here.
    const put = await crm.call(
      'POST',
      `/crm/v8/Leads/${id}/photo`,
      multipart({ file: { filename: 'a.png', content: png } }),
    );
    expect([put.status, put.json.code]).toEqual([400, 'RECORD_LOCKED']);
    expect((await crm.call('DELETE', `/crm/v8/Leads/${id}/photo`)).json.code).toBe('RECORD_LOCKED');
  });

  test('conversion, and what a conversion would write into it', async () => {
    const lead = await locked({ Last_Name: 'c', Company: 'Conv' });
    const convert = (id: string, item: object = {}) =>
      call('POST', `Leads/${id}/actions/convert`, { body: { data: [item] } });
    expect(code((await convert(lead)).json)).toEqual(['RECORD_LOCKED']);
    const account = await locked({ Account_Name: 'Into' }, 'Accounts');
    const other = await one('Leads', { Last_Name: 'd', Company: 'Into', Phone: '5' });
    const refused = await convert(other, { overwrite: true, Accounts: { id: account } });
    expect(refused.json.data[0]).toMatchObject({ code: 'RECORD_LOCKED', details: { id: account } });
    expect((await record(other)).Converted__s).toBe(false);
    expect((await convert(other, { Accounts: { id: account } })).status).toBe(200);
  });

  test('rows of bulk writes', async () => {
    const id = await locked({ Last_Name: 'b' });
    const upload = multipart({
      file: {
        filename: 'l.zip',
        type: 'application/zip',
        content: await zipOf({ 'Leads.csv': `id,Phone\n${id},1\n` }),
      },
    });
    const zgid = (await call('GET', 'org')).json.org[0].zgid;
    const sent = await crm.call('POST', '/crm/v8/upload', {
      ...upload,
      content: true,
      headers: { ...upload.headers, feature: 'bulk-write', 'x-crm-org': zgid },
    });
    const resource = [
      { type: 'data', module: { api_name: 'Leads' }, file_id: sent.json.details.file_id, find_by: 'id' },
    ];
    const headers = { 'content-type': 'application/json' };
    const job = await crm.call('POST', '/crm/bulk/v8/write', { headers, body: { operation: 'update', resource } });
    const path = `/crm/bulk/v8/write/${job.json.details.id}`;
    await until(async () => (await crm.call('GET', path)).json.status === 'COMPLETED', 'the job is done');
    const files = await unzip((await crm.call('GET', `${path}/result`)).bytes);
    expect(files.get('Leads.csv')?.split('\n')[1]).toMatch(/,SKIPPED,,BLOCKED_RECORD$/);
  });

  test('sub-requests', async () => {
    const id = await locked({ Last_Name: 's' });
    const sub = { sub_request_id: '1', method: 'PUT', uri: `/crm/v8/Leads/${id}`, body: { data: [{ Phone: '1' }] } };
    const body = { rollback_on_fail: false, __composite_requests: [sub] };
    const { json } = await crm.call('POST', '/crm/v8/__composite_requests', { body });
    expect(code(json.__composite_requests[0].details.response.body)).toEqual(['RECORD_LOCKED']);
  });

  test('nothing of what hangs on it', async () => {
    const id = await locked({ Last_Name: 'n' });
    expect((await call('POST', `Leads/${id}/Notes`, { body: { data: [{ Note_Content: 'x' }] } })).status).toBe(201);
    expect((await call('POST', `Leads/${id}/actions/clone`)).status).toBe(201);
  });
});

test('who locked it and administrators unlock a record', async () => {
  const id = await one('Leads', { Last_Name: 'w' });
  const mine = await lock(id);
  for (const method of ['PUT', 'DELETE']) {
    const refused = await call(method, `${locks(id)}/${mine}`, { token: memberToken, body: { data: [{}] } });
    expect([refused.status, refused.json.code]).toEqual([403, 'NO_PERMISSION']);
  }
  expect((await call('DELETE', `${locks(id)}/${mine}`)).status).toBe(200);
  const theirs = await lock(id, 'Leads', { token: memberToken });
  const edit = { body: { data: [{ Phone: '1' }] } };
  expect((await call('PUT', `Leads/${id}`, edit)).json.data[0].code).toBe('RECORD_LOCKED');
  expect((await call('DELETE', `${locks(id)}/${theirs}`)).status).toBe(200);
  const own = await lock(id, 'Leads', { token: memberToken });
  expect((await call('DELETE', `${locks(id)}/${own}`, { token: memberToken })).status).toBe(200);
});

test('what is wrong with a request is said', async () => {
  const id = await one('Leads', { Last_Name: 'e' });
  const post = (body: object, path = locks(id)) => call('POST', path, { body });
  expect((await post({ data: [{}, {}] })).json.code).toBe('INVALID_DATA');
  expect((await post({})).json).toMatchObject({ code: 'MANDATORY_NOT_FOUND', details: { api_name: 'data' } });
  expect((await post({ data: ['x'] })).json.data[0].code).toBe('INVALID_DATA');
  expect((await post({ data: [{ Locked_Reason__s: 5 }] })).json.data[0].code).toBe('INVALID_DATA');
  const long = await post({ data: [{ Locked_Reason__s: 'x'.repeat(2_001) }] });
  expect(long.json.data[0].details.maximum_length).toBe(2_000);
  expect((await post({ data: [{}] }, locks('1'))).json).toMatchObject({
    code: 'INVALID_DATA',
    details: { resource_path_index: 1 },
  });
  expect((await post({ data: [{}] }, locks('x'))).json.code).toBe('INVALID_DATA');
  expect((await post({ data: [{}] }, locks(id, 'Nope'))).json.code).toBe('INVALID_MODULE');
  for (const lockId of ['1', 'x', '9'.repeat(30)]) {
    const { status, json } = await call('DELETE', `${locks(id)}/${lockId}`);
    expect([status, json.details]).toEqual([400, { resource_path_index: 3 }]);
  }
  const neighbour = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
  expect((await call('POST', locks(id), { token: neighbour, body: { data: [{}] } })).status).toBe(400);
  const reader = crm.tokenWithScopes(['ZohoCRM.modules.lockinginformation.READ']);
  expect((await call('GET', locks(id), { token: reader })).status).toBe(204);
  expect((await call('POST', locks(id), { token: reader, body: { data: [{}] } })).json.code).toBe(
    'OAUTH_SCOPE_MISMATCH',
  );
  expect((await crm.call('GET', `/crm/v4/${locks(id)}`)).json.code).toBe('API_NOT_SUPPORTED');
});

test('whatever happens at the same moment, a lock stands exactly on a record that says so', async () => {
  for (let round = 0; round < 15; round++) {
    const id = await one('Leads', { Last_Name: `race ${round}`, Phone: '0' });
    const lockIt = () => call('POST', locks(id), { body: { data: [{}] } });
    const edits = Array.from({ length: 4 }, (_, index) =>
      call('PUT', `Leads/${id}`, { body: { data: [{ Phone: String(index + 1) }] } }),
    );
    const [made] = await Promise.all([lockIt(), ...edits, lockIt(), call('DELETE', `Leads/${id}`)]);
    const rows = await crm.database.query<{ locked: boolean; lock_id: string | null; phone: string }>({
      text: `SELECT data ? 'Locked__s' AS locked, data ->> 'Phone' AS phone, lock_id FROM crm_record
             LEFT JOIN crm_record_lock USING (data_space, module, record_id) WHERE record_id = $1`,
      values: [id],
    });
    if (rows.length === 0) {
      expect(
        await crm.database.query({ text: 'SELECT 1 FROM crm_record_lock WHERE record_id = $1', values: [id] }),
      ).toEqual([]);
      continue;
    }
    expect(rows).toMatchObject([{ locked: true, lock_id: expect.any(String) }]);
    expect(made?.status).toBeLessThan(500);
    const after = await call('PUT', `Leads/${id}`, { body: { data: [{ Phone: 'late' }] } });
    expect(after.json.data[0].code).toBe('RECORD_LOCKED');
    expect((await record(id)).Phone).toBe(rows[0]?.phone);
  }
});
