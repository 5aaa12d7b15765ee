import { afterAll, describe, expect, test } from 'vitest';
import { until } from '../../../testing/platform-process.ts';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, create, one } = checkedCalls(crm);
const leads = { query: { module: 'Leads' } };
const codes = (items: { code: string }[]) => items.map(({ code }) => code);

const newTag = async (name: string, module = 'Leads') => {
  const answer = await call('POST', 'settings/tags', { query: { module }, body: { tags: [{ name }] } });
  return answer.json.tags[0].details.id as string;
};

describe('tags of a module', () => {
  test('are created, listed, changed and deleted', async () => {
    expect((await call('GET', 'settings/tags', { query: { module: 'Vendors' } })).status).toBe(204);
    const tags = [{ name: 'Hot', color_code: '#f17574' }, { name: 'hot' }, { name: 'HOT', color_code: '#57B1FD' }];
    const created = await call('POST', 'settings/tags', { ...leads, body: { tags: [...tags, { name: 'Cold' }] } });
    expect([created.status, codes(created.json.tags)]).toEqual([
      207,
      ['SUCCESS', 'DUPLICATE_DATA', 'MAPPING_MISMATCH', 'SUCCESS'],
    ]);
    expect(created.json.tags[0].details).toMatchObject({ color_code: '#F17574' });
    const [hot, cold] = [created.json.tags[0].details.id, created.json.tags[3].details.id];
    const listed = await call('GET', 'settings/tags', leads);
    expect(listed.json.tags.map((tag: { name: string }) => tag.name)).toEqual(['Cold', 'Hot']);
    expect(listed.json.info).toEqual({ count: 2, allowed_count: 100 });
    const put = (id: string, tag: object) =>
      call('PUT', `settings/tags/${id}`, { ...leads, body: { tags: [tag] } }).then(({ json }) => json.tags[0]);
    expect(await put(cold, { name: 'HOT' })).toMatchObject({ code: 'DUPLICATE_DATA' });
    expect(await put(cold, { name: 'Frozen' })).toMatchObject({ message: 'tags updated successfully' });
    const many = await call('PUT', 'settings/tags', {
      ...leads,
      body: {
        tags: [
          { id: hot, color_code: '#963' },
          { id: '1', name: 'x' },
          { id: cold, color_code: null },
        ],
      },
    });
    expect(codes(many.json.tags)).toEqual(['INVALID_DATA', 'INVALID_DATA', 'SUCCESS']);
    const gone = await call('DELETE', `settings/tags/${cold}`);
    expect(gone.json.tags[0]).toMatchObject({ message: 'tags deleted successfully', details: { id: cold } });
    expect((await call('DELETE', `settings/tags/${cold}`)).json.code).toBe('INVALID_DATA');
  });

  test.each([
    [{ name: 'x'.repeat(26) }, 'INVALID_DATA'],
    [{ name: '' }, 'MANDATORY_NOT_FOUND'],
    [{ name: '\ud800' }, 'INVALID_DATA'],
    [{ name: 'a\u0000b' }, 'INVALID_DATA'],
    [{ name: 'Fine', color_code: '#000000' }, 'INVALID_DATA'],
    [{}, 'MANDATORY_NOT_FOUND'],
    ['x', 'INVALID_DATA'],
  ])('%j is refused', async (tag, code) => {
    const answer = await call('POST', 'settings/tags', { ...leads, body: { tags: [tag] } });
    expect([answer.status, codes(answer.json.tags)]).toEqual([400, [code]]);
  });

  test('a hundred and no more', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `t${index}` }));
    const query = { module: 'Deals' };
    expect((await call('POST', 'settings/tags', { query, body: { tags: many(100) } })).status).toBe(201);
    const more = await call('POST', 'settings/tags', { query, body: { tags: [{ name: 'one more' }] } });
    expect(more.json.tags[0]).toMatchObject({ code: 'LIMIT_EXCEEDED', details: { limit: 100 } });
  });

  test('without a module, or for one that has none', async () => {
    expect((await call('GET', 'settings/tags')).json.code).toBe('REQUIRED_PARAM_MISSING');
    expect((await call('GET', 'settings/tags', { query: { module: 'Nope' } })).json.code).toBe('INVALID_MODULE');
  });
});

