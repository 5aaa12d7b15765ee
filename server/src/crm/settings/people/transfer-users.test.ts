import { afterAll, expect, test } from 'vitest';
import { until } from '../../../testing/platform-process.ts';
import { type CallOptions, startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { ownerId } = crm.organization.environments[0] as { ownerId: string };
const call = (method: string, path: string, options: CallOptions = {}) => crm.call(method, `/crm/v8/${path}`, options);
const path = 'users/actions/transfer_and_delete';
const leave = (where: string, ...transfer_and_delete: unknown[]) =>
  call('POST', where, { body: { transfer_and_delete } });
const codes = (answer: { json: { transfer_and_delete: { code: string }[] } }) =>
  answer.json.transfer_and_delete.map(({ code }) => code);
const ownerOf = async (module: string, id: string) => (await call('GET', `${module}/${id}`)).json.data[0].Owner.id;

test('a user who leaves hands the records over', async () => {
  const { id: leaver, token } = await crm.userWithout('Crm_Implied_Manage_Users');
  const { id: other } = await crm.userWithout('Crm_Implied_Manage_Users');
  const owned = { Owner: { id: leaver } };
  const make = async (module: string, item: object): Promise<string> =>
    (await call('POST', module, { body: { data: [{ ...item, ...owned }] } })).json.data[0].details.id;
  const lead = await make('Leads', { Last_Name: 'L' });
  const deal = await make('Deals', { Deal_Name: 'D', Stage: 'Qualification' });
  const transfer = { id: other, records: true };
  expect((await call('POST', path, { token, body: {} })).json.code).toBe('FORBIDDEN');
  const [invalid, missing] = ['INVALID_DATA', 'MANDATORY_NOT_FOUND'];
  const refused = await leave(
    path,
    { id: leaver },
    { transfer },
    { id: leaver, transfer: {} },
    { id: leaver, transfer: { id: leaver } },
    { id: leaver, transfer: { ...transfer, records: 'x' } },
    { id: '1', transfer },
    { id: ownerId, transfer },
    7,
  );
  expect(codes(refused)).toEqual([missing, missing, missing, invalid, invalid, invalid, 'CANNOT_PROCESS', invalid]);
  const done = await leave(`users/${leaver}/actions/transfer_and_delete`, { transfer });
  expect(done.json.transfer_and_delete[0]).toMatchObject({ code: 'SUCCESS', message: 'User deleted' });
  expect((await call('GET', 'Leads', { token, query: { fields: 'id' } })).status).toBe(403);
  const query = { job_id: done.json.transfer_and_delete[0].details.job_id };
  await until(
    async () => (await call('GET', path, { query })).json.transfer_and_delete[0].status === 'COMPLETED',
    'the records are handed over',
  );
  expect([await ownerOf('Leads', lead), await ownerOf('Deals', deal)]).toEqual([other, other]);
  expect(codes(await leave(path, { id: leaver, transfer }))).toEqual([invalid]);
  expect((await call('GET', path)).json.code).toBe('REQUIRED_PARAM_MISSING');
  expect((await call('GET', path, { query: { job_id: '1' } })).json.code).toBe(invalid);
  // Without the records they stay where they are.
  const kept = await leave(path, { id: other, transfer: { id: ownerId, records: false } });
  expect(kept.json.transfer_and_delete[0].details).toEqual({ id: other });
  expect(await ownerOf('Leads', lead)).toBe(other);
});
