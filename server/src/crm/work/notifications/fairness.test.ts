import { afterAll, expect, test } from 'vitest';
import { localDataCenter } from '../../../config/data-centers.ts';
import { ChangeNotices } from '../../../database/change-notices.ts';
import { silentLog } from '../../../http/log.ts';
import { outgoingPolicy } from '../../../http/outgoing/outgoing-policy.ts';
import { startHangingReceiver, startReceiver } from '../../../testing/hanging-receiver.ts';
import { until } from '../../../testing/platform-process.ts';
import { startCrm } from '../../testing/crm-platform.ts';
import { Notifier } from './notifier.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const dataCenter = localDataCenter('us', 'global', 0, 8000);
const notifierOf = () =>
  new Notifier({
    store: crm.store,
    dataCenter,
    // Never started: tests say when it sends.
    notices: new ChangeNotices(crm.database),
    clock: crm.clock,
    log: silentLog,
    events: { record: () => {} },
    policy: outgoingPolicy(crm.settings.outgoingCalls, { dataCenters: [dataCenter] }, []),
  });
const { organization, neighbour } = crm;
const busy = crm.tokenFor(organization.organizationId, organization.ownerZuid);
const other = crm.tokenFor(neighbour.organizationId, neighbour.ownerZuid);

async function watch(token: string, channel: number, url: string, module: string): Promise<void> {
  const item = { channel_id: String(channel), notify_url: url, events: [`${module}.create`], token: 't' };
  const answer = await crm.call('POST', '/crm/v8/actions/watch', { token, body: { watch: [item] } });
  expect(answer.status, answer.text).toBe(201);
}

async function create(token: string, module: string): Promise<void> {
  const answer = await crm.call('POST', `/crm/v8/${module}`, { token, body: { data: [{ Last_Name: 'W' }] } });
  expect(answer.status, answer.text).toBe(201);
}

test('a hundred notifications to a receiver that hangs hold up neither the neighbour nor another receiver', async () => {
  await using hanging = await startHangingReceiver();
  await using good = await startReceiver();
  await watch(busy, 1, hanging.url, 'Leads');
  for (let count = 0; count < 100; count++) await create(busy, 'Leads');
  await watch(busy, 2, `${good.url}?of=busy`, 'Contacts');
  await create(busy, 'Contacts');
  await watch(other, 3, `${good.url}?of=other`, 'Leads');
  await create(other, 'Leads');
  const notifier = notifierOf();
  try {
    void notifier.send();
    await until(() => good.bodies.length === 2, 'the two others arrive');
    // Each is deleted when its receiver has answered.
    const pending = () => crm.database.query({ text: 'SELECT FROM crm_notification' });
    await until(async () => (await pending()).length <= 100, 'what has arrived is deleted');
    expect(await pending()).toHaveLength(100);
    expect(hanging.open).toBeGreaterThan(0);
    expect(hanging.mostOpen).toBeLessThanOrEqual(10);
    // One that is made now does not wait either.
    await create(other, 'Leads');
    void notifier.send();
    await until(() => good.bodies.length === 3, 'another one arrives');
    await until(async () => (await pending()).length <= 100, 'it is deleted');
    expect(hanging.open).toBeGreaterThan(0);
  } finally {
    await notifier.close();
  }
  const left = await crm.database.query<{ attempts: number; next_attempt_at_ms: string }>({
    text: 'SELECT attempts, next_attempt_at_ms FROM crm_notification',
  });
  expect(left).toHaveLength(100);
  for (const each of left) expect(each).toMatchObject({ attempts: 0 });
  expect(left.every((each) => Number(each.next_attempt_at_ms) <= crm.clock.nowMs())).toBe(true);
});

test('two processes tell each notification once', async () => {
  await crm.database.query({ text: 'TRUNCATE crm_watch, crm_notification' });
  await using good = await startReceiver();
  await watch(busy, 1, good.url, 'Leads');
  for (let count = 0; count < 40; count++) await create(busy, 'Leads');
  const notifiers = [notifierOf(), notifierOf()];
  await Promise.all(notifiers.map((notifier) => notifier.send()));
  const ids = good.bodies.flatMap((body) => JSON.parse(body).ids as string[]);
  expect([ids.length, new Set(ids).size]).toEqual([40, 40]);
  for (const notifier of notifiers) await notifier.close();
});
