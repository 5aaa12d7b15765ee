import { randomUUID } from 'node:crypto';
import { ConfigurationError } from '../../../common/errors.ts';
import { type Columns, columnNames, fromColumns, storeFailure, toColumns } from './columns.ts';
import type { StoredToken, StoreOptions, TokenRow, TokenStore } from './token-store.ts';

/** A connected client of the package `redis` (`sendCommand`) or `ioredis`, `iovalkey` (`call`). */
export type RedisClient =
  | { sendCommand(args: string[]): Promise<unknown> }
  | { call(command: string, ...args: string[]): Promise<unknown> };

export interface RedisStoreOptions {
  /** Before every key. Default `oauth_token:`. */
  readonly prefix?: string | undefined;
}

/** One script is one step for Redis; arguments: the version, then names and values, none to delete. */
const swap = `
local version = redis.call('HGET', KEYS[1], 'version') or ''
if version ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if #ARGV > 1 then redis.call('HSET', KEYS[1], unpack(ARGV, 2)) end
return 1`;

/**
 * Keeps tokens in Redis or Valkey, a hash for each user. The client is yours: closing the store leaves it open. Switch the
 * server's persistence on, or a restart loses all users.
 *
 * @example
 * const client = await createClient({ url: 'redis://localhost:6379' }).connect();
 * const store = redisTokenStore(client);
 */
export function redisTokenStore(client: RedisClient, { prefix = 'oauth_token:' }: RedisStoreOptions = {}): TokenStore {
  const send = commandsOf(client);
  const run = async (what: string, args: string[], { signal }: StoreOptions = {}): Promise<unknown> => {
    signal?.throwIfAborted();
    try {
      return await send(args);
    } catch (error) {
      throw storeFailure(what, error);
    }
  };
  const readAt = async (place: string, options?: StoreOptions): Promise<StoredToken | undefined> => {
    const values = (await run('read', ['HMGET', place, ...columnNames], options)) as (string | null)[];
    const columns = Object.fromEntries(columnNames.map((name, index) => [name, values[index]]));
    return columns.version ? fromColumns(columns) : undefined;
  };
  return {
    get: (key, options) => readAt(prefix + key, options),
    async compareAndSwap(key: string, version: string | null, row: TokenRow | null, options?: StoreOptions) {
      const written = randomUUID();
      const columns: Columns | undefined = row ? toColumns({ key, version: written, row }) : undefined;
      const pairs = columns ? columnNames.flatMap((name) => [name, columns[name]]) : [];
      const swapped = await run('written', ['EVAL', swap, '1', prefix + key, version ?? '', ...pairs], options);
      return Number(swapped) === 1 ? { version: written } : undefined;
    },
    async list(options) {
      const places = new Set<string>();
      const pattern = `${prefix.replace(/[*?[\]\\^]/g, '\\$&')}*`;
      let cursor = '0';
      do {
        const answer = await run('read', ['SCAN', cursor, 'MATCH', pattern, 'COUNT', '500'], options);
        const [next, found] = answer as [string, string[]];
        for (const place of found) places.add(place);
        cursor = String(next);
      } while (cursor !== '0');
      const all = await Promise.all([...places].map((place) => readAt(place, options)));
      return all.filter((stored) => stored !== undefined);
    },
    async close() {},
  };
}

function commandsOf(client: RedisClient): (args: string[]) => Promise<unknown> {
  // A client of ioredis has both; its sendCommand takes an object.
  if ('call' in client) return ([command = '', ...args]) => client.call(command, ...args);
  if ('sendCommand' in client) return (args) => client.sendCommand(args);
  throw new ConfigurationError('expected a client of redis, ioredis or iovalkey, got something else', {
    code: 'bad_redis_client',
  });
}