describe('tags of records', () => {
  test('are added and removed, for one and for many', async () => {
    const [a, b] = (await create('Leads', { Last_Name: 'a' }, { Last_Name: 'b' })) as [string, string];
    const added = await call('POST', 'Leads/actions/add_tags', {
      body: { tags: [{ name: 'One' }, { name: 'Two' }], ids: [a, b, '1'] },
    });
    expect([added.status, codes(added.json.data), added.json.success_count, added.json.locked_count]).toEqual([
      200,
      ['SUCCESS', 'SUCCESS', 'INVALID_DATA'],
      '2',
      '0',
    ]);
    expect(added.json.data[0].details.tags).toMatchObject([{ name: 'One' }, { name: 'Two' }]);
    const again = await call('POST', `Leads/${a}/actions/add_tags`, { body: { tags: [{ name: 'ONE' }] } });
    expect(again.json.data[0].details.tags).toHaveLength(2);
    const id = again.json.data[0].details.tags[0].id;
    expect((await call('GET', `settings/tags/${id}/actions/records_count`, leads)).json).toEqual({ count: '2' });
    const removed = await call('POST', `Leads/${a}/actions/remove_tags`, { body: { tags: [{ id }, { name: 'no' }] } });
    expect(removed.json.data[0].details.tags).toMatchObject([{ name: 'Two' }]);
    expect((await call('GET', `settings/tags/${id}/actions/records_count`, leads)).json).toEqual({ count: '1' });
    const over = await call('POST', `Leads/${b}/actions/add_tags`, {
      query: { over_write: 'true' },
      body: { tags: [{ name: 'Only' }] },
    });
    expect(over.json.data[0].details.tags).toMatchObject([{ name: 'Only' }]);
    expect((await call('GET', `Leads/${b}`)).json.data[0].Tag).toMatchObject([{ name: 'Only' }]);
  });

  test('at most ten', async () => {
    const id = await one('Leads', { Last_Name: 'many' });
    const tags = Array.from({ length: 11 }, (_, index) => ({ name: `n${index}` }));
    const answer = await call('POST', `Leads/${id}/actions/add_tags`, { body: { tags } });
    expect([answer.status, answer.json.data[0].code]).toEqual([400, 'LIMIT_EXCEEDED']);
  });

  test('two changes at once lose nothing', async () => {
    const id = await one('Leads', { Last_Name: 'race' });
    const names = ['r1', 'r2', 'r3', 'r4', 'r5'];
    await Promise.all(
      names.map((name) => call('POST', `Leads/${id}/actions/add_tags`, { body: { tags: [{ name }] } })),
    );
    expect((await call('GET', `Leads/${id}`)).json.data[0].Tag).toHaveLength(5);
  });

  test('the old form names them in the query and answers names', async () => {
    const id = await one('Leads', { Last_Name: 'old' });
    const answer = await crm.call('POST', '/crm/v2/Leads/actions/add_tags', {
      query: { ids: id, tag_names: 'Alpha, Beta' },
    });
    expect(answer.json.data[0].details).toEqual({ id, tags: ['Alpha', 'Beta'] });
    const removed = await crm.call('POST', `/crm/v2/Leads/${id}/actions/remove_tags`, {
      query: { tag_names: 'alpha' },
    });
    expect(removed.json.data[0].details.tags).toEqual(['Beta']);
  });

  test('merging moves the records of the other', async () => {
    const [keep, end] = [await newTag('Keep'), await newTag('End')];
    const [a, b] = (await create(
      'Leads',
      { Last_Name: 'a', Tag: [{ name: 'End' }] },
      { Last_Name: 'b', Tag: [{ name: 'End' }, { name: 'Keep' }] },
    )) as [string, string];
    const merged = await call('POST', `settings/tags/${keep}/actions/merge`, {
      body: { tags: [{ conflict_id: end }] },
    });
    expect(merged.json.tags[0]).toMatchObject({ message: 'tags merged successfully', details: { id: keep } });
    for (const id of [a, b]) {
      expect((await call('GET', `Leads/${id}`)).json.data[0].Tag).toMatchObject([{ id: keep, name: 'Keep' }]);
    }
    expect((await call('GET', `settings/tags/${keep}/actions/records_count`, leads)).json).toEqual({ count: '2' });
    const self = await call('POST', `settings/tags/${keep}/actions/merge`, { body: { tags: [{ conflict_id: keep }] } });
    expect(self.json.code).toBe('INVALID_DATA');
  });

  test("another organization's tags and records are unknown", async () => {
    const [tag, lead] = [await newTag('Ours'), await one('Leads', { Last_Name: 'ours' })];
    const token = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
    expect((await call('DELETE', `settings/tags/${tag}`, { token })).status).toBe(400);
    expect((await call('GET', `settings/tags/${tag}/actions/records_count`, { ...leads, token })).status).toBe(400);
    const body = { tags: [{ name: 'x' }] };
    expect((await call('POST', `Leads/${lead}/actions/add_tags`, { token, body })).status).toBe(400);
    const put = await call('PUT', `settings/tags/${tag}`, { ...leads, token, body });
    expect(put.status).toBe(400);
  });
});

describe('many tags', () => {
  const path = 'settings/tags/actions/mass_delete';
  const asked = (ids: readonly string[], module = 'Leads') => ({
    body: { mass_delete: [{ module: { api_name: module }, tags: ids.map((id) => ({ id })) }] },
  });

  test('are deleted by a job, and go off all records', async () => {
    const ids = [await newTag('Mass 1'), await newTag('Mass 2')];
    const lead = await one('Leads', { Last_Name: 'tagged', Tag: [{ name: 'Mass 1' }, { name: 'Mass 3' }] });
    const begun = await call('POST', path, asked(ids));
    expect([begun.status, begun.json.code], begun.text).toEqual([200, 'SCHEDULED']);
    const query = { job_id: begun.json.details.job_id };
    const status = async () => (await call('GET', path, { query })).json.mass_delete[0];
    await until(async () => (await status()).status === 'COMPLETED', 'the tags are deleted');
    expect(await status()).toMatchObject({ total_count: 2, deleted_count: 2, failed_count: 0 });
    expect((await call('GET', `Leads/${lead}`)).json.data[0].Tag).toMatchObject([{ name: 'Mass 3' }]);
  });

  test('must be tags of the module', async () => {
    const id = await newTag('Of leads');
    const wrong = await call('POST', path, asked([id], 'Contacts'));
    expect([wrong.status, wrong.json.code, wrong.json.details.json_path]).toEqual([
      ...[400, 'INVALID_DATA', '$.mass_delete[0].tags[0].id'],
    ]);
    expect((await call('POST', path, asked([]))).json.code).toBe('MANDATORY_NOT_FOUND');
    expect((await call('POST', path, asked([id], 'Nothing'))).json.code).toBe('INVALID_MODULE');
    expect((await call('GET', path, { query: { job_id: id } })).json.code).toBe('INVALID_DATA');
  });
});
