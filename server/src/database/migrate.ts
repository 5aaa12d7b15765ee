import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { UsableFailure } from '../foundation/failure.ts';
import { isAtLeast, platformVersion } from '../foundation/version.ts';
import { oldestReleaseAfter } from './contractions.ts';
import type { Database, Queryable, Statement } from './database.ts';

/** The two kinds of database, each with a folder of forward-only migrations. */
export type DatabaseKind = 'directory' | 'data-center';

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

const lockKey = 7_426_891;

/**
 * The role that requests are served with, where there is one beside the owner of the tables: it reads and writes rows, and
 * changes no table. The audit log it may only read and add to.
 */
export const applicationRole = 'grantway_app';
const appendOnly = 'audit_entry';
const grants = `DO $$ DECLARE part regclass; BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = '${applicationRole}') AND current_user <> '${applicationRole}' THEN
    GRANT USAGE ON SCHEMA public TO ${applicationRole};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${applicationRole};
    GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO ${applicationRole};
    IF to_regclass('${appendOnly}') IS NOT NULL THEN
      FOR part IN SELECT relid FROM pg_partition_tree('${appendOnly}') LOOP
        EXECUTE format('REVOKE UPDATE, DELETE ON %s FROM ${applicationRole}', part);
      END LOOP;
    END IF;
  END IF;
END $$`;

const known = new Map<DatabaseKind, readonly Migration[]>();

