import { afterAll, expect, test } from 'vitest';
import { startHangingReceiver } from '../../testing/hanging-receiver.ts';
import { until } from '../../testing/platform-process.ts';
import { startCrm } from '../testing/crm-platform.ts';
import { claimJob, dueJobs } from './job-table.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { organization, neighbour } = crm;
const busy = crm.tokenFor(organization.organizationId, organization.ownerZuid);
const other = crm.tokenFor(neighbour.organizationId, neighbour.ownerZuid);

async function bulkRead(token: string, callback?: string): Promise<string> {
  const body = {
    query: { module: { api_name: 'Leads' } },
    ...(callback && { callback: { url: callback, method: 'post' } }),
  };
  const headers = { 'content-type': 'application/json' };
  const answer = await crm.call('POST', '/crm/bulk/v8/read', { token, headers, body });
  expect(answer.status, answer.text).toBe(201);
  return answer.json.data[0].details.id;
}

/** How many jobs of an organization have not ended. */
async function unfinished(organizationId: string): Promise<number> {
  const [row] = await crm.database.query<{ count: number }>({
    text: 'SELECT count(*)::int AS count FROM crm_job WHERE organization_id = $1 AND ended_at_ms IS NULL',
    values: [organizationId],
  });
  return row?.count ?? 0;
}

test('callbacks to receivers that hang hold up no job, and each receiver has a few at a time', async () => {
  await using hanging = await startHangingReceiver();
  for (let count = 0; count < 12; count++) await bulkRead(busy, hanging.url);
  await until(async () => (await unfinished(organization.organizationId)) === 0, 'the jobs with callbacks have ended');
  await until(() => hanging.open > 0, 'callbacks hang');
  await bulkRead(other);
  await bulkRead(busy);
  const both = async () =>
    (await unfinished(neighbour.organizationId)) + (await unfinished(organization.organizationId)) === 0;
  await until(both, 'the later jobs have ended');
  expect(hanging.open).toBeGreaterThan(0);
  expect(hanging.mostOpen).toBeLessThanOrEqual(5);
});

test('three hundred jobs in the queue hold a neighbour up for one of them, not for all', async () => {
  const template = await bulkRead(busy);
  const neighbours = await bulkRead(other);
  await until(async () => (await unfinished(neighbour.organizationId)) === 0, 'the neighbour is idle');
  await until(async () => (await unfinished(organization.organizationId)) === 0, 'the queue is empty');
  // All at once, the neighbour's last.
  await crm.database.transaction(async (transaction) => {
    await transaction.query({
      text: `INSERT INTO crm_job (data_space, job_id, organization_id, environment, operation, state, request, progress,
                                  created_by, created_at_ms, due_at_ms)
             SELECT data_space, job_id + number * 1000, organization_id, environment, operation, 'added', request, '{}',
                    created_by, created_at_ms, created_at_ms - 1000 + number
             FROM crm_job, generate_series(1, 300) AS number WHERE job_id = $1`,
      values: [template],
    });
    await transaction.query({
      text: `UPDATE crm_job SET state = 'added', progress = '{}', ended_at_ms = NULL, result = NULL, file_id = NULL,
                    due_at_ms = created_at_ms, attempts = 0 WHERE job_id = $1`,
      values: [neighbours],
    });
  });
  await crm.wakeWorkers();
  await until(async () => (await unfinished(neighbour.organizationId)) === 0, "the neighbour's job has ended");
  expect(await unfinished(organization.organizationId)).toBeGreaterThan(200);
  await until(async () => (await unfinished(organization.organizationId)) === 0, 'all have ended', 60);
});

test('of those who ask for a job at the same moment one gets it; of each data space some are looked at', async () => {
  // Due after the time that the workers of this platform live at.
  const dueAtMs = crm.clock.nowMs() + 86_400_000;
  await crm.database.query({
    text: `INSERT INTO crm_job (data_space, job_id, organization_id, environment, operation, state, request, progress,
                                created_by, created_at_ms, due_at_ms)
           SELECT space, space * 1000 + number, 1, 'production', 'read', 'added', '{}', '{}', 1, 0, $1::bigint + number
           FROM (VALUES (8, 60), (9, 2)) AS busy (space, jobs), generate_series(1, jobs) AS number`,
    values: [dueAtMs],
  });
  const nowMs = dueAtMs + 1_000;
  const due = await dueJobs(crm.database, 'work', nowMs, ['8001']);
  const ofSpace = (space: number) => due.filter(({ dataSpace }) => dataSpace === space).map(({ id }) => id);
  expect(ofSpace(8)).toEqual(Array.from({ length: 50 }, (_, index) => String(8002 + index)));
  expect(ofSpace(9)).toEqual(['9001', '9002']);
  const [first] = due.filter(({ dataSpace }) => dataSpace === 9);
  const tries = Array.from({ length: 12 }, (_, index) =>
    claimJob(crm.database, first as (typeof due)[number], `lease${index}`, nowMs),
  );
  expect((await Promise.all(tries)).filter((job) => job !== undefined)).toHaveLength(1);
});
