import type { AdminContext } from '../admin/context.ts';
import { internalCall } from '../crm/jobs/job-call.ts';
import type { CrmCall } from '../crm/kernel/call.ts';
import { createItems } from '../crm/records/write/create-records.ts';
import { type DemoModule, demoModules, demoRecords } from './data/generate.ts';
import type { DemoUser } from './demo-accounts.ts';
import { loadDemoSettings } from './load-settings.ts';

const chunkSize = 100;

/**
 * Fills the demo organizations with the settings and records of `demo/data`, one data centre after the other, while the platform
 * serves already. An organization that has records is left alone.
 */
export async function loadDemoContent(
  context: AdminContext,
  users: readonly Pick<DemoUser, 'dataCenter' | 'email'>[],
  signal: AbortSignal,
): Promise<void> {
  for (const id of context.dataCenters.keys()) {
    const email = users.find((user) => user.dataCenter === id)?.email ?? '';
    const begun = await ownerCall(context, id, email);
    if (!begun || (await hasRecords(begun))) continue;
    await loadDemoSettings(begun);
    const call = (await ownerCall(context, id, email)) ?? begun;
    const ids = new Map<DemoModule, readonly (string | undefined)[]>();
    for (const name of demoModules) {
      const made = await loadModule({ ...call, nowMs: context.clock.nowMs() }, name, ids, signal);
      ids.set(name, made);
      if (signal.aborted) return;
    }
  }
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
    text: 'SELECT FROM crm_record WHERE data_space = $1 LIMIT 1',
    values: [space.dataSpace],
  });
  return rows.length > 0;
}

async function loadModule(
  call: CrmCall,
  name: DemoModule,
  ids: ReadonlyMap<DemoModule, readonly (string | undefined)[]>,
  signal: AbortSignal,
): Promise<(string | undefined)[]> {
  const module = call.space.metadata.find(name);
  const made: (string | undefined)[] = [];
  if (!module) return made;
  const owners = call.space.contents.users.filter(({ status }) => status === 'active').map(({ id }) => ({ id }));
  const records = demoRecords(name, call.nowMs).map((record, index) => ({
    ...(resolve(record, ids) as object),
    Owner: owners[index % owners.length],
  }));
  for (let begin = 0; begin < records.length && !signal.aborted; begin += chunkSize) {
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
