import { setTimeout as delay } from 'node:timers/promises';
import type { LabContext } from '../context.ts';

/** How long requests, and then statements, may take to come to their end before they are cut short. */
const requestsMs = 2_000;
const statementsMs = 5_000;

/** Runs `work` while no request is under way: new ones wait until it is done. Connections stay. */
export async function whileQuiet<Result>(context: LabContext, work: () => Promise<Result>): Promise<Result> {
  const { admin, faults } = context;
  faults.traffic.close();
  try {
    await until(() => faults.traffic.underWay === 0, requestsMs);
    await admin.clients.storeSecretUses();
    await Promise.all([...admin.dataCenters.values()].map(({ events }) => events.flush()));
    return await work();
  } finally {
    faults.traffic.open();
  }
}

/**
 * Runs `work` while nothing of this process is connected to any database: new requests wait, those under way come to
 * their end first, and so do jobs. Afterwards everything goes on with new connections; `settle` runs before the first
 * waiting request does.
 */
export async function whilePaused<Result>(
  context: LabContext,
  work: () => Promise<Result>,
  settle: (result: Result) => Promise<void>,
): Promise<Result> {
  const { admin, databases, directoryNotices } = context;
  const pools = [...new Set(databases.flatMap(({ requests, background }) => [requests, background]))];
  const notices = [directoryNotices, ...[...admin.dataCenters.values()].map((each) => each.notices)];
  return whileQuiet(context, async () => {
    await until(() => pools.every((pool) => pool.isIdle), statementsMs);
    for (const pool of pools) pool.hold();
    let result: Result;
    try {
      await Promise.all([...notices.map((each) => each.suspend()), ...pools.map((pool) => pool.disconnect())]);
      result = await work();
    } finally {
      for (const pool of pools) pool.release();
      await Promise.all(notices.map((each) => each.start()));
    }
    await settle(result);
    return result;
  });
}

async function until(condition: () => boolean, longestMs: number): Promise<void> {
  const endMs = performance.now() + longestMs;
  while (!condition() && performance.now() < endMs) await delay(1);
}
