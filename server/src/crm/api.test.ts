import { connect } from 'node:net';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { appOrigin, otherOrigin, startCrm } from './testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
beforeEach(() => {
  crm.recorded.length = 0;
});

const list = '/crm/v8/Leads';
const fields = { fields: 'Last_Name' };
const events = () => crm.recorded.map(({ kind, outcome }) => `${kind} ${outcome}`);

describe('the order of the checks', () => {
  test.each([
    ['an unknown path before everything', 'GET', '/crm/v8/settings/no_such_thing', null, 404, 'INVALID_URL_PATTERN'],
    ['a path that is not built yet', 'GET', '/crm/v8/settings/nothing_built', null, 404, 'INVALID_URL_PATTERN'],
    ['an unknown version', 'GET', '/crm/v9/Leads', null, 404, 'INVALID_URL_PATTERN'],
    ['a version without a path', 'GET', '/crm/v8', null, 404, 'INVALID_URL_PATTERN'],
    ['an empty part', 'GET', '/crm/v8//Leads', null, 404, 'INVALID_URL_PATTERN'],
    ['an unknown method before the token', 'PATCH', list, null, 400, 'INVALID_REQUEST_METHOD'],
    ['OPTIONS that is no preflight', 'OPTIONS', list, null, 400, 'INVALID_REQUEST_METHOD'],
    ['no token', 'GET', list, null, 401, 'AUTHENTICATION_FAILURE'],
    ['an unknown token', 'GET', list, '1000.a.b', 401, 'INVALID_TOKEN'],
    ['the module after the token', 'GET', '/crm/v8/Nope?fields=id', undefined, 400, 'INVALID_MODULE'],
    ['a tab that is no module', 'GET', '/crm/v8/Reports?fields=id', undefined, 400, 'INVALID_MODULE'],
    ['parameters after the module', 'GET', list, undefined, 400, 'REQUIRED_PARAM_MISSING'],
    ['an id that is none', 'GET', '/crm/v8/Leads/abc', undefined, 400, 'INVALID_DATA'],
  ])('%s', async (_, method, path, token, status, code) => {
    const answer = await crm.call(method, path, token === undefined ? {} : { token });
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ code, status: 'error', message: expect.any(String), details: {} });
    expect(answer.headers['content-type']).toBe('application/json;charset=utf-8');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f]{16}$/);
    expect(crm.recorded).toHaveLength(1);
  });

  test('scope comes before the module, its parameters and the body', async () => {
    const token = crm.tokenWithScopes(['ZohoCRM.modules.contacts.READ']);
    const answer = await crm.call('POST', '/crm/v8/Nope', { token, rawBody: '{' });
    expect([answer.status, answer.json.code]).toEqual([401, 'OAUTH_SCOPE_MISMATCH']);
    expect(crm.recorded[0]).toMatchObject({
      outcome: 'ScopeMissing',
      detail: { needed: ['ZohoCRM.modules.custom.CREATE'], held: 'ZohoCRM.modules.contacts.READ' },
    });
  });

  test('permissions come after the parameters, and before the body', async () => {
    const { token } = await crm.userWithout(
      ...['View', 'Create', 'Edit', 'Delete'].map((name) => `Crm_Implied_${name}_Leads`),
    );
    const codeOf = async (method: string, path: string, query = {}, rawBody?: string) => {
      const options = { token, query, ...(rawBody === undefined ? {} : { rawBody }) };
      return (await crm.call(method, `/crm/v8/Leads${path}`, options)).json.code;
    };
    const id = '/1000001000010000001';
    for (const [method, path, bad, good, code] of [
      ['GET', '', {}, fields, 'REQUIRED_PARAM_MISSING'],
      ['GET', '', { ...fields, per_page: '0' }, fields, 'INVALID_DATA'],
      ['GET', '', { ...fields, page_token: 'x' }, fields, 'INVALID_DATA'],
      ['GET', '/deleted', { type: 'x' }, {}, 'PATTERN_NOT_MATCHED'],
      ['GET', '/search', {}, { word: 'some' }, 'EXPECTED_PARAM_MISSING'],
      ['GET', '/search', { criteria: 'x' }, { word: 'some' }, 'INVALID_QUERY'],
      ['GET', '/actions/count', { criteria: 'x' }, {}, 'INVALID_QUERY'],
      ['DELETE', '', {}, { ids: '1' }, 'REQUIRED_PARAM_MISSING'],
      ['DELETE', '', { ids: '1', wf_trigger: '1' }, { ids: '1', wf_trigger: 'false' }, 'INVALID_DATA'],
      ['GET', `${id}/Notes`, {}, { fields: 'id' }, 'REQUIRED_PARAM_MISSING'],
      ['GET', `${id}/Attachments`, {}, { fields: 'id' }, 'REQUIRED_PARAM_MISSING'],
    ] as const) {
      expect([method, path, await codeOf(method, path, bad)]).toEqual([method, path, code]);
      expect([method, path, await codeOf(method, path, good)]).toEqual([method, path, 'NO_PERMISSION']);
    }
    for (const [method, path] of [
      ['GET', '/x'],
      ['PUT', '/x'],
      ['DELETE', '/x'],
    ] as const) {
      expect(await codeOf(method, path)).toBe('INVALID_DATA');
      expect(await codeOf(method, id, {}, '{')).toBe('NO_PERMISSION');
    }
    for (const [method, path] of [
      ['POST', ''],
      ['PUT', ''],
      ['POST', '/upsert'],
    ] as const) {
      expect(await codeOf(method, path, {}, '{')).toBe('NO_PERMISSION');
    }
  });

  test.each(['Bearer', 'bearer', 'Zoho-oauthtoken', 'ZOHO-OAUTHTOKEN'])(
    'the scheme %s is understood',
    async (scheme) => {
      const answer = await crm.call('GET', '/crm/v8/org', {
        token: null,
        headers: { authorization: `${scheme} ${crm.token}` },
      });
      expect(answer.status).toBe(200);
    },
  );

  test.each([`Basic ${crm.token}`, crm.token, 'Bearer', 'Bearer a b'])('"%s" is no token', async (authorization) => {
    const answer = await crm.call('GET', '/crm/v8/org', { token: null, headers: { authorization } });
    expect([answer.status, answer.json.code]).toEqual([401, 'AUTHENTICATION_FAILURE']);
    expect(JSON.stringify(crm.recorded)).not.toContain(crm.token);
  });

  test('a token in the query is refused', async () => {
    const answer = await crm.call('GET', `/crm/v8/org?access_token=${crm.token}`, { token: null });
    expect(answer.json.code).toBe('AUTHENTICATION_FAILURE');
  });
});

