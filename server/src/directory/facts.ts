import type { Queryable } from '../database/database.ts';

/** What is to be remembered once for the whole platform, by name: a text each. */
export async function readFact(directory: Queryable, name: string): Promise<string | undefined> {
  const [row] = await directory.query<{ value: string }>({
    text: 'SELECT value FROM directory_fact WHERE name = $1',
    values: [name],
  });
  return row?.value;
}

export async function writeFact(directory: Queryable, name: string, value: string): Promise<void> {
  await directory.query({
    text: 'INSERT INTO directory_fact (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value',
    values: [name, value],
  });
}

/** Writes a fact unless there is one of that name. */
export async function proposeFact(directory: Queryable, name: string, value: string): Promise<void> {
  await directory.query({
    text: 'INSERT INTO directory_fact (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    values: [name, value],
  });
}

export async function removeFact(directory: Queryable, name: string): Promise<void> {
  await directory.query({ text: 'DELETE FROM directory_fact WHERE name = $1', values: [name] });
}
