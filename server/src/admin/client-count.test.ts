import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../testing/test-platform.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform({ settings: { limits: { clientsPerOwner: 3 } } });
  await platform.addUser('us', 'anna@us.example');
  await platform.addUser('us', 'bert@us.example');
});
afterAll(() => platform.stop());

test('of 12 clients registered at the same time as many are made as an owner may have', async () => {
  const made = await Promise.allSettled(
    Array.from({ length: 12 }, () => platform.addClient({ type: 'server', owner: 'anna@us.example' })),
  );
  expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  const [refused] = made.filter((each) => each.status === 'rejected');
  expect(String(refused?.reason)).toContain('the owner has 3 clients; at most 3 are allowed');
  await platform.addClient({ type: 'self', owner: 'bert@us.example' });
  await expect(platform.addClient({ type: 'self', owner: 'bert@us.example' })).rejects.toThrow('has a self client');
});
