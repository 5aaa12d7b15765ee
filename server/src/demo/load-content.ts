import type { AdminContext } from '../admin/context.ts';
import { internalCall } from '../crm/jobs/job-call.ts';
import type { CrmCall } from '../crm/kernel/call.ts';
import { createItems } from '../crm/records/write/create-records.ts';
import { readFact, writeFact } from '../directory/facts.ts';
import { type DemoModule, demoModules, demoRecords } from './data/generate.ts';
import type { DemoUser } from './demo-accounts.ts';
import { loadDemoSettings } from './load-settings.ts';

const chunkSize = 100;

/**
 * How far the loading of a data centre is, in the directory. Every record is created at `startedAtMs`, so that a loading
 * that was cut short finds those that it has made.
 */
interface Progress {
  readonly startedAtMs: number;
  readonly complete: boolean;
}

/**
 * Fills the demo organizations with the settings and records of `demo/data`, one data centre after the other, while the platform
 * serves already. Cut short at any moment, the next call completes it and makes nothing twice. An organization that had
 * records before is left alone.
 */
export async function loadDemoContent(
  context: AdminContext,
  users: readonly Pick<DemoUser, 'dataCenter' | 'email'>[],
  signal: AbortSignal,
): Promise<void> {
  for (const id of context.dataCenters.keys()) {
    const email = users.find((user) => user.dataCenter === id)?.email ?? '';
    const known = await readProgress(context, id);
    if (known?.complete) continue;
    const begun = await ownerCall(context, id, email);
    // Records and no word of a loading: they are the user's own, or an earlier release's.
    if (!begun || (!known && (await hasRecords(begun)))) continue;
    const startedAtMs = known?.startedAtMs ?? begun.nowMs;
    if (!known) await writeProgress(context, id, { startedAtMs, complete: false });
    await loadDemoSettings(begun);
    const call = (await ownerCall(context, id, email)) ?? begun;
    const ids = new Map<DemoModule, readonly (string | undefined)[]>();
    for (const name of demoModules) {
      const made = await loadModule({ ...call, nowMs: startedAtMs }, name, ids, signal);
      ids.set(name, made);
      if (signal.aborted) return;
    }
    await writeProgress(context, id, { startedAtMs, complete: true });
  }
}

const factOf = (dataCenter: string): string => `demo records ${dataCenter}`;

async function readProgress({ directory }: AdminContext, dataCenter: string): Promise<Progress | undefined> {
  const known = await readFact(directory, factOf(dataCenter));
  return known === undefined ? undefined : (JSON.parse(known) as Progress);
}

async function writeProgress({ directory }: AdminContext, dataCenter: string, progress: Progress): Promise<void> {
  await writeFact(directory, factOf(dataCenter), JSON.stringify(progress));
}

/** A call as the demo organization's owner. */
async function ownerCall(context: AdminContext, dataCenter: string, email: string): Promise<CrmCall | undefined> {
  const { crm, database } = context.dataCenters.get(dataCenter) as NonNullable<
    ReturnType<AdminContext['dataCenters']['get']>
  >;
  const [row] = await database.query<{ organization_id: string }>({
    text: `SELECT space.organization_id FROM crm_user JOIN crm_data_space AS space USING (data_space)
           WHERE crm_user.email = $1 AND space.environment = 'production' LIMIT 1`,
    values: [email],
  });
  const space = row && (await crm.spaces.get(row.organization_id, 'production'));
  const user = space?.contents.users.find((each) => each.email === email);
  return space && user && internalCall(crm, context.random, space, user, context.clock.nowMs());
}

async function hasRecords({ store, space }: CrmCall): Promise<boolean> {
  const rows = await store.database.query({
    text: 'SELECT 1 FROM crm_record WHERE data_space = $1 LIMIT 1',
    values: [space.dataSpace],
  });
  return rows.length > 0;
}

/** Ids of the module's records that this loading has made already, in the order in which it made them. */
async function madeBefore({ store, space, user, nowMs }: CrmCall, module: number): Promise<string[]> {
  const rows = await store.database.query<{ record_id: string }>({
    text: `SELECT record_id FROM crm_record
           WHERE data_space = $1 AND module = $2 AND created_at_ms = $3 AND created_by = $4 ORDER BY record_id`,
    values: [space.dataSpace, module, nowMs, user.id],
  });
  return rows.map(({ record_id }) => record_id);
}

async function loadModule(
  call: CrmCall,
  name: DemoModule,
  ids: ReadonlyMap<DemoModule, readonly (string | undefined)[]>,
  signal: AbortSignal,
): Promise<(string | undefined)[]> {
  const module = call.space.metadata.find(name);
  if (!module) return [];
  const made: (string | undefined)[] = await madeBefore(call, module.number);
  const owners = call.space.contents.users.filter(({ status }) => status === 'active').map(({ id }) => ({ id }));
  const records = demoRecords(name, call.nowMs).map((record, index) => ({
    ...(resolve(record, ids) as object),
    Owner: owners[index % owners.length],
  }));
  for (let begin = made.length; begin < records.length && !signal.aborted; begin += chunkSize) {
    const answers = await createItems(call, module, records.slice(begin, begin + chunkSize));
    made.push(...answers.map((each) => (each.status === 'success' ? String(each.details.id) : undefined)));
  }
  return made;
}

/** Puts ids where `@Accounts.3` stands. */
function resolve(value: unknown, ids: ReadonlyMap<DemoModule, readonly (string | undefined)[]>): unknown {
  if (typeof value === 'string') {
    const [, module, index] = /^@(\w+)\.(\d+)$/.exec(value) ?? [];
    return module === undefined ? value : ids.get(module as DemoModule)?.[Number(index)];
  }
  if (Array.isArray(value)) return value.map((each) => resolve(each, ids));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolve(each, ids)]));
}
