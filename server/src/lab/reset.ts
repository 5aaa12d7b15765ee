import { insertRows, readRows, tablesOf } from '../database/content.ts';
import { Database } from '../database/database.ts';
import { migrate } from '../database/migrate.ts';
import { rememberHomeIndexKey } from '../directory/key-check.ts';
import { keyPurposes } from '../foundation/key-purposes.ts';
import { deriveKey } from '../foundation/secrets.ts';
import type { LabContext, LabDatabase } from './context.ts';
import type { LabSnapshots } from './snapshots/lab-snapshots.ts';

const rowsAtOnce = 1_000;
/** What an empty data centre still has: the keys that its ID tokens were signed with, which a start makes. */
const keptTables = new Set(['signing_key']);
const limits = { statementTimeoutSeconds: 60, maxConnections: 2 };

/**
 * Makes the platform what it was after its first start with a demo: empty databases, the machine's time, the demo with
 * the passwords that it had. Snapshots stay.
 */
export async function resetToDemo(context: LabContext, snapshots: LabSnapshots): Promise<{ readonly took_ms: number }> {
  const began = performance.now();
  await snapshots.replace(async (names) => {
    for (const each of context.databases) await makeEmpty(context, snapshots, each, names.get(each.label) as string);
  });
  await context.demo.seed();
  return { took_ms: Math.round(performance.now() - began) };
}

async function makeEmpty(
  context: LabContext,
  snapshots: LabSnapshots,
  { kind, label, requests }: LabDatabase,
  name: string,
): Promise<void> {
  const copies = snapshots.copiesOf({ label });
  await copies.create(name);
  const database = new Database({ label, connection: copies.connectionTo(name), limits });
  try {
    await migrate(database, kind, context.clock.real.nowMs());
    if (kind === 'directory') {
      await rememberHomeIndexKey(database, deriveKey(context.dataDirectory.secretKey, keyPurposes.homeIndex));
    }
    for (const shape of (await tablesOf(database)).filter((each) => keptTables.has(each.name))) {
      await requests.transaction(async (transaction) => {
        for await (const rows of readRows(transaction, shape, rowsAtOnce)) await insertRows(database, shape, rows);
      });
    }
  } finally {
    await database.close();
  }
}
