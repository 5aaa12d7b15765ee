import type { Database } from '../database/database.ts';
import type { ClockState } from '../foundation/clock.ts';
import { readFact, removeFact, writeFact } from './facts.ts';

/** What the directory remembers of the platform's time, where the lab has moved it. */
const factName = 'clock';

/** Undefined while the platform lives in real time. */
export async function readClockState(directory: Pick<Database, 'query'>): Promise<ClockState | undefined> {
  const known = await readFact(directory, factName);
  return known === undefined ? undefined : (JSON.parse(known) as ClockState);
}

/** Undefined: the platform is back in real time. */
export async function writeClockState(
  directory: Pick<Database, 'query'>,
  state: ClockState | undefined,
): Promise<void> {
  if (state) await writeFact(directory, factName, JSON.stringify(state));
  else await removeFact(directory, factName);
}
