/**
 * A process of its own that works with a shared store. It is told what to do by messages: each names the stores, how many
 * calls to make of each, and how far its clock is ahead. It answers with how many calls went well.
 */

import { createClient } from '@redis/client';
import pg from 'pg';
import { DataCenters, MemoryTokenStore, type NamedOrigins, OAuthClient, type TokenStore } from '../index.ts';
import { FileTokenStore } from '../store/file.ts';
import { postgresTokenStore } from '../store/postgres.ts';
import { redisTokenStore } from '../store/redis.ts';
import { sqliteTokenStore } from '../store/sqlite.ts';

export interface WorkerSetup {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly dataCenters: Readonly<Record<string, NamedOrigins>>;
  /** Where each store is, by its kind. */
  readonly stores: Readonly<Record<string, string>>;
  readonly key: string;
  /** End the process instead of storing what a renewal brought. */
  readonly dieBeforeSaving?: boolean;
}

export interface Round {
  readonly calls: number;
  readonly aheadMs: number;
}

export interface RoundResult {
  readonly good: number;
  readonly failures: readonly string[];
  /** Renewals that this process made, by kind of store. */
  readonly renewals: Readonly<Record<string, number>>;
}

export async function openStore(kind: string, place: string): Promise<TokenStore> {
  if (kind === 'file') return new FileTokenStore(place);
  if (kind === 'sqlite') return sqliteTokenStore(place);
  if (kind === 'postgres') return postgresTokenStore(new pg.Pool({ connectionString: place, max: 2 }));
  if (kind === 'redis') {
    const client = createClient({ socket: { path: place, tls: false } });
    // The server ends before its clients do.
    return redisTokenStore(await client.on('error', () => {}).connect());
  }
  return new MemoryTokenStore();
}

/** A store that takes the process with it before the tokens of a renewal are written. */
function deadly(inner: TokenStore): TokenStore {
  return {
    get: (key, options) => inner.get(key, options),
    list: (options) => inner.list(options),
    close: () => inner.close(),
    compareAndSwap(key, version, row, options) {
      if (row?.lease === null) process.kill(process.pid, 'SIGKILL');
      return inner.compareAndSwap(key, version, row, options);
    },
  };
}

async function work(setup: WorkerSetup): Promise<void> {
  let aheadMs = 0;
  const renewals: Record<string, number> = {};
  const sessions = await Promise.all(
    Object.entries(setup.stores).map(async ([kind, place]) => {
      const store = await openStore(kind, place);
      renewals[kind] = 0;
      const oauth = new OAuthClient({
        clientId: setup.clientId,
        clientSecret: setup.clientSecret,
        dataCenters: DataCenters.of(setup.dataCenters),
        store: setup.dieBeforeSaving ? deadly(store) : store,
        now: () => Date.now() + aheadMs,
        fetch(input, init) {
          if (init?.body instanceof URLSearchParams) renewals[kind] = (renewals[kind] ?? 0) + 1;
          return fetch(input, init);
        },
      });
      return oauth.session(setup.key);
    }),
  );
  const call = async (session: (typeof sessions)[number]): Promise<string> => {
    const answer = await session.send({ method: 'GET', url: '/crm/v8/users?type=CurrentUser' });
    const text = await answer.text();
    return answer.status === 200 ? '' : `${answer.status} ${text.slice(0, 200)}`;
  };
  process.on('message', async (round: Round) => {
    ({ aheadMs } = round);
    const lanes = sessions.map(async (session) => {
      const results: string[] = [];
      for (let made = 0; made < round.calls; made++) {
        results.push(await call(session).catch((error: Error) => `${error.name}: ${error.message}`));
      }
      return results;
    });
    const results = (await Promise.all(lanes)).flat();
    const failures = results.filter((text) => text !== '');
    process.send?.({ good: results.length - failures.length, failures, renewals } satisfies RoundResult);
  });
  process.send?.('ready');
}

if (import.meta.main) {
  process.once('disconnect', () => process.exit());
  process.once('message', (setup: WorkerSetup) => void work(setup));
}
