import { createRemoteJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { runCommandLine } from '../../cli/program.ts';
import { ChangeNotices } from '../../database/change-notices.ts';
import { Database } from '../../database/database.ts';
import { ManualClock } from '../../foundation/clock.ts';
import { systemRandom } from '../../foundation/random.ts';
import { createTestDatabase } from '../../testing/test-database.ts';
import { unlimited } from '../../testing/unlimited.ts';
import { IdentityStage, user } from '../identity/testing/identity-stage.ts';
import { localKeyVault } from './key-vault.ts';
import { SigningKeys } from './signing-keys.ts';

const leadSeconds = 600;
const hour = 3600;

describe('over HTTP', () => {
  let stage: IdentityStage;
  beforeAll(async () => {
    stage = await IdentityStage.start({ settings: { limits: unlimited } });
  });
  afterAll(() => stage.platform.stop());

  const keyIds = async () =>
    ((await stage.get('/oauth/v2/keys')).json as unknown as JSONWebKeySet).keys.map((key) => key.kid);
  const signedWith = (idToken: string) => decodeProtectedHeader(idToken).kid;
  const idToken = async () => (await stage.tokens('openid')).id_token ?? '';
  const admin = async (method: string, path: string, body?: object) => {
    const { adminOrigin, admin: context } = stage.platform;
    const headers = { authorization: `Bearer ${context.adminToken}` };
    const response = await fetch(`${adminOrigin}${path}`, {
      ...{ method, headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };

  test('the key set is public, without private members, and cached for less than the lead time', async () => {
    const { headers, json, status } = await stage.get('/oauth/v2/keys', { origin: 'https://anywhere.example' });
    expect(status).toBe(200);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('cache-control')).toBe('public, max-age=300');
    expect(headers.getSetCookie()).toEqual([]);
    expect(json).toEqual({
      keys: [
        {
          kty: 'RSA',
          alg: 'RS256',
          use: 'sig',
          kid: expect.stringMatching(/^[0-9a-f]{32}$/),
          n: expect.any(String),
          e: 'AQAB',
        },
      ],
    });
  });

  test('a rotation overlaps: published at once, signing after the lead time, gone with the last ID token (OID-02)', async () => {
    const { clock } = stage.platform;
    const before = await idToken();
    const [first] = await keyIds();
    expect(signedWith(before)).toBe(first);
    // As verifiers do: the set is fetched once, and again only for a key that is not in it.
    const keySet = createRemoteJWKSet(new URL(`${stage.origin()}/oauth/v2/keys`), { cooldownDuration: 0 });
    const verify = (token: string) => jwtVerify(token, keySet, { currentDate: new Date(clock.nowMs()) });
    await verify(before);

    const rotated = await admin('POST', '/data-centers/us/signing-keys/rotate');
    const signsFrom = new Date(clock.nowMs() + leadSeconds * 1000).toISOString();
    expect(rotated).toMatchObject({ status: 201, json: { state: 'next', signs_from: signsFrom, signs_until: null } });
    const second = rotated.json.key_id;
    expect(await keyIds()).toEqual([first, second]);
    expect(await stage.lastEvent('keys')).toMatchObject({ outcome: 'Success', detail: { rotatedTo: second } });

    const again = await admin('POST', '/data-centers/us/signing-keys/rotate');
    expect(again).toMatchObject({ status: 409, json: { error: { code: 'CONFLICT' } } });
    expect(JSON.stringify(again.json)).toContain(`${second} of data centre \\"us\\" is published already`);

    clock.advance(leadSeconds - 1);
    const last = await idToken();
    expect(signedWith(last)).toBe(first);
    await verify(last);
    clock.advance(1);
    const next = await idToken();
    expect(signedWith(next)).toBe(second);
    await verify(next);
    expect(await keyIds()).toEqual([first, second]);

    clock.advance(hour - 2);
    await verify(last);
    expect(await keyIds()).toEqual([first, second]);
    const described = (await admin('GET', '/data-centers/us/signing-keys')).json as unknown as Record<string, string>[];
    expect(described.map(({ key_id, state }) => [key_id, state])).toEqual([
      [second, 'signing'],
      [first, 'retired'],
    ]);
    expect(Date.parse(described[1]?.published_until ?? '')).toBeGreaterThanOrEqual(clock.nowMs() + 1000);
    // The end is written some minutes ahead of the signatures.
    clock.advance(2 * leadSeconds);
    expect(await keyIds()).toEqual([second]);
  });

  test('a client that asks for it gets ES256, beside the others; jose verifies both, through a rotation of each', async () => {
    const { clock } = stage.platform;
    const es = await stage.platform.addClient({ type: 'server', owner: user.email });
    const change = { overrides: { 'compatibility.idTokenEs256': true } };
    expect((await admin('PATCH', `/clients/${es.client_id}`, change)).status).toBe(200);
    const esToken = async () =>
      String((await stage.exchange(await stage.code({ scope: 'openid' }, es), es)).json.id_token);
    const keySet = createRemoteJWKSet(new URL(`${stage.origin()}/oauth/v2/keys`), { cooldownDuration: 0 });
    const verify = (token: string) => jwtVerify(token, keySet, { currentDate: new Date(clock.nowMs()) });
    const [rs, first] = [await idToken(), await esToken()];
    expect(decodeProtectedHeader(rs).alg).toBe('RS256');
    expect((await verify(rs)).protectedHeader.alg).toBe('RS256');
    expect((await verify(first)).protectedHeader.alg).toBe('ES256');
    const rotated = await admin('POST', '/data-centers/us/signing-keys/rotate', { algorithm: 'ES256' });
    expect(rotated).toMatchObject({ status: 201, json: { algorithm: 'ES256', state: 'next' } });
    clock.advance(leadSeconds);
    const second = await esToken();
    expect(signedWith(second)).toBe(rotated.json.key_id);
    expect(signedWith(await idToken())).toBe(signedWith(rs));
    await verify(second);
    await verify(first);
    const metadata = await stage.get('/oauth2/.well-known/openid-configuration');
    expect(metadata.json.id_token_signing_alg_values_supported).toEqual(['RS256', 'ES256']);
    const unknown = await admin('POST', '/data-centers/us/signing-keys/rotate', { algorithm: 'none' });
    expect(unknown.status).toBe(400);
  });

  test('in an emergency a key goes at once, with all it has signed, and another one signs', async () => {
    const { clock } = stage.platform;
    const before = await idToken();
    const stolen = signedWith(before) ?? '';
    const keySet = () => createRemoteJWKSet(new URL(`${stage.origin()}/oauth/v2/keys`));
    const verify = (token: string) => jwtVerify(token, keySet(), { currentDate: new Date(clock.nowMs()) });
    await verify(before);
    const retired = await admin('POST', '/data-centers/us/signing-keys/retire', { keyId: stolen });
    expect(retired.status).toBe(200);
    expect(await keyIds()).not.toContain(stolen);
    await expect(verify(before)).rejects.toThrow();
    const after = await idToken();
    expect(signedWith(after)).not.toBe(stolen);
    await verify(after);
    expect(await stage.lastEvent('keys')).toMatchObject({
      detail: { action: 'retire', retired: stolen, by: 'operator' },
    });
    expect((await admin('POST', '/data-centers/us/signing-keys/retire', { keyId: stolen })).status).toBe(404);
    expect((await admin('POST', '/data-centers/us/signing-keys/retire', { keyId: 'x' })).status).toBe(400);
  });

  test('each data centre has keys of its own; an unknown one is named', async () => {
    const { json } = await stage.get('/oauth/v2/keys', {}, 'in');
    expect((json as unknown as JSONWebKeySet).keys.map((key) => key.kid)).not.toEqual(await keyIds());
    const unknown = await admin('POST', '/data-centers/xx/signing-keys/rotate');
    expect(unknown).toMatchObject({ status: 404, json: { error: { message: expect.stringContaining('"xx"') } } });
  });

  describe('on the command line', () => {
    let printed = '';
    beforeAll(() => {
      vi.stubEnv('GRANTWAY_ADMIN_TOKEN', stage.platform.admin.adminToken);
      vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
        printed += String(text);
        return true;
      });
    });
    afterEach(() => {
      printed = '';
    });
    afterAll(() => {
      vi.restoreAllMocks();
      vi.unstubAllEnvs();
    });
    const run = (...args: string[]) => runCommandLine(['keys', ...args, '--admin', stage.platform.adminOrigin]);

    test('keys rotate and keys list say the same', async () => {
      expect(await run('rotate', '--dc', 'in', '--json')).toBe(0);
      const rotated = JSON.parse(printed) as Record<string, string>;
      expect(rotated.state).toBe('next');
      printed = '';
      expect(await run('list', '--dc', 'in')).toBe(0);
      const [headings, newest, oldest] = printed.trimEnd().split('\n');
      expect(headings).toMatch(/^KEY +ALGORITHM +STATE +CREATED +SIGNS FROM +SIGNS UNTIL +PUBLISHED UNTIL$/);
      expect(newest).toMatch(new RegExp(`^${rotated.key_id} +RS256 +next `));
      expect(oldest).toMatch(/^[0-9a-f]{32} +RS256 +signing /);
    });

    test('a second rotation during the lead time fails in one line', async () => {
      expect(await run('rotate', '--dc', 'in', '--json')).toBe(1);
      expect(JSON.parse(printed)).toMatchObject({ error: { code: 'CONFLICT' } });
    });
  });
});

describe('several processes on one database', () => {
  const closers: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  });

  async function processes(count: number, sealingKeys: readonly Buffer[] = []) {
    const origin = await createTestDatabase('data-center');
    closers.push(() => origin.close());
    const clock = new ManualClock(Date.UTC(2026, 0, 15, 12));
    const started = [];
    for (let index = 0; index < count; index++) {
      const database = new Database({
        label: `process ${index}`,
        connection: origin.connection,
        limits: { maxConnections: 2 },
      });
      const notices = new ChangeNotices(database);
      await notices.start();
      closers.push(
        () => database.close(),
        () => notices.close(),
      );
      const sealingKey = sealingKeys[index] ?? Buffer.alloc(32, 7);
      started.push(
        new SigningKeys({
          database,
          notices,
          clock,
          random: systemRandom,
          vault: localKeyVault(sealingKey),
          dataCenterId: 'us',
          leadSeconds,
        }),
      );
    }
    return { clock, database: origin, keys: started as [SigningKeys, SigningKeys, ...SigningKeys[]] };
  }

  const kids = async (keys: SigningKeys) => (await keys.published()).map((key) => key.kid);
  const sign = async (keys: SigningKeys, clock: ManualClock, ttlSeconds = hour) => {
    const exp = Math.floor(clock.nowMs() / 1000) + ttlSeconds;
    return decodeProtectedHeader(await keys.sign({ exp }, { legacyHeader: false })).kid;
  };

  test('a key that has signed for long enough gets a successor by itself, once over all processes', async () => {
    const { clock, keys } = await processes(2);
    const [one, other] = keys;
    const first = await sign(one, clock);
    expect(await one.rotateOld(90 * 24 * hour * 1000)).toEqual([]);
    clock.advance(90 * 24 * hour);
    const made = await Promise.all([one.rotateOld(90 * 24 * hour * 1000), other.rotateOld(90 * 24 * hour * 1000)]);
    expect(made.flat()).toHaveLength(1);
    expect(await sign(other, clock)).toBe(first);
    clock.advance(leadSeconds);
    expect(await sign(other, clock)).toBe(made.flat()[0]?.keyId);
  });

  test('of two processes that retire the same key, one does, and both sign with the new one', async () => {
    const { clock, keys } = await processes(2);
    const [one, other] = keys;
    const first = (await sign(one, clock)) ?? '';
    expect(await sign(other, clock)).toBe(first);
    await Promise.all([one.retire(first), other.retire(first)]);
    expect(await kids(one)).not.toContain(first);
    await vi.waitUntil(async () => !(await kids(other)).includes(first));
    expect(await sign(other, clock)).toBe(await sign(one, clock));
  });

  test('a first key is made once, however many need it at the same time', async () => {
    const { clock, keys } = await processes(3);
    const used = await Promise.all([...keys, ...keys].map((each) => sign(each, clock)));
    expect(new Set(used).size).toBe(1);
    expect(await kids(keys[1])).toEqual([used[0]]);
  });

  test('the first rotation makes a key that signs at once', async () => {
    const { clock, keys } = await processes(1);
    const rotation = await keys[0].rotate();
    expect(rotation).toMatchObject({ kind: 'rotated', key: { state: 'signing', activeFromMs: clock.nowMs() } });
  });

  test('a rotation on one is published by the other at once; of two at the same time one wins', async () => {
    const { clock, keys } = await processes(2);
    const first = await sign(keys[0], clock);
    await sign(keys[1], clock);
    const rotations = await Promise.all(keys.map((each) => each.rotate()));
    expect(rotations.map(({ kind }) => kind).sort()).toEqual(['next key waits', 'rotated']);
    const [{ keyId: second } = { keyId: '' }] = await keys[0].list();
    for (const each of keys) await vi.waitFor(async () => expect(await kids(each)).toEqual([first, second]));
    expect(await sign(keys[1], clock)).toBe(first);
    clock.advance(leadSeconds);
    expect(await Promise.all(keys.map((each) => sign(each, clock)))).toEqual([second, second]);
  });

  test('an ID token that lives long keeps its key published, whichever process signed it', async () => {
    const { clock, keys } = await processes(2);
    const first = await sign(keys[0], clock);
    await sign(keys[1], clock, 30 * 86_400);
    await keys[0].rotate();
    clock.advance(29 * 86_400);
    for (const each of keys) expect(await kids(each)).toContain(first);
    clock.advance(86_400 + leadSeconds);
    for (const each of keys) expect(await kids(each)).not.toContain(first);
  });

  test('a key that is no longer needed loses its private half; the list remembers it', async () => {
    const { clock, database, keys } = await processes(1);
    const first = await sign(keys[0], clock);
    await keys[0].rotate();
    clock.advance(86_400);
    await keys[0].rotate();
    const sealed = await database.query<{ key_id: string }>({
      text: 'SELECT key_id FROM signing_key WHERE sealed_private_jwk IS NOT NULL',
    });
    expect(sealed.map((row) => row.key_id)).not.toContain(first);
    expect((await keys[0].list()).map(({ state }) => state)).toEqual(['next', 'signing', 'gone']);
  });

  test('private keys are sealed: nothing of them is readable, and another secret key does not open them', async () => {
    const { clock, database, keys } = await processes(2, [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]);
    await sign(keys[0], clock);
    const [row] = await database.query<{ text: string }>({ text: 'SELECT signing_key::text AS text FROM signing_key' });
    expect(row?.text).not.toMatch(/"(d|p|q|dp|dq|qi)"/);
    await expect(sign(keys[1], clock)).rejects.toThrow(/sealed under another secret key/);
  });
});
