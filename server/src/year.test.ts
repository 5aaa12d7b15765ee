import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StandardStage } from './accounts/standard/testing/standard-stage.ts';
import { addUser } from './crm/store/space/provisioning.ts';
import type { Database } from './database/database.ts';
import { until } from './testing/platform-process.ts';
import { AccountsUse } from './testing/use/accounts-use.ts';
import { CrmUse } from './testing/use/crm-use.ts';

/**
 * A year of the platform's clock under a use that stays the same: no table of any database may grow on. With
 * GRANTWAY_TEST_YEAR_STEP_DAYS=1 every day is lived, and what each table takes on disk is printed.
 */
const stepDays = Number(process.env.GRANTWAY_TEST_YEAR_STEP_DAYS ?? 30);
const printed = process.env.GRANTWAY_TEST_YEAR_STEP_DAYS !== undefined;
const daySeconds = 86_400;
const auditKeptDays = 60;

/** By when a table has as many rows as it will ever have: in general what is kept longest for a while, jobs and the bin. */
const settledDay = 75;
/** Tables that hold something for longer. */
const settlesLater: Readonly<Record<string, { readonly day: number; readonly why: string }>> = {
  crm_deleted_record: { day: 195, why: '60 days in the bin, and listed as permanently deleted for 120 more' },
  crm_timeline: { day: 195, why: 'goes with its record' },
  refresh_generation: { day: 195, why: 'rotated tokens are known again for 180 days' },
  signing_key: { day: 195, why: 'retires after 90 days, and is kept for 90 more' },
};
/** Tables whose number of rows varies, and the most that they may have. */
const varies: Readonly<Record<string, { readonly most: (settled: number) => number; readonly why: string }>> = {
  audit_entry: { most: (settled) => settled * 1.25, why: 'goes by whole months, of 28 to 31 days' },
  crm_record_count: { most: () => 64 * 2 * 12, why: 'the writers of a module share 64 rows for each state' },
  protocol_event: { most: (settled) => settled * 1.02, why: 'what happens in one moment may be told as one' },
};
/** Tables that this use does not touch, or never fills: each holds what somebody set up. */
const setUp = 'grows by what users and operators set up';
const unused: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      ...['crm_assignment_entry', 'crm_assignment_rule', 'crm_auto_number', 'crm_custom_module', 'crm_deleted_field'],
      ...['crm_pipeline', 'crm_setting', 'crm_territory', 'crm_territory_user', 'crm_variable', 'crm_variable_group'],
      ...['outside_identity', 'passkey', 'recovery_code', 'totp_secret'],
    ].map((name) => [name, setUp]),
  ),
  crm_write_mark: 'written where there is a read replica only, and kept for an hour',
  migration: 'a row for each of them',
  notice_origin: 'one row for ever',
  registration_token: 'swept by whoever adds one',
};

let stage: StandardStage;
const receiver = createServer((_request, response) => response.end());

