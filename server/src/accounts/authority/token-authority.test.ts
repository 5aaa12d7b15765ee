import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClientWithSecrets, changeClient } from '../../admin/clients.ts';
import { changeUser } from '../../admin/users.ts';
import type { Presentation, TokenAuthority, TokenCheck } from '../../oauth/token-authority.ts';
import { authorize } from '../../testing/http-browser.ts';
import { until } from '../../testing/platform-process.ts';
import { testPassword } from '../../testing/test-platform.ts';
import { ath, createProver, type Prover } from '../standard/testing/prover.ts';
import { anna, callback, chandra, StandardStage } from '../standard/testing/standard-stage.ts';
import type { ChangeStream } from './change-stream.ts';
import { askAt, scope, secretKey } from './testing/resource-server.ts';

/** Both ways in which a resource server asks about tokens, held against the same cases. */
let stage: StandardStage;
let web: ClientWithSecrets;
let accounts: string;
let stream: ChangeStream;
/** Streams that have begun. */
let resets = 0;
const authorities = {} as Record<'by the database' | 'over HTTP', TokenAuthority>;

beforeAll(async () => {
  stage = await StandardStage.start({ secretKey });
  web = await stage.client('server');
  accounts = stage.platform.topology.find('us')?.origins.accounts ?? '';
  const { authority, changes } = askAt(stage.platform, accounts);
  stream = changes;
  stream.subscribe('token', { changed: () => {}, reset: () => resets++ });
  stream.start();
  await until(() => resets > 0, 'the stream has begun');
  authorities['by the database'] = stage.platform.dataCenters.get('us')?.authority as TokenAuthority;
  authorities['over HTTP'] = authority;
});
afterAll(async () => {
  await stream?.close();
  await stage?.platform.stop();
});

const comparable = ({ grant, explanation, ...rest }: TokenCheck) => ({
  ...rest,
  explainable: explanation !== undefined,
  ...(grant && { grant: { ...grant, scopes: grant.scopes.toString() } }),
});
const local = () => authorities['by the database'];

