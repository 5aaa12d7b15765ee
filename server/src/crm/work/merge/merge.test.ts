import { afterAll, describe, expect, test } from 'vitest';
import { until } from '../../../testing/platform-process.ts';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';
import { multipart } from '../../testing/multipart.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, create, one } = checkedCalls(crm);
const { idPrefix: dataSpace } = crm.organization.environments[0] as { idPrefix: number };

const start = async (module: string, master: string, merge: object) =>
  call('POST', `${module}/${master}/actions/merge`, { body: { merge: [merge] } });
const state = async (module: string, master: string, job_id: string) =>
  (await call('GET', `${module}/${master}/actions/merge`, { query: { job_id } })).json.merge[0];
/** Begins a merge and waits for its end. */
async function merged(module: string, master: string, merge: object) {
  const answer = await start(module, master, merge);
  expect(answer.status, answer.text).toBe(200);
  const { job_id } = answer.json.merge[0].details;
  let shown = await state(module, master, job_id);
  await until(async () => {
    shown = await state(module, master, job_id);
    return shown.status === 'COMPLETED' || shown.status === 'FAILED';
  }, 'the merge has ended');
  return shown;
}
const record = async (module: string, id: string) => (await call('GET', `${module}/${id}`)).json?.data?.[0];
const fieldsOf = (...names: string[]) => names.map((api_name) => ({ api_name }));

describe('find and merge', () => {
  test('the master takes what is chosen, and everything that hangs on the others', async () => {
    const [master, child, other] = (await create(
      'Contacts',
      { Last_Name: 'Kept', Phone: '1', Email: 'kept@example.com' },
      { Last_Name: 'Gone', Phone: '2', Mobile: '3', Email: 'gone@example.com' },
      { Last_Name: 'Gone too', Fax: '4', Description: 'D' },
    )) as [string, string, string];
    const parent = { Parent_Id: { module: { api_name: 'Contacts' }, id: child } };
    const note = await one('Notes', { ...parent, Note_Content: 'of the child' });
    const task = await one('Tasks', { Subject: 'Call', Who_Id: { id: child } });
    const deal = await one('Deals', { Deal_Name: 'Engine', Stage: 'Qualification', Contact_Name: { id: other } });
    const campaign = await one('Campaigns', { Campaign_Name: 'Mail' });
    await call('PUT', `Campaigns/${campaign}/Contacts`, { body: { data: [{ id: child }, { id: other }] } });
    const file = multipart({ file: { filename: 'a.txt', content: 'a' } });
    expect((await call('POST', `Contacts/${child}/Attachments`, file)).status).toBe(200);

    const shown = await merged('Contacts', master, {
      data: [
        { id: child, _fields: fieldsOf('Phone', 'Email', 'Mobile') },
        { id: other, _fields: fieldsOf('Fax') },
      ],
    });
    expect(shown).toMatchObject({ status: 'COMPLETED', data: [{ id: child }, { id: other }] });
    expect(await record('Contacts', master)).toMatchObject({
      ...{ Last_Name: 'Kept', Phone: '2', Mobile: '3', Fax: '4', Description: null, Email: 'gone@example.com' },
    });
    for (const id of [child, other]) expect((await call('GET', `Contacts/${id}`)).status).toBe(404);
    const lists = await Promise.all(
      ['Notes', 'Tasks', 'Deals', 'Campaigns', 'Attachments'].map(async (list) => {
        const answer = await call('GET', `Contacts/${master}/${list}`, { query: { fields: 'id' } });
        return answer.json?.data?.map(({ id }: { id: string }) => id);
      }),
    );
    expect(lists).toEqual([[note], [task], [deal], [campaign], [expect.any(String)]]);
    // The address is free again for nobody but its holder: the child's is the master's now.
    expect((await record('Deals', deal)).Contact_Name).toMatchObject({ id: master, name: 'Kept' });
  });

  test('unique values of a child become the master’s', async () => {
    const field = { field_label: 'Badge', data_type: 'text', unique: { casesensitive: false } };
    await call('POST', 'settings/fields', { query: { module: 'Leads' }, body: { fields: [field] } });
    const [master, child] = (await create(
      'Leads',
      { Last_Name: 'A', Company: 'C', Badge: 'old' },
      { Last_Name: 'B', Company: 'C', Badge: 'new' },
    )) as [string, string];
    await merged('Leads', master, { data: [{ id: child, _fields: fieldsOf('Badge') }] });
    expect((await record('Leads', master)).Badge).toBe('new');
    const [again] = await create('Leads', { Last_Name: 'C', Company: 'C', Badge: 'old' });
    expect(again).toBeDefined();
    const refused = await call('POST', 'Leads', { body: { data: [{ Last_Name: 'D', Company: 'C', Badge: 'NEW' }] } });
    expect(refused.json.data[0]).toMatchObject({ code: 'DUPLICATE_DATA', details: { id: master } });
  });

  test('what refers to itself through the merge does not', async () => {
    const [master, child] = (await create('Accounts', { Account_Name: 'M' }, { Account_Name: 'C' })) as [
      string,
      string,
    ];
    await call('PUT', 'Accounts', { body: { data: [{ id: master, Parent_Account: { id: child } }] } });
    await merged('Accounts', master, { data: [{ id: child, _fields: fieldsOf('Website') }] });
    expect(await record('Accounts', master)).toMatchObject({ Parent_Account: null, Account_Name: 'M' });
  });

  test('rows of a subform are taken whole or one by one', async () => {
    const quote = (Subject: string, names: string[]) => ({
      Subject,
      Quoted_Items: names.map((name) => ({ Product_Name: { id: products.get(name) }, Quantity: 1 })),
    });
    const products = new Map<string, string>();
    for (const name of ['P', 'Q', 'R']) products.set(name, await one('Products', { Product_Name: name }));
    const [master, child] = (await create('Quotes', quote('M', ['P']), quote('C', ['Q', 'R']))) as [string, string];
    const [, second] = (await record('Quotes', child)).Quoted_Items;
    const _data = [{ id: second.id }];
    await merged('Quotes', master, { data: [{ id: child, _fields: [{ api_name: 'Quoted_Items', _data }] }] });
    const rows = (await record('Quotes', master)).Quoted_Items;
    expect(rows.map((row: { Product_Name: { name: string } }) => row.Product_Name.name)).toEqual(['P', 'R']);
  });
});

