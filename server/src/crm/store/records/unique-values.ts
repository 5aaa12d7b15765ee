import type { Database, Queryable } from '../../../database/database.ts';
import type { UniqueClaim } from '../../kernel/record/record.ts';
import type { Conflict, LinkWrites, NewRecord, RecordUpdate, WriteOutcome } from '../../kernel/record/writes.ts';
import { insertRecords, moveToBin, updateRecords } from './write-records.ts';

export type Claiming = { readonly key: NewRecord['key']; readonly claims: readonly UniqueClaim[] };

/** Inserts records that hold values of unique fields: those that lose a value are left out, all in one transaction. */
export function insertClaimed(database: Database, records: readonly NewRecord[]): Promise<WriteOutcome[]> {
  return database.transaction((transaction) => insertClaimedWith(transaction, records));
}

/** The same in the caller's transaction. */
export async function insertClaimedWith(
  transaction: Queryable,
  records: readonly NewRecord[],
): Promise<WriteOutcome[]> {
  const conflicts = await claim(transaction, records);
  await insertRecords(
    transaction,
    records.filter(({ key, goesWith }) => !conflicts.has(key.id) && !conflicts.has(goesWith ?? '')),
  );
  return records.map(({ key }): WriteOutcome => {
    const lost = conflicts.get(key.id);
    return lost ? { written: false, conflicts: lost } : { written: true };
  });
}

/** Updates records whose unique values change. */
export function updateClaimed(database: Database, records: readonly RecordUpdate[]): Promise<WriteOutcome[]> {
  return database
    .transaction(async (transaction) => {
      // The rows are written first: that takes their locks, so that two changes of one record wait for each other here.
      const written = await updateRecords(transaction, records);
      const claiming = records.flatMap(({ key, claims }, index) =>
        written[index] && claims !== null ? [{ key, claims }] : [],
      );
      await release(
        transaction,
        claiming.map(({ key }) => key),
      );
      const conflicts = await claim(transaction, claiming);
      if (conflicts.size > 0) throw new ClaimsLost(conflicts);
      for (const [index, { links, key }] of records.entries()) {
        if (written[index]) for (const each of links ?? []) await writeLinks(transaction, key, each);
      }
      return records.map(
        (_, index): WriteOutcome => (written[index] ? { written: true } : { written: false, stale: true }),
      );
    })
    .catch((error: unknown) => {
      if (!(error instanceof ClaimsLost)) throw error;
      // Nothing was written. The ones that lost a value are answered, the others are written without them.
      const { conflicts } = error;
      return updateWithout(database, records, conflicts);
    });
}

/** @throws ClaimsLost for the record whose link would link what is linked already. */
async function writeLinks(transaction: Queryable, owner: NewRecord['key'], links: LinkWrites): Promise<void> {
  const { linking, removed, by, atMs } = links;
  const removedIds = removed.map(({ id }) => id);
  if (removedIds.length > 0) await moveToBin(transaction, owner.dataSpace, linking.number, removedIds, by, atMs);
  await updateRecords(transaction, links.changed);
  const claiming = links.changed.flatMap(({ key, claims }) => (claims === null ? [] : [{ key, claims }]));
  await release(
    transaction,
    claiming.map(({ key }) => key),
  );
  const [lost] = (await claim(transaction, claiming)).values();
  if (lost) throw new ClaimsLost(new Map([[owner.id, lost]]));
  // What is linked already stays as it is.
  await insertClaimedWith(transaction, links.inserted);
}

async function updateWithout(
  database: Database,
  records: readonly RecordUpdate[],
  conflicts: ReadonlyMap<string, readonly Conflict[]>,
): Promise<WriteOutcome[]> {
  const others = records.filter(({ key }) => !conflicts.has(key.id));
  const outcomes = others.length === 0 ? [] : await updateClaimed(database, others);
  return records.map(({ key }): WriteOutcome => {
    const lost = conflicts.get(key.id);
    if (lost) return { written: false, conflicts: lost };
    return outcomes[others.findIndex((other) => other.key.id === key.id)] as WriteOutcome;
  });
}

/** Thrown inside a transaction to roll it back. */
class ClaimsLost extends Error {
  readonly conflicts: ReadonlyMap<string, readonly Conflict[]>;

  constructor(conflicts: ReadonlyMap<string, readonly Conflict[]>) {
    super('unique values are taken');
    this.conflicts = conflicts;
  }
}

/** Takes the values; a record that loses one gives all of its others back. @returns conflicts by record id. */
export async function claim(transaction: Queryable, records: readonly Claiming[]): Promise<Map<string, Conflict[]>> {
  const wanted = records
    .flatMap(({ key, claims }) => claims.map((each) => ({ key, ...each })))
    // One order for everybody, so that two transactions never wait for each other.
    .sort((a, b) => (a.field + a.value < b.field + b.value ? -1 : 1));
  const conflicts = new Map<string, Conflict[]>();
  if (wanted.length === 0) return conflicts;
  await transaction.query({
    name: 'crm-claim-values',
    text: `INSERT INTO crm_unique_value (data_space, module, field, value, record_id)
           SELECT * FROM unnest($1::integer[], $2::integer[], $3::text[], $4::text[], $5::bigint[])
           ON CONFLICT DO NOTHING`,
    values: columns(wanted),
  });
  const holders = await transaction.query<{ place: number; holder: string | null }>({
    text: `SELECT wanted.place::integer, held.record_id AS holder
           FROM unnest($1::integer[], $2::integer[], $3::text[], $4::text[], $5::bigint[]) WITH ORDINALITY
                  AS wanted (data_space, module, field, value, record_id, place)
           LEFT JOIN crm_unique_value AS held USING (data_space, module, field, value)
           WHERE held.record_id IS DISTINCT FROM wanted.record_id ORDER BY wanted.place`,
    values: columns(wanted),
  });
  for (const { place, holder } of holders) {
    // The holder gave the value back between the two statements: begin again.
    if (holder === null) throw Object.assign(new Error('a unique value changed hands'), { code: '40001' });
    const lost = wanted[place - 1] as (typeof wanted)[number];
    const known = conflicts.get(lost.key.id) ?? [];
    conflicts.set(lost.key.id, [...known, { field: lost.field, recordId: holder }]);
  }
  await release(
    transaction,
    records.filter(({ key }) => conflicts.has(key.id)).map(({ key }) => key),
  );
  return conflicts;
}

function columns(wanted: readonly (UniqueClaim & { key: NewRecord['key'] })[]): unknown[] {
  return [
    wanted.map(({ key }) => key.dataSpace),
    wanted.map(({ key }) => key.module),
    wanted.map(({ field }) => field),
    wanted.map(({ value }) => value),
    wanted.map(({ key }) => key.id),
  ];
}

async function release(transaction: Queryable, keys: readonly NewRecord['key'][]): Promise<void> {
  if (keys.length === 0) return;
  await transaction.query({
    text: `DELETE FROM crm_unique_value USING unnest($1::integer[], $2::integer[], $3::bigint[])
                  AS gone (data_space, module, record_id)
           WHERE crm_unique_value.data_space = gone.data_space AND crm_unique_value.module = gone.module
             AND crm_unique_value.record_id = gone.record_id`,
    values: [keys.map((key) => key.dataSpace), keys.map((key) => key.module), keys.map((key) => key.id)],
  });
}