describe.each(['by the database', 'over HTTP'] as const)('a resource server that asks %s', (way) => {
  const check = (token: string | undefined) => authorities[way].check(token ?? '');
  const refusalOf = async (token: string | undefined) => (await check(token)).refusal;
  /** Within a second, and for the right reason. */
  const becomes = (token: string | undefined, refusal: string) =>
    expect.poll(() => refusalOf(token), { timeout: 1_000, interval: 20 }).toBe(refusal);

  test('learns the whole grant of a living token, and the same object again', async () => {
    const { access_token } = await stage.tokens(web, { scope });
    const found = await check(access_token);
    expect(found.grant).toMatchObject({ clientId: web.client_id, environment: 'production', strict: true });
    expect(comparable(found)).toEqual(comparable(await local().check(access_token ?? '')));
    expect(found.grant?.scopes.covers('ZohoCRM.users.READ')).toBe(true);
    expect((await check(access_token)).grant).toBe(found.grant);
  });

  test('learns what JWT access tokens stand for, and that a forged one is none', async () => {
    const client = await stage.client('server', { standards: { profile: 'strict', accessTokenFormat: 'jwt' } });
    const { access_token = '', refresh_token } = await stage.tokens(client, { scope });
    expect((await check(access_token)).grant?.clientId).toBe(client.client_id);
    expect(await refusalOf(`${access_token.slice(0, -8)}AAAAAAAA`)).toBe('TokenUnknown');
    await stage.post('revoke', { ...stage.own(client), token: refresh_token ?? '' });
    await becomes(access_token, 'TokenRevoked');
  });

  test('refuses what was never issued, without an error', async () => {
    const garbage = ['', 'x', 'é'.repeat(400), `1000.${'0'.repeat(32)}.${'0'.repeat(32)}`, `eyJ.${'a'.repeat(9000)}.a`];
    for (const token of garbage) expect(await refusalOf(token)).toBe('TokenUnknown');
  });

  test('finds out which other data centre knows a token', async () => {
    const there = await stage.answer(web, { scope }, { email: chandra });
    const { json } = await stage.post('token', { ...stage.own(web, 'in'), ...stage.codeForm(there) }, {}, 'in');
    const found = await check(String(json.access_token));
    expect(found.refusal).toBe('TokenUnknown');
    expect(await found.explanation?.()).toEqual({
      outcome: 'TokenOfOtherDataCenter',
      detail: { issuedBy: 'in', cameTo: 'us' },
      knownIn: 'in',
      clientId: web.client_id,
    });
  });

  test('refuses a token that was revoked, within a second', async () => {
    const { access_token } = await stage.tokens(web, { scope });
    expect(await refusalOf(access_token)).toBeUndefined();
    await stage.post('revoke', { ...stage.own(web), token: access_token ?? '' });
    await becomes(access_token, 'TokenUnknown');
  });

  test('refuses a token that ten newer ones evicted, and names the limit', async () => {
    const compatible = await stage.client('server', { standards: { profile: 'compatible' } });
    const query = new URLSearchParams({
      ...{ client_id: compatible.client_id, response_type: 'code', redirect_uri: callback },
      ...{ scope: 'ZohoCRM.users.READ', access_type: 'offline', prompt: 'consent' },
    });
    const back = await authorize(stage.browser(), `${accounts}/oauth/v2/auth?${query}`, {
      email: anna,
      password: testPassword,
    });
    const code = new URL(back).searchParams.get('code') ?? '';
    const own = stage.own(compatible);
    const first = await stage.post('/oauth/v2/token', {
      ...own,
      ...{ grant_type: 'authorization_code', redirect_uri: callback, code },
    });
    const token = String(first.json.access_token);
    expect(await refusalOf(token)).toBeUndefined();
    const refresh = { ...own, grant_type: 'refresh_token', refresh_token: String(first.json.refresh_token) };
    for (let count = 0; count < 10; count++) await stage.post('/oauth/v2/token', refresh);
    await becomes(token, 'TokenEvicted');
    expect((await check(token)).known).toMatchObject({ clientId: compatible.client_id, detail: { limit: 10 } });
  });

  test('refuses the tokens of a user who is switched off, and takes them again', async () => {
    const email = `${way.replaceAll(' ', '-').toLowerCase()}@us.example`;
    await stage.platform.addUser('us', email);
    const answer = await stage.answer(web, { scope }, { email });
    const { json } = await stage.post('token', { ...stage.own(web), ...stage.codeForm(answer) });
    const token = String(json.access_token);
    expect(await refusalOf(token)).toBeUndefined();
    await changeUser(stage.platform.admin, 'us', email, { active: false, endTokens: false });
    await becomes(token, 'UserInactive');
    await changeUser(stage.platform.admin, 'us', email, { active: true, endTokens: false });
    expect(await refusalOf(token)).toBeUndefined();
  });

  test('follows a client: its JavaScript domains, where it is enabled, its end', async () => {
    const { admin } = stage.platform;
    const domain = 'https://app.example.com';
    const client = await stage.client('browser', {
      owner: chandra,
      dataCenter: 'in',
      enabledDataCenters: ['us'],
      javascriptDomains: [domain],
    });
    const answer = await stage.answer(client, { scope });
    const { json } = await stage.post('token', { ...stage.own(client), ...stage.codeForm(answer) });
    const token = String(json.access_token);
    const origin = `https://${way.replaceAll(' ', '-').toLowerCase()}.example`;
    expect((await check(token)).grant?.javascriptDomains).toEqual([domain]);
    expect(await authorities[way].allowsOrigin(origin)).toBe(false);
    await changeClient(admin, client.client_id, { javascriptDomains: [domain, origin] });
    await expect
      .poll(async () => (await check(token)).grant?.javascriptDomains, { timeout: 1_000 })
      .toEqual([domain, origin]);
    await expect.poll(() => authorities[way].allowsOrigin(origin), { timeout: 1_000 }).toBe(true);
    expect(await authorities[way].allowsOrigin(`https://${'x'.repeat(5000)}.example`)).toBe(false);
    await changeClient(admin, client.client_id, { disable: ['us'] });
    await becomes(token, 'ClientDisabled');
    await changeClient(admin, client.client_id, { enable: ['us'] });
    await expect.poll(() => refusalOf(token), { timeout: 1_000 }).toBeUndefined();
    await stage.platform.admin.clients.delete(client.client_id);
    await becomes(token, 'ClientDisabled');
    await expect.poll(() => authorities[way].allowsOrigin(origin), { timeout: 1_000 }).toBe(false);
  });

  test('refuses an expired token, also one that it remembers', async () => {
    const { access_token = '' } = await stage.tokens(web, { scope });
    const { grant } = await check(access_token);
    stage.platform.clock.set((grant?.expiresAtMs ?? 0) - 1);
    expect((await check(access_token)).grant).toBeDefined();
    stage.platform.clock.advance(0.002);
    expect(await check(access_token)).toMatchObject({
      refusal: 'TokenExpired',
      known: { clientId: web.client_id, userId: grant?.userId, detail: { expiredSecondsAgo: 0 } },
    });
  });

  test('holds proofs of possession against tokens, once over all who ask', async () => {
    const key = await createProver(stage.platform.clock);
    const token = await boundToken(key);
    const { grant } = await check(token);
    if (!grant) throw new Error('no grant');
    const url = 'https://api.example/crm/v8/users';
    const good = (more = {}) => key.make(url, { htm: 'GET', ath: ath(token), ...more });
    const prove = async (proof: string | undefined, over: Partial<Presentation> = {}) =>
      (await authorities[way].prove(grant, { accessToken: token, scheme: 'DPoP', proof, method: 'GET', url, ...over }))
        ?.outcome;
    const once = await good();
    expect(await prove(once)).toBeUndefined();
    expect(await prove(once)).toBe('ProofInvalid');
    for (const authority of Object.values(authorities)) {
      const came = { accessToken: token, scheme: 'DPoP', proof: once, method: 'GET', url } as const;
      expect((await authority.prove(grant, came))?.detail).toEqual({ reason: 'it was used before' });
    }
    expect(await prove(await good({ nonce: authorities[way].proofNonce() }))).toBeUndefined();
    expect(await prove(await good({ nonce: 'old' }))).toBe('ProofNonceNeeded');
    expect(await prove(undefined)).toBe('ProofMissing');
    expect(await prove(await good(), { scheme: 'Bearer' })).toBe('ProofMissing');
    expect(await prove(await good(), { method: 'POST' })).toBe('ProofInvalid');
    const other = await createProver(stage.platform.clock);
    expect(await prove(await other.make(url, { htm: 'GET', ath: ath(token) }))).toBe('TokenOfOtherKey');
    const unbound = await check((await stage.tokens(web, { scope })).access_token);
    const came = { accessToken: token, scheme: 'DPoP', proof: undefined, method: 'GET', url } as const;
    expect((await authorities[way].prove(unbound.grant as typeof grant, came))?.outcome).toBe('TokenNotBound');
  });
});

async function boundToken(key: Prover): Promise<string> {
  const answer = await stage.answer(web, { scope });
  const form = { ...stage.own(web), ...stage.codeForm(answer) };
  const nonce = local().proofNonce();
  const { json } = await stage.post('token', form, { dpop: await key.make(`${stage.issuer()}/token`, { nonce }) });
  return String(json.access_token);
}
