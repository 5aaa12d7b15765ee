import type { Database } from '../database/database.ts';
import type { ClockState } from '../foundation/clock.ts';

/** What the directory remembers of the platform's time, where the lab has moved it. */
const factName = 'clock';

/** Undefined while the platform lives in real time. */
export async function readClockState(directory: Pick<Database, 'query'>): Promise<ClockState | undefined> {
  const [row] = await directory.query<{ value: string }>({
    text: 'SELECT value FROM directory_fact WHERE name = $1',
    values: [factName],
  });
  return row && (JSON.parse(row.value) as ClockState);
}

/** Undefined: the platform is back in real time. */
export async function writeClockState(
  directory: Pick<Database, 'query'>,
  state: ClockState | undefined,
): Promise<void> {
  await directory.query(
    state
      ? {
          text: `INSERT INTO directory_fact (name, value) VALUES ($1, $2)
                 ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value`,
          values: [factName, JSON.stringify(state)],
        }
      : { text: 'DELETE FROM directory_fact WHERE name = $1', values: [factName] },
  );
}
