import type { Database, Queryable } from '../database/database.ts';

/** The audit log is kept by the month (UTC): one partition each. */
export interface AuditPartition {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The month that a moment is in. */
export function partitionOf(atMs: number): AuditPartition {
  const at = new Date(atMs);
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
  return {
    name: `audit_entry_${String(year).padStart(4, '0')}_${String(month + 1).padStart(2, '0')}`,
    fromMs: Date.UTC(year, month),
    toMs: Date.UTC(year, month + 1),
  };
}

/** Makes it unless it is there. */
export async function openPartition(queryable: Queryable, { name, fromMs, toMs }: AuditPartition): Promise<void> {
  await queryable.query({ text: 'SELECT audit_open_partition($1, $2, $3)', values: [name, fromMs, toMs] });
}

/** The partitions that are there, oldest first. */
export async function listPartitions(queryable: Queryable): Promise<AuditPartition[]> {
  const rows = await queryable.query<{ name: string }>({
    text: `SELECT relid::text AS name FROM pg_partition_tree('audit_entry') WHERE isleaf AND level = 1 ORDER BY name`,
  });
  return rows.map(({ name }) => {
    const [, year, month] = /_(\d{4})_(\d{2})$/.exec(name) ?? [];
    return partitionOf(Date.UTC(Number(year), Number(month) - 1));
  });
}

/** A part of the chain that went with a partition, and the hash that it ended with. */
export interface RemovedPart {
  readonly first: number;
  readonly last: number;
  readonly lastHash: string;
}

/** The parts of the chain that a partition holds: usually one; more where the clock was set back. */
export async function partsIn(queryable: Queryable, { fromMs, toMs }: AuditPartition): Promise<RemovedPart[]> {
  return queryable.query<RemovedPart & Record<string, unknown>>({
    text: `SELECT min(sequence)::float8 AS first, max(sequence)::float8 AS last,
             encode((array_agg(hash ORDER BY sequence DESC))[1], 'hex') AS "lastHash"
           FROM (SELECT sequence, hash, sequence - row_number() OVER (ORDER BY sequence) AS part
                 FROM audit_entry WHERE at_ms >= $1 AND at_ms < $2) AS e GROUP BY part ORDER BY 1`,
    values: [fromMs, toMs],
  });
}

export async function dropPartition(database: Database | Queryable, { name }: AuditPartition): Promise<void> {
  await database.query({ text: 'SELECT audit_drop_partition($1)', values: [name] });
}
