import { afterAll, expect, test } from 'vitest';
import { startCrm } from '../../testing/crm-platform.ts';
import { listOrganizations } from './list-organizations.ts';
import { createOrganization } from './provisioning.ts';

const crm = await startCrm();
afterAll(() => crm.close());

const order = {
  organizationName: 'Third',
  owner: { userId: '7', email: 'a@example.com', firstName: '', lastName: 'Solo' },
  nowMs: 0,
};

test('an organization has three environments with prefixes and zgids of their own', () => {
  expect(crm.organization).toMatchObject({
    organizationId: '601000001',
    environments: [
      { environment: 'production', idPrefix: 1_000_001, zgid: '601000001', ownerId: '1000001000010000001' },
      { environment: 'sandbox', idPrefix: 1_000_002, zgid: '601000002', ownerId: '1000002000010000001' },
      { environment: 'developer', idPrefix: 1_000_003, zgid: '601000003', ownerId: '1000003000010000001' },
    ],
  });
});

test.each([[[1, 2, 3]], [[1_000_100, 1_000_100, 1_000_101]], [[1_000_100]], [[9_999_999, 1_000_100, 1_000_101]]])(
  'prefixes %j are refused',
  async (idPrefixes) => {
    await expect(createOrganization(crm.database, { ...order, idPrefixes })).rejects.toThrow(
      /id prefixes from 1000001/,
    );
  },
);

test('nothing is left of a transaction that fails', async () => {
  const work = crm.database.transaction(async (transaction) => {
    await createOrganization(transaction, { ...order, idPrefixes: [1_000_100, 1_000_101, 1_000_102] });
    throw new Error('no');
  });
  await expect(work).rejects.toThrow('no');
  expect(await listOrganizations(crm.database, '7')).toEqual([]);
});

test('a second user is in all environments at once, and the chooser lists them in order', async () => {
  const added = await crm.addUser('Second');
  expect(added.map((each) => each.environment).sort()).toEqual(['developer', 'production', 'sandbox']);
  expect(new Set(added.map((each) => each.userId)).size).toBe(3);
  expect(await listOrganizations(crm.database, crm.organization.ownerZuid)).toMatchObject([
    {
      organizationId: '601000001',
      name: 'Lovelace',
      environments: [
        { environment: 'production', zgid: '601000001' },
        { environment: 'sandbox', zgid: '601000002' },
        { environment: 'developer', zgid: '601000003' },
      ],
    },
  ]);
});

test('a user who is taken out of the organization is refused within a notice', async () => {
  expect((await crm.call('GET', '/crm/v8/org')).status).toBe(200);
  await crm.database.query({ text: "UPDATE crm_user SET status = 'disabled' WHERE data_space = 1000001" });
  await crm.database.query({ text: "SELECT pg_notify('grantway', 'crm-space:1000001')" });
  await expect.poll(async () => (await crm.call('GET', '/crm/v8/org')).status).toBe(403);
});

test('ids of concurrent takers never meet', async () => {
  const taken = await Promise.all(Array.from({ length: 300 }, (_, index) => crm.store.ids.take(1_000_004, index % 7)));
  const ids = taken.flat();
  expect(new Set(ids).size).toBe(ids.length);
});
