import { afterAll, expect, test } from 'vitest';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);

test('a record may be made to wait for approval; nothing changes it before that', async () => {
  await one('Leads', { Last_Name: 'Approved', Company: 'c' });
  const added = await call('POST', 'Leads', {
    body: { data: [{ Last_Name: 'Waits', Company: 'c', $approved: false }] },
  });
  const { id, $approval_state } = added.json.data[0].details;
  expect([added.status, $approval_state]).toEqual([201, 'approval_process_pending']);
  const read = async () => (await call('GET', `Leads/${id}`)).json.data[0];
  expect(await read()).toMatchObject({ $approved: false, $approval_state: 'approval_process_pending' });

  const update = (item: object) => call('PUT', `Leads/${id}`, { body: { data: [item] } });
  expect((await update({ City: 'x' })).json.data[0]).toEqual({
    code: 'NOT_APPROVED',
    details: { id },
    message: 'Cannot update record that is not approved yet',
    status: 'error',
  });
  const convert = await call('POST', `Leads/${id}/actions/convert`, { body: { data: [{}] } });
  expect([convert.status, convert.json.code]).toEqual([400, 'NOT_APPROVED']);

  const names = async (path: string, approved: string) => {
    const query = { fields: 'Last_Name', criteria: '(Company:equals:c)', approved };
    const { json } = await call('GET', path, { query });
    return json?.data.map((each: { Last_Name: string }) => each.Last_Name) ?? [];
  };
  for (const path of ['Leads', 'Leads/search']) {
    expect(await names(path, 'false')).toEqual(['Waits']);
    expect(await names(path, 'true')).toEqual(['Approved']);
    expect(await names(path, 'both')).toEqual(['Waits', 'Approved']);
    expect((await call('GET', path, { query: { fields: 'id', word: 'Waits', approved: 'yes' } })).json).toMatchObject({
      code: 'INVALID_DATA',
      details: { param_name: 'approved' },
    });
  }

  expect((await update({ City: 'x', $approved: 'yes' })).json.data[0]).toMatchObject({
    code: 'INVALID_DATA',
    details: { api_name: '$approved', expected_data_type: 'boolean' },
  });
  expect((await update({ City: 'x', $approved: true })).json.data[0].code).toBe('SUCCESS');
  expect(await read()).toMatchObject({ City: 'x', $approved: true, $approval_state: 'approved' });
  expect((await update({ City: 'y' })).status).toBe(200);
});