describe('what cannot be merged', () => {
  test('is refused with what was expected', async () => {
    const [master, child, third, fourth] = (await create(
      'Leads',
      ...['A', 'B', 'C', 'D'].map((Last_Name) => ({ Last_Name, Company: 'C' })),
    )) as [string, string, string, string];
    const cases: [object, string, object][] = [
      [{}, 'MANDATORY_NOT_FOUND', { json_path: '$.merge[0].data' }],
      [{ data: [] }, 'MANDATORY_NOT_FOUND', { json_path: '$.merge[0].data' }],
      [{ data: [{}] }, 'MANDATORY_NOT_FOUND', { json_path: '$.merge[0].data[0].id' }],
      [{ data: [{ id: 'x' }] }, 'INVALID_DATA', { json_path: '$.merge[0].data[0].id' }],
      [{ data: [{ id: master }] }, 'DUPLICATE_DATA', {}],
      [{ data: [{ id: child }, { id: third }, { id: fourth }] }, 'LIMIT_EXCEEDED', { limit: 2 }],
      [
        { data: [{ id: child, _fields: fieldsOf('No_Such') }] },
        'INVALID_DATA',
        { json_path: '$.merge[0].data[0]._fields[0].api_name' },
      ],
      [
        {
          data: [
            { id: child, _fields: fieldsOf('Phone') },
            { id: third, _fields: fieldsOf('Phone') },
          ],
        },
        'DUPLICATE_DATA',
        { json_path: '$.merge[0].data[1]._fields' },
      ],
    ];
    for (const [merge, code, details] of cases) {
      const { status, json } = await start('Leads', master, merge);
      expect([status, json.code, json.details]).toEqual([400, code, expect.objectContaining(details)]);
    }
    const unknown = await start('Leads', master, { data: [{ id: '1999999000010000001' }] });
    expect([unknown.status, unknown.json.merge[0].code]).toEqual([400, 'INVALID_DATA']);
    expect((await start('Tasks', master, { data: [{ id: child }] })).json.code).toBe('NOT_SUPPORTED');
    await call('POST', `Leads/${child}/Locking_Information__s`, { body: { data: [{}] } });
    expect((await start('Leads', master, { data: [{ id: child }] })).json.merge[0].code).toBe('RECORD_LOCKED');
    const { token } = await crm.userWithout('Crm_Implied_Delete_Leads');
    const denied = await call('POST', `Leads/${master}/actions/merge`, {
      token,
      body: { merge: [{ data: [{ id: third }] }] },
    });
    expect([denied.status, denied.json.code]).toEqual([403, 'NO_PERMISSION']);
  });

  test('fails as a whole when something that would move is locked', async () => {
    const [master, child] = (await create('Contacts', { Last_Name: 'A' }, { Last_Name: 'B', Phone: '9' })) as [
      string,
      string,
    ];
    const deals = await create(
      'Deals',
      ...[1, 2].map((n) => ({ Deal_Name: `D${n}`, Stage: 'Qualification', Contact_Name: { id: child } })),
    );
    await call('POST', `Deals/${deals[1]}/Locking_Information__s`, { body: { data: [{}] } });
    const shown = await merged('Contacts', master, { data: [{ id: child, _fields: fieldsOf('Phone') }] });
    expect(shown).toMatchObject({ status: 'FAILED', error: { code: 'RECORD_LOCKED', details: { id: deals[1] } } });
    for (const deal of deals) expect((await record('Deals', deal)).Contact_Name.id).toBe(child);
    expect((await record('Contacts', master)).Phone).toBeNull();
  });

  test('leaves nothing half done when the database fails in the middle, and goes on afterwards', async () => {
    const [master, child] = (await create('Contacts', { Last_Name: 'A' }, { Last_Name: 'B', Phone: '8' })) as [
      string,
      string,
    ];
    const deal = await one('Deals', { Deal_Name: 'D', Stage: 'Qualification', Contact_Name: { id: child } });
    const contents = async () =>
      crm.database.query({
        text: `SELECT md5(string_agg(r::text, '|' ORDER BY record_id)) AS sum FROM crm_record AS r WHERE data_space = $1`,
        values: [dataSpace],
      });
    const before = await contents();
    // Lists are moved after records: without their table the merge ends in the middle.
    await crm.database.query({ text: 'ALTER TABLE crm_link RENAME TO crm_link_away' });
    const begun = await start('Contacts', master, { data: [{ id: child, _fields: fieldsOf('Phone') }] });
    const { job_id } = begun.json.merge[0].details;
    await until(async () => {
      // While it is worked on it has a lease.
      const rows = await crm.database.query({
        text: `SELECT 1 FROM crm_job WHERE data_space = $1 AND job_id = $2 AND attempts > 0 AND lease IS NULL AND due_at_ms > $3`,
        values: [dataSpace, job_id, crm.clock.nowMs()],
      });
      return rows.length > 0;
    }, 'the job waits to be tried again');
    await crm.database.query({ text: 'ALTER TABLE crm_link_away RENAME TO crm_link' });
    expect(await contents()).toEqual(before);
    crm.clock.advance(3_600_000);
    await crm.wakeWorkers();
    await until(async () => (await state('Contacts', master, job_id)).status === 'COMPLETED', 'the merge is done');
    expect((await record('Contacts', master)).Phone).toBe('8');
    expect((await record('Deals', deal)).Contact_Name.id).toBe(master);
  });
});
