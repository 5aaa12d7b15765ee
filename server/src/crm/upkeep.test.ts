import { afterAll, expect, test } from 'vitest';
import { lifetimes } from './kernel/lifetimes.ts';
import { checkedCalls } from './testing/checked-call.ts';
import { startCrm } from './testing/crm-platform.ts';
import { multipart } from './testing/multipart.ts';
import { sweep } from './upkeep.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);

await crm.database.query({
  text: `INSERT INTO crm_custom_field (data_space, module, api_name, definition, created_at_ms, modified_at_ms)
         SELECT data_space, 2175, 'Papers', $1, 0, 0 FROM crm_data_space`,
  values: [JSON.stringify({ id: 900_000_001, api_name: 'Papers', label: 'Papers', type: 'fileupload', length: 5 })],
});
const upload = async (filename: string): Promise<string> =>
  (await call('POST', 'files', multipart({ file: { filename, content: filename } }))).json.data[0].details.id;
const files = async () => {
  const rows = await crm.database.query<{ name: string }>({
    text: `SELECT name FROM crm_file JOIN crm_file_piece USING (data_space, file_id) ORDER BY name`,
  });
  return rows.map(({ name }) => name);
};
const token = () => crm.tokenFor(crm.organization.organizationId, crm.organization.ownerZuid);

test('an upload lives for a day, or for as long as a record refers to it', async () => {
  const [created, changed] = [await upload('created'), await upload('changed')];
  await upload('unused');
  const lead = await one('Leads', { Last_Name: 'x', Papers: [{ File_Id__s: created }] });
  await call('PUT', `Leads/${lead}`, { body: { data: [{ Papers: [{ File_Id__s: changed }] }] } });
  crm.clock.advance(lifetimes.unusedFileMs / 1000 + 1);
  const late = await upload('late');
  // Whoever still writes a record with the file has an hour.
  await sweep(crm.database, crm.clock.nowMs());
  expect(await files()).toEqual(['changed', 'created', 'late', 'unused']);
  const refused = await call('POST', 'Leads', {
    token: token(),
    body: { data: [{ Last_Name: 'y', Papers: [{ File_Id__s: await unusedId() }] }] },
  });
  expect(refused.json.data[0]).toMatchObject({ code: 'INVALID_DATA', details: { api_name: 'Papers' } });
  crm.clock.advance(3_600);
  await sweep(crm.database, crm.clock.nowMs());
  expect(await files()).toEqual(['changed', 'created', 'late']);
  expect((await call('GET', 'files', { token: token(), query: { id: late } })).text).toBe('late');
});

async function unusedId(): Promise<string> {
  const [row] = await crm.database.query<{ file_id: string }>({
    text: `SELECT file_id FROM crm_file WHERE name = 'unused'`,
  });
  return row?.file_id as string;
}

test('an upload that was never complete is thrown away after a day', async () => {
  await crm.database.query({
    text: `WITH file AS (INSERT INTO crm_file VALUES (1, 'half', 'half', 'x', 0, false, 1, $1))
           INSERT INTO crm_file_piece VALUES (1, 'half', 0, 'x')`,
    values: [crm.clock.nowMs()],
  });
  crm.clock.advance(lifetimes.abandonedFileMs / 1000 - 1);
  await sweep(crm.database, crm.clock.nowMs());
  expect(await files()).toContain('half');
  crm.clock.advance(2);
  await sweep(crm.database, crm.clock.nowMs());
  expect(await files()).not.toContain('half');
});

test('jobs are kept by their kind, and never while something is left to do', async () => {
  const job = (operation: string, endedAtMs: number | null, dueAtMs: number | null) =>
    crm.database.query({
      text: `INSERT INTO crm_job (data_space, job_id, organization_id, environment, operation, state, request, progress,
                                  created_by, created_at_ms, ended_at_ms, due_at_ms)
             VALUES (1, (SELECT count(*) FROM crm_job), 1, 'production', $1, 'completed', '{}', '{}', 1, 0, $2, $3)`,
      values: [operation, endedAtMs, dueAtMs],
    });
  const now = crm.clock.nowMs();
  await job('read', now - lifetimes.bulkJobMs - 1, null);
  await job('write', now - lifetimes.bulkJobMs - 1, now + 1);
  await job('import', null, null);
  await job('bin_purge', now - lifetimes.bulkJobMs - 1, null);
  await sweep(crm.database, now);
  const kept = await crm.database.query<{ operation: string }>({ text: 'SELECT operation FROM crm_job ORDER BY 1' });
  expect(kept.map(({ operation }) => operation)).toEqual(['bin_purge', 'import', 'write']);
});
