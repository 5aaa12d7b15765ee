import type { Queryable } from '../database/database.ts';
import { writeFact } from './facts.ts';

/** Names of facts about one data centre: this, and its id behind it. */
export const settingsFact = 'settings ';
const restoredFact = 'restored ';

/**
 * The data centres that a platform with this directory has: those that it was started with, in whatever process, and those
 * that a backup brought back, in the order of their ids.
 */
export async function listKnownDataCenters(directory: Queryable): Promise<string[]> {
  const rows = await directory.query<{ name: string }>({
    text: 'SELECT name FROM directory_fact WHERE starts_with(name, $1) OR starts_with(name, $2)',
    values: [settingsFact, restoredFact],
  });
  return [...new Set(rows.map(({ name }) => name.slice(name.indexOf(' ') + 1)))].toSorted();
}

/** Remembers a data centre that a backup brought back: it has not been started with this directory yet. */
export async function rememberRestored(directory: Queryable, dataCenterId: string): Promise<void> {
  await writeFact(directory, `${restoredFact}${dataCenterId}`, '');
}
