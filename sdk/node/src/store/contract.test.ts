import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createClient } from '@redis/client';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabaseUrl } from '../../../../server/src/testing/test-platform.ts';
import { startRedis } from '../testing/redis-server.ts';
import { encryptTokens } from './encrypted.ts';
import { FileTokenStore } from './file.ts';
import { MemoryTokenStore } from './memory.ts';
import { postgresTokenStore } from './postgres.ts';
import { redisTokenStore } from './redis.ts';
import { sqliteTokenStore } from './sqlite.ts';
import type { TokenRow, TokenStore } from './token-store.ts';

const directory = mkdtempSync(join(tmpdir(), 'grantway-stores-'));
const closings: (() => unknown)[] = [];
const stores: Record<string, TokenStore> = {};
let redisSocket = '';
let pool: pg.Pool;

beforeAll(async () => {
  const redis = await startRedis();
  redisSocket = redis.socket;
  const nodeRedis = await createClient({ socket: { path: redis.socket, tls: false } }).connect();
  const ioRedis = new Redis(redis.socket);
  pool = new pg.Pool({ connectionString: await createDatabaseUrl('directory') });
  closings.push(
    () => nodeRedis.destroy(),
    () => ioRedis.disconnect(),
    () => pool.end(),
    () => redis.stop(),
  );
  stores.memory = new MemoryTokenStore();
  stores.file = new FileTokenStore(join(directory, 'tokens.csv'));
  stores.sqlite = sqliteTokenStore(join(directory, 'tokens.sqlite'));
  stores.postgres = postgresTokenStore(pool);
  stores.redis = redisTokenStore(nodeRedis);
  stores.ioredis = redisTokenStore(ioRedis, { prefix: 'other:' });
  stores.encrypted = encryptTokens(new MemoryTokenStore(), Buffer.alloc(32, 7));
});
afterAll(async () => {
  for (const store of Object.values(stores)) await store.close();
  for (const close of closings) await close();
  rmSync(directory, { recursive: true });
});

const row = (over: Partial<TokenRow> = {}): TokenRow => ({
  userId: '1000001000000411001',
  accessToken: '1000.aa.bb',
  refreshToken: '1000.cc.dd',
  expiresInSeconds: 3600,
  expiresAtMs: 1_795_297_114_484,
  location: 'in',
  domain: '.in',
  accountsDomain: 'https://accounts.zoho.in',
  apiDomain: 'https://www.zohoapis.in',
  environment: 'sandbox',
  email: 'odd"name, with\nall of it\'s@example.com',
  organizationId: '601000002',
  clientId: '1000.CLIENT',
  scope: 'ZohoCRM.modules.ALL ZohoCRM.users.READ',
  lease: { holder: 'h', untilMs: 1_795_297_114_999 },
  ...over,
});

describe.each(['memory', 'file', 'sqlite', 'postgres', 'redis', 'ioredis', 'encrypted'])('%s', (name) => {
  const store = () => stores[name] as TokenStore;

  test('what was written is read, and replaced as a whole', async () => {
    expect(await store().get('a')).toBeUndefined();
    const first = await store().compareAndSwap('a', null, row());
    expect(await store().get('a')).toEqual({ key: 'a', version: first?.version, row: row() });
    const bare = row({ lease: null, refreshToken: '', email: '', scope: '' });
    const second = await store().compareAndSwap('a', first?.version as string, bare);
    expect(await store().get('a')).toEqual({ key: 'a', version: second?.version, row: bare });
    expect(second?.version).not.toBe(first?.version);
  });

  test('a version that is not the stored one writes nothing', async () => {
    const { version } = (await store().compareAndSwap('b', null, row())) ?? { version: '' };
    expect(await store().compareAndSwap('b', null, row({ email: 'x' }))).toBeUndefined();
    expect(await store().compareAndSwap('b', 'other', row({ email: 'x' }))).toBeUndefined();
    expect(await store().compareAndSwap('b', 'other', null)).toBeUndefined();
    expect(await store().compareAndSwap('none', 'other', row())).toBeUndefined();
    expect((await store().get('b'))?.version).toBe(version);
  });

  test('a version never comes again, not even when a row was deleted and made anew', async () => {
    const { version } = (await store().compareAndSwap('c', null, row())) ?? { version: '' };
    expect(await store().compareAndSwap('c', version, null)).toBeDefined();
    expect(await store().get('c')).toBeUndefined();
    await store().compareAndSwap('c', null, row());
    expect(await store().compareAndSwap('c', version, row())).toBeUndefined();
  });

  test('of many writers at once exactly one succeeds', async () => {
    for (let round = 0, version: string | null = null; round < 5; round++) {
      const tries = Array.from({ length: 20 }, (_, index) =>
        store().compareAndSwap('d', version, row({ email: String(index) })),
      );
      const written = (await Promise.all(tries)).filter((each) => each !== undefined);
      expect(written).toHaveLength(1);
      version = written[0]?.version ?? null;
      expect((await store().get('d'))?.version).toBe(version);
    }
  });

  test('lists all rows; keys may be any text', async () => {
    const odd = `o'dd,"key"\n*?`;
    await store().compareAndSwap(odd, null, row());
    expect((await store().list()).map(({ key }) => key).toSorted()).toEqual(['a', 'b', 'c', 'd', odd].toSorted());
    expect((await store().get(odd))?.row).toEqual(row());
  });

  test('a signal that was aborted ends it', async () => {
    if (name === 'memory' || name === 'encrypted') return;
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(store().get('a', { signal })).rejects.toThrow('enough');
    await expect(store().compareAndSwap('a', null, row(), { signal })).rejects.toThrow('enough');
  });
});