describe('tokens', () => {
  test.each([['sandbox' as const], ['developer' as const]])(
    'a token of production does not open %s',
    async (environment) => {
      const answer = await crm.call('GET', list, { environment, query: fields });
      expect([answer.status, answer.json]).toEqual([
        401,
        { code: 'INVALID_TOKEN', details: {}, message: 'invalid oauth token', status: 'error' },
      ]);
      expect(crm.recorded[0]).toMatchObject({
        outcome: 'TokenOfOtherEnvironment',
        detail: { expected: environment, came: 'production', use: 'http://localhost:8001' },
      });
    },
  );

  test('each environment has its own data, ids and zgid', async () => {
    const token = crm.tokenFor(crm.organization.organizationId, crm.organization.ownerZuid, { environment: 'sandbox' });
    await crm.call('POST', list, { body: { data: [{ Last_Name: 'Only in production' }] } });
    expect((await crm.call('GET', list, { environment: 'sandbox', token, query: fields })).status).toBe(204);
    const sandbox = await crm.call('GET', '/crm/v8/org', { environment: 'sandbox', token });
    const production = await crm.call('GET', '/crm/v8/org');
    expect(sandbox.json.org[0]).toMatchObject({ type: 'sandbox', zgid: '601000002', id: '1000002000000020005' });
    expect(production.json.org[0]).toMatchObject({ type: 'production', zgid: '601000001', company_name: 'Lovelace' });
  });

  test('why a token is refused is recorded, and the token is not', async () => {
    const token = crm.authority.add({ refusal: 'TokenExpired' });
    await crm.call('GET', list, { token });
    expect(crm.recorded[0]).toMatchObject({ outcome: 'TokenExpired', detail: { token: expect.stringMatching(/^#/) } });
    expect(JSON.stringify(crm.recorded)).not.toContain(token);
  });

  test('a user who is not in the organization is refused', async () => {
    const token = crm.tokenFor(crm.organization.organizationId, '123');
    const answer = await crm.call('GET', list, { token, query: fields });
    expect([answer.status, answer.json.code]).toEqual([403, 'AUTHORIZATION_FAILED']);
    expect(events()).toEqual(['api UserNotInOrganization']);
  });

  test('a token without an organization opens nothing', async () => {
    const token = crm.tokenFor(crm.organization.organizationId, crm.organization.ownerZuid, { organizationId: null });
    expect((await crm.call('GET', list, { token, query: fields })).json.code).toBe('INVALID_TOKEN');
  });

  test('limits and the end of the token are told', async () => {
    const { headers } = await crm.call('GET', '/crm/v8/org');
    expect(headers['x-accesstoken-reset']).toBe('2026-03-10T06:00:00-07:00');
    expect(Number(headers['x-api-credits-remaining'])).toBeGreaterThan(4_000_000);
    expect(headers['content-disposition']).toBe('attachment; filename=response.json');
    for (const name of ['limit', 'remaining', 'reset', 'day-limit', 'day-remaining']) {
      expect(headers[`x-ratelimit-${name}`]).toMatch(/^\d+$/);
    }
  });
});

describe('preflights', () => {
  const preflight = (path: string, origin: string) =>
    crm.call('OPTIONS', path, {
      token: null,
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,x-zoho-sdk',
      },
    });

  test('tell the headers that clients may send, when they do not ask', async () => {
    const headers = { origin: otherOrigin, 'access-control-request-method': 'PUT' };
    const answer = await crm.call('OPTIONS', list, { token: null, headers });
    const listOf = (name: string) => String(answer.headers[name]).split(', ');
    expect(listOf('access-control-allow-headers')).toEqual(
      expect.arrayContaining(['Authorization', 'Content-Type', 'X-EXTERNAL', 'X-ZOHO-SDK', 'If-Modified-Since']),
    );
    expect(listOf('access-control-allow-headers')).toContain('If-Unmodified-Since');
    expect(listOf('access-control-allow-methods')).toEqual(
      expect.arrayContaining(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
    );
  });

  test.each([list, '/crm/v8/no/such/path', '/anything', '/crm/v99/x'])(
    'of a known origin are allowed on %s',
    async (path) => {
      const answer = await preflight(path, otherOrigin);
      expect(answer.status).toBe(204);
      expect(answer.text).toBe('');
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': otherOrigin,
        'access-control-allow-credentials': 'true',
        'access-control-allow-headers': 'authorization,x-zoho-sdk',
        'access-control-max-age': '600',
      });
      expect(answer.headers['access-control-allow-methods']).toContain('PATCH');
      expect(answer.headers.vary).toContain('Origin');
    },
  );

  test.each(['https://evil.example', 'null', `${appOrigin}.evil.example`])('of %s are refused', async (origin) => {
    const answer = await preflight(list, origin);
    expect(answer.status).toBe(403);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    expect(crm.recorded[0]).toMatchObject({ kind: 'cors', outcome: 'OriginUnknown', detail: { origin } });
  });
});

describe('calls from pages', () => {
  const count = async () => (await crm.call('GET', '/crm/v8/Leads/actions/count')).json.count as number;

  test('a page of another client is refused before anything happens, and cannot read why', async () => {
    const before = await count();
    const answer = await crm.call('POST', list, {
      headers: { origin: otherOrigin },
      body: { data: [{ Last_Name: 'x' }] },
    });
    expect([answer.status, answer.json.code]).toEqual([401, 'INVALID_TOKEN']);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(answer.headers.vary).toBe('Origin');
    expect(await count()).toBe(before);
    expect(crm.recorded.find((event) => event.outcome === 'OriginNotOfClient')).toMatchObject({
      clientId: '1000.TESTCLIENT',
      detail: { origin: otherOrigin, javascriptDomains: [appOrigin] },
    });
  });

  const readable = {
    'access-control-allow-origin': appOrigin,
    'access-control-allow-credentials': 'true',
    vary: 'Origin',
  };

  test.each([
    ['success', 'GET', list, { query: fields }, [200, 204]],
    ['a scope error', 'GET', list, { token: crm.tokenWithScopes(['ZohoCRM.org.READ']) }, [401]],
    ['a token that nobody knows', 'GET', list, { token: 'x' }, [401]],
    ['an unknown path', 'GET', '/crm/v8/a/b/c/d/e', {}, [404]],
    ['a refused parameter', 'GET', list, {}, [400]],
    ['a broken body', 'POST', list, { rawBody: '{' }, [400]],
    ['a body that is too large', 'POST', list, { rawBody: 'x'.repeat(2 * 1024 * 1024 + 1) }, [413]],
  ])('with its own origin may read %s', async (_, method, path, options, statuses) => {
    const answer = await crm.call(method, path, { ...options, headers: { origin: appOrigin } });
    expect(statuses).toContain(answer.status);
    expect(answer.headers).toMatchObject(readable);
    expect(answer.headers['access-control-expose-headers']).toContain('Content-Disposition');
  });

  test('an unknown origin reads nothing, not even that its token is unknown', async () => {
    const answer = await crm.call('GET', list, { token: 'x', headers: { origin: 'https://evil.example' } });
    expect(answer.status).toBe(401);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  test("the API's own origin is no foreign one", async () => {
    const answer = await crm.call('GET', '/crm/v8/org', { headers: { origin: 'http://localhost:8001' } });
    expect(answer.status).toBe(200);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('events of calls that went well', () => {
  test('one for each operation of a grant', async () => {
    const token = crm.tokenWithScopes(['ZohoCRM.org.READ', 'ZohoCRM.users.READ']);
    for (let i = 0; i < 3; i++) await crm.call('GET', '/crm/v8/org', { token });
    await crm.call('GET', '/crm/v8/users', { token });
    expect(crm.recorded.map((event) => (event.detail as { operation?: string })?.operation)).toEqual([
      'GET org',
      'GET users',
    ]);
  });

  test('failed items are told apart', async () => {
    await crm.call('POST', list, { body: { data: [{ Last_Name: 'a' }, {}] } });
    expect(crm.recorded[0]).toMatchObject({
      outcome: 'MANDATORY_NOT_FOUND',
      detail: { status: 207, failedItems: 1, firstFailure: { details: { json_path: '$.data[1].Last_Name' } } },
    });
  });
});

test('a fault of ours is told as such, to the page as well, and not what it was', async () => {
  const read = vi.spyOn(crm.store.records, 'read').mockRejectedValue(new Error('secret cause'));
  const answer = await crm.call('GET', `${list}/1`, { headers: { origin: appOrigin } });
  read.mockRestore();
  expect([answer.status, answer.json.code]).toEqual([500, 'INTERNAL_ERROR']);
  expect(answer.headers['access-control-allow-origin']).toBe(appOrigin);
  expect(answer.text).not.toContain('secret');
});

test('a path that cannot be decoded is answered in the form of the API', async () => {
  await crm.apis.developer.listen({ port: 0, host: '127.0.0.1' });
  const { port } = crm.apis.developer.server.address() as { port: number };
  const text = await new Promise<string>((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('GET /crm/v8/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
    );
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
  });
  expect(text).toContain('HTTP/1.1 400');
  expect(text).toContain('INVALID_REQUEST');
});
