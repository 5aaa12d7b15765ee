import { Database } from '../database/database.ts';
import { checkCitus, distributeTables } from '../database/distribute.ts';
import type { OpenDatabase } from '../databases.ts';
import type { Interruption } from '../foundation/interruption.ts';
import { printJson, printLine } from './output.ts';
import type { StartOptions } from './start-options.ts';
import { onStoppedPlatform } from './stopped-platform.ts';

export interface MigrateOptions extends StartOptions {
  /** Spread the tables of the data centres over the machines of such a cluster. */
  readonly distribute?: 'citus';
}

/** The command `migrate`. */
export async function migrateDatabases(options: MigrateOptions): Promise<void> {
  const opening = { existingOnly: false, whenInterrupted: 'each database is as it was or up to date' };
  await onStoppedPlatform(options, opening, async ({ databases, dataCenterIds, interruption }) => {
    const names = ['directory', ...dataCenterIds];
    const distributed = options.distribute && (await distributeAll(databases.all, interruption));
    if (options.json) return printJson({ migrated: names, ...(distributed && { distributed }) });
    printLine(`Up to date: ${names.join(', ')}`);
    for (const [id, tables] of Object.entries(distributed ?? {})) {
      printLine(
        `Distributed in ${id}: ${tables.length === 0 ? 'nothing, all tables have their places' : tables.join(', ')}`,
      );
    }
  });
}

/** Distributes the tables of all data centres, once it is known of each that it can be. @returns those that were, by data centre. */
async function distributeAll(
  databases: readonly OpenDatabase[],
  interruption: Interruption,
): Promise<Record<string, string[]>> {
  const dataCenters = databases.filter(({ kind }) => kind === 'data-center');
  for (const { requests } of dataCenters) await checkCitus(requests);
  const distributed: Record<string, string[]> = {};
  for (const { label, ownerConnection } of dataCenters) {
    interruption.asked.throwIfAborted();
    const owner = new Database({ label, connection: ownerConnection, limits: { maxConnections: 1 } });
    distributed[label] = await distributeTables(owner).finally(() => owner.close());
  }
  return distributed;
}