describe('file', () => {
  test('for its owner only, with the columns of the vendor first, numbered, and nothing left beside it', async () => {
    const path = join(directory, 'tokens.csv');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const fresh = new FileTokenStore(join(directory, 'plain.csv'));
    for (let index = 1; index <= 11; index++) {
      await fresh.compareAndSwap(`k${index}`, null, row({ email: 'own@acme.test' }));
    }
    const lines = readFileSync(join(directory, 'plain.csv'), 'utf8').split('\n');
    const vendor =
      'id,user_name,client_id,client_secret,refresh_token,access_token,grant_token,expiry_time,redirect_url,api_domain,';
    expect(lines[0]?.startsWith(vendor)).toBe(true);
    const values =
      '11,own@acme.test:601000002,1000.CLIENT,,1000.cc.dd,1000.aa.bb,,1795297114484,,https://www.zohoapis.in,';
    expect(lines[11]?.startsWith(values)).toBe(true);
    expect(readdirSync(directory).filter((name) => name.startsWith('plain') || name.startsWith('tokens.csv'))).toEqual([
      'plain.csv',
      'tokens.csv',
    ]);
  });

  test('lines of the vendor stay; a lock of a process that has ended is taken away', async () => {
    const path = join(directory, 'vendor.csv');
    const line =
      '7,own@acme.test:1,1000.CID,sec,1000.rt,1000.at,1000.g,1795297114484,http://127.0.0.1/cb,http://127.0.0.1';
    const vendor =
      'id,user_name,client_id,client_secret,refresh_token,access_token,grant_token,expiry_time,redirect_url,api_domain';
    writeFileSync(path, `${vendor}\n${line}\n`);
    writeFileSync(`${path}.lock`, '999999999 nowhere x');
    const { utimesSync } = await import('node:fs');
    utimesSync(`${path}.lock`, new Date(0), new Date(0));
    await new FileTokenStore(path).compareAndSwap('mine', null, row({ email: 'x' }));
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(line);
    expect(text).toMatch(/^8,x:601000002,/m);
  });

  test('a file that cannot be read is an error without what is in it', async () => {
    const error = await new FileTokenStore(join(directory, 'none', 'x.csv'))
      .compareAndSwap('a', null, row())
      .catch((e) => e);
    expect(error).toMatchObject({ name: 'StoreError', code: 'store_failed' });
    expect(error.message).not.toContain('1000.aa');
  });
});

describe('encryption', () => {
  const key = Buffer.alloc(32, 1).toString('base64');
  test.each(['sqlite', 'postgres', 'redis', 'file'])('no token reaches %s in plain text', async (name) => {
    const store = encryptTokens(stores[name] as TokenStore, key);
    await store.compareAndSwap('sealed', null, row({ accessToken: '1000.secretA', refreshToken: '1000.secretR' }));
    expect((await store.get('sealed'))?.row).toMatchObject({
      accessToken: '1000.secretA',
      refreshToken: '1000.secretR',
    });
    const raw = await stores[name]?.get('sealed');
    expect(JSON.stringify(raw)).not.toContain('secret');
    // Another row's value is no good here.
    await stores[name]?.compareAndSwap('moved', null, raw?.row as TokenRow);
    await expect(store.get('moved')).rejects.toMatchObject({ code: 'token_not_readable' });
  });

  test('a new key reads what the old one sealed; a wrong one says so', async () => {
    const inner = new MemoryTokenStore();
    await encryptTokens(inner, key).compareAndSwap('a', null, row());
    const other = Buffer.alloc(32, 2);
    expect((await encryptTokens(inner, [other, key]).get('a'))?.row.accessToken).toBe('1000.aa.bb');
    await expect(encryptTokens(inner, other).get('a')).rejects.toMatchObject({ code: 'token_not_readable' });
    expect(() => encryptTokens(inner, 'short')).toThrow('32 bytes');
  });
});

test('the columns of a table are those of the order', async () => {
  const { rows } = await pool.query(
    'SELECT user_id, domain, accounts_domain, environment, expires_in FROM oauth_token LIMIT 1',
  );
  expect(rows[0]).toMatchObject({ domain: '.in', environment: 'sandbox', expires_in: '3600' });
  const database = new DatabaseSync(join(directory, 'tokens.sqlite'));
  expect(database.prepare('SELECT count(*) AS n FROM oauth_token').get()).toMatchObject({ n: expect.any(Number) });
  database.close();
  expect(redisSocket).not.toBe('');
});