beforeAll(async () => {
  stage = await StandardStage.start({
    settings: {
      limits: { crmCreditsPerDay: 100_000, refreshTokensPerUserAndClient: 2 },
      ...{ privateRecords: true, audit: { keptDays: auditKeptDays } },
    },
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  receiver.close();
  receiver.closeAllConnections();
  await stage?.platform.stop();
});

async function tablesOf(database: Database): Promise<string[]> {
  const rows = await database.query<{ name: string }>({
    text: `SELECT relname AS name FROM pg_class WHERE relnamespace = current_schema()::regnamespace
             AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1`,
  });
  return rows.map(({ name }) => name);
}

/** Rows of each table, as a snapshot of this moment. */
async function countRows(database: Database): Promise<Record<string, number>> {
  const tables = await tablesOf(database);
  const [row] = await database.query<{ counts: number[] }>({
    text: `SELECT ARRAY[${tables.map((name) => `(SELECT count(*) FROM ${name})::int`).join(', ')}] AS counts`,
  });
  return Object.fromEntries(tables.map((name, index) => [name, row?.counts[index] ?? 0]));
}

/** The tables that rows were ever added to, as the server counts them, a little later. */
async function everFilled(database: Database): Promise<Set<string>> {
  const rows = await database.query<{ name: string }>({
    text: `SELECT regexp_replace(relname, '^(audit_entry)_.*', '\\1') AS name FROM pg_stat_user_tables WHERE n_tup_ins > 0`,
  });
  return new Set(rows.map(({ name }) => name));
}

async function begin() {
  const { platform } = stage;
  const us = platform.dataCenters.get('us');
  const { origins } = platform.topology.find('us') ?? {};
  if (!us || !origins) throw new Error('no data centre us');
  const [organization] = await us.database.query<{ id: string }>({
    text: 'SELECT organization_id AS id FROM crm_organization',
  });
  const organizationId = organization?.id ?? '';
  const user = { userId: '700000001', email: 'bob@us.example', firstName: 'Bob', lastName: 'B' };
  const nowMs = () => platform.clock.nowMs();
  const [colleague] = await us.database.transaction((transaction) =>
    addUser(transaction, { organizationId, user, nowMs: nowMs() }),
  );
  const accounts = await AccountsUse.begin(stage);
  const target = {
    ...{ api: origins.api, content: origins.content, organizationId, nowMs, colleagueId: colleague?.userId ?? '' },
    notifyUrl: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
  };
  return { us, accounts, crm: await CrmUse.begin(target, await accounts.day()) };
}

test('a year of the same use leaves every table as large as it was', { timeout: 3_600_000, retry: 0 }, async () => {
  const { platform } = stage;
  const { us, accounts, crm } = await begin();
  const databases = [us.database, platform.admin.directory];
  const busy = {
    text: 'SELECT FROM crm_job WHERE ended_at_ms IS NULL UNION ALL SELECT FROM crm_notification',
  };
  const seen: { readonly day: number; readonly rows: Readonly<Record<string, number>> }[] = [];
  for (let day = 0; day <= 365; day += stepDays) {
    await crm.day(await accounts.day());
    // The clock has moved: everybody who works in the background looks what is due, and sweeps.
    await us.database.query({ text: `SELECT pg_notify('grantway', 'clock:0')` });
    await until(async () => (await us.database.query(busy)).length === 0, 'the work of the day is done', 30);
    await us.events.flush();
    for (const each of platform.dataCenters.values()) await each.sweep();
    const counted = await Promise.all(databases.map(countRows));
    seen.push({ day, rows: Object.assign({}, ...counted) });
    platform.clock.advance(stepDays * daySeconds);
  }

  const most = (name: string, from: number, to: number) =>
    Math.max(...seen.filter(({ day }) => day >= from && day < to).map(({ rows }) => rows[name] as number));
  const grown = Object.keys(seen[0]?.rows ?? {}).flatMap((name) => {
    const from = settlesLater[name]?.day ?? settledDay;
    const middle = (from + 366) / 2;
    const [settled, later] = [most(name, from, middle), most(name, middle, 366)];
    return later <= (varies[name]?.most(settled) ?? settled) ? [] : [`${name}: ${settled} rows, then ${later}`];
  });
  expect(grown).toEqual([]);
  const untouched = async () => {
    const filled = await Promise.all(databases.map(everFilled));
    const tables = new Set((await Promise.all(databases.map(tablesOf))).flat());
    return [...tables].filter((name) => !filled.some((each) => each.has(name))).sort();
  };
  await expect.poll(untouched).toEqual(Object.keys(unused).sort());
  if (printed) await print(databases, seen.at(-1)?.rows ?? {});
});

/** Rows and bytes on disk of each table after a vacuum. */
async function print(databases: readonly Database[], rows: Readonly<Record<string, number>>): Promise<void> {
  for (const database of databases) {
    await database.query({ text: 'VACUUM' });
    const sizes = await database.query<{ name: string; bytes: string }>({
      text: 'SELECT relname AS name, pg_total_relation_size(relid) AS bytes FROM pg_stat_user_tables ORDER BY 2 DESC',
    });
    for (const { bytes, name } of sizes) process.stdout.write(`${name}: ${rows[name] ?? '-'} rows, ${bytes} bytes\n`);
  }
}