/** Read once, because a platform opens several databases of a kind. */
function readMigrations(kind: DatabaseKind): readonly Migration[] {
  const there = known.get(kind);
  if (there) return there;
  const folder = new URL(`./migrations/${kind}/`, import.meta.url);
  const migrations = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const sql = readFileSync(new URL(file, folder), 'utf8');
      return { name: file.slice(0, -4), sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
  known.set(kind, migrations);
  return migrations;
}

interface Applied {
  readonly name: string;
  readonly checksum: string;
  /** The oldest release that goes on with it; null where a release that did not know of this has applied it. */
  readonly oldest_release: string | null;
}

// Databases of earlier releases have no such column.
const readApplied: Statement = {
  text: "SELECT name, checksum, to_jsonb(migration) ->> 'oldest_release' AS oldest_release FROM migration",
};
const noSuchTable = '42P01';
const forbidden = '42501';

/**
 * Whether the migrations of this release were applied, and no others but those of later releases beside which this one goes on:
 * one statement, no lock.
 */
export async function isUpToDate(database: Database, kind: DatabaseKind): Promise<boolean> {
  const migrations = readMigrations(kind);
  try {
    const rows = await database.query<Applied>(readApplied);
    const applied = new Map(rows.map((row) => [row.name, row.checksum]));
    return (
      migrations.every(({ name, checksum }) => applied.get(name) === checksum) &&
      rows.every((row) => isUsable(row, kind))
    );
  } catch (error) {
    // Not there, or not readable for the role of the application until its owner has migrated it.
    if ([noSuchTable, forbidden].includes((error as { code?: string }).code ?? '')) return false;
    throw error;
  }
}

/** Whether this release goes on when the migration has been applied: it is its own, or takes away nothing that it needs. */
function isUsable({ name, oldest_release: oldest }: Applied, kind: DatabaseKind): boolean {
  if (readMigrations(kind).some((migration) => migration.name === name)) return true;
  return oldest !== null && isAtLeast(platformVersion, oldest);
}

/**
 * Brings the database up to date, all of it or nothing, one process at a time. `nowMs` is the platform's time.
 * @returns the names of the migrations that were applied now.
 */
export async function migrate(database: Database, kind: DatabaseKind, nowMs: number): Promise<string[]> {
  if (await isUpToDate(database, kind)) return [];
  // An index of a large table takes as long as it takes, and so does another process that migrates.
  const unlimited = { statementTimeoutSeconds: 0 };
  const { label } = database;
  try {
    return await database.transaction((transaction) => applyMigrations(transaction, { kind, label, nowMs }), unlimited);
  } catch (error) {
    if ((error as { code?: string }).code !== forbidden) throw error;
    throw new UsableFailure(
      `the ${label} database has not all migrations of this release, and this role may not change its tables: ` +
        'run "grantway migrate", or start a part whose role owns them, first',
    );
  }
}

export interface WantedMigrations {
  readonly kind: DatabaseKind;
  /** What messages call the database. */
  readonly label: string;
  readonly nowMs: number;
  /** Those of an earlier release; default: all that this release has. */
  readonly only?: readonly string[];
}

/** Applies what is missing, in the caller's transaction. @returns the names of the migrations that were applied now. */
export async function applyMigrations(
  transaction: Queryable,
  { kind, label, nowMs, only }: WantedMigrations,
): Promise<string[]> {
  const migrations = readMigrations(kind);
  const unknown = (names: Iterable<string>) => {
    for (const name of names) {
      if (!migrations.some((migration) => migration.name === name)) {
        throw new UsableFailure(
          `the ${label} database was migrated by a newer release ("${name}" is unknown here): start that release`,
        );
      }
    }
  };
  await transaction.query({ text: `SELECT pg_advisory_xact_lock(${lockKey})` });
  await transaction.query({
    text: `CREATE TABLE IF NOT EXISTS migration (
             name text PRIMARY KEY, checksum text NOT NULL, applied_at_ms bigint NOT NULL)`,
  });
  await transaction.query({ text: 'ALTER TABLE migration ADD COLUMN IF NOT EXISTS oldest_release text' });
  const applied = new Map((await transaction.query<Applied>(readApplied)).map((row) => [row.name, row.checksum]));
  unknown(applied.keys());
  unknown(only ?? []);
  const fresh: string[] = [];
  for (const migration of migrations) {
    if (only && !only.includes(migration.name)) continue;
    const checksum = applied.get(migration.name);
    if (checksum === migration.checksum) continue;
    if (checksum !== undefined) {
      throw new UsableFailure(
        `migration "${migration.name}" differs from the one applied to the ${label} database; ` +
          'migrations are never edited, add a new one',
      );
    }
    await transaction.query({ text: migration.sql });
    await transaction.query({
      text: 'INSERT INTO migration (name, checksum, applied_at_ms, oldest_release) VALUES ($1, $2, $3, $4)',
      values: [migration.name, migration.checksum, nowMs, oldestReleaseAfter(kind, migration.name)],
    });
    fresh.push(migration.name);
  }
  await grantToApplication(transaction);
  return fresh;
}

/** The names of the migrations that were applied to the database, in their order. */
export async function readMigrationNames(queryable: Queryable): Promise<string[]> {
  const rows = await queryable.query<{ name: string }>({ text: 'SELECT name FROM migration ORDER BY name' });
  return rows.map(({ name }) => name);
}

/**
 * Removes all tables, sequences and functions of the schema, in the caller's transaction; what belongs to extensions stays. For a
 * database that is filled anew.
 */
export async function dropTables(transaction: Queryable): Promise<void> {
  await transaction.query({
    text: `DO $$ DECLARE each record; BEGIN
      FOR each IN SELECT c.relname AS name FROM pg_class AS c
                  WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.oid LOOP
        -- A cluster's copy of a table goes with it, and is younger.
        EXECUTE format('DROP TABLE IF EXISTS %I CASCADE', each.name);
      END LOOP;
      FOR each IN SELECT c.relname AS name FROM pg_class AS c
                  WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'S' LOOP
        EXECUTE format('DROP SEQUENCE %s CASCADE', each.name);
      END LOOP;
      FOR each IN SELECT p.oid::regprocedure AS name FROM pg_proc AS p
                  WHERE p.pronamespace = current_schema()::regnamespace
                    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e') LOOP
        EXECUTE format('DROP ROUTINE %s CASCADE', each.name);
      END LOOP;
    END $$`,
  });
}

/** Lets the role of the application work with all tables, where there is such a role. */
export async function grantToApplication(queryable: Queryable): Promise<void> {
  await queryable.query({ text: grants });
}
