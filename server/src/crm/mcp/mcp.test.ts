import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localDataCenter } from '../../config/data-centers.ts';
import { apiResource, mcpResource } from '../../oauth/resources.ts';
import { notBound } from '../../oauth/token-binding.ts';
import { operations } from '../operations.ts';
import { allScopes, appOrigin, type Crm, otherOrigin, startCrm } from '../testing/crm-platform.ts';
import { toolsOf } from './tools.ts';

/** The MCP server, by the official client and by plain requests. The whole sign-in stands in mcp-sign-in.test.ts. */
let crm: Crm;
const dataCenter = localDataCenter('us', 'global', 0, 8000);
const resource = mcpResource(dataCenter, 'production');
const { host } = new URL(resource);
beforeAll(async () => {
  crm = await startCrm({ limits: { crmCreditsPerDay: 100_000 } });
});
afterAll(() => crm.close());

/** A request to the API as it would arrive over the network. */
async function send(method: string, url: string, headers: Record<string, string>, body?: string): Promise<Response> {
  const { pathname, search } = new URL(url);
  const answer = await crm.apis.production.inject({
    method: method as 'POST',
    url: `${pathname}${search}`,
    headers: { host, ...headers },
    ...(body === undefined ? {} : { payload: body }),
  });
  const given = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as [string, string]);
  const empty = [202, 204].includes(answer.statusCode);
  return new Response(empty ? null : answer.body, { status: answer.statusCode, headers: given });
}

const overInjection: typeof fetch = (url, init) =>
  send(init?.method ?? 'GET', String(url), Object.fromEntries(new Headers(init?.headers)), init?.body as string);

async function connect(token: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(resource), { requestInit, fetch: overInjection }));
  return client;
}

const message = (method: string, params: object = {}) => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
const jsonHeaders = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const post = (token: string | null, body: string, headers: Record<string, string> = {}) => {
  const bearer: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  return send('POST', resource, { ...jsonHeaders, ...bearer, ...headers }, body);
};

describe('tools', () => {
  test('a token with every scope is shown each operation that takes and answers JSON, with a schema that holds', async () => {
    const client = await connect(crm.tokenWithScopes([...allScopes, 'ZohoCRM.change_owner.ALL']));
    const { tools } = await client.listTools();
    const json = operations.filter(
      ({ about, takesFiles }) => !takesFiles && !Object.values(about.answers ?? {}).some(({ file }) => file),
    );
    expect(tools).toHaveLength(json.length);
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    for (const { name, inputSchema } of tools) {
      expect(name).toMatch(/^[a-z0-9_]{1,64}$/);
      expect(ajv.validateSchema(inputSchema), name).toBe(true);
      ajv.compile(inputSchema);
    }
    const named = new Map(tools.map((tool) => [tool.name, tool]));
    expect(named.get('list_records')).toMatchObject({
      inputSchema: { required: ['module', 'fields'] },
      annotations: { readOnlyHint: true, destructiveHint: false },
    });
    expect(named.get('run_coql_query')?.annotations?.readOnlyHint).toBe(true);
    expect(named.get('create_records')?.annotations).toMatchObject({ readOnlyHint: false, destructiveHint: false });
    for (const name of ['delete_record', 'delete_many_records', 'empty_recycle_bin', 'run_several_calls_in_one']) {
      expect(named.get(name)?.annotations, name).toMatchObject({ readOnlyHint: false, destructiveHint: true });
    }
    for (const [name, { operation, definition }] of toolsOf(operations)) {
      const { destructiveHint, readOnlyHint } = definition.annotations;
      if (operation.method === 'GET') expect([name, readOnlyHint]).toEqual([name, true]);
      const changes = operation.method === 'POST' && /actions\/\w*convert$|upsert$/.test(operation.path);
      if (operation.method === 'DELETE' || changes) expect([name, destructiveHint]).toEqual([name, true]);
    }
    await client.close();
  });

  test('a narrow token is shown what it opens, for the modules that it opens; anything else is refused as over HTTP', async () => {
    const token = crm.tokenWithScopes(['ZohoCRM.modules.leads.READ']);
    const client = await connect(token);
    const { tools } = await client.listTools();
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true);
    const list = tools.find(({ name }) => name === 'list_records');
    expect(list?.inputSchema.properties?.module).toMatchObject({ enum: ['Leads'] });
    expect(tools.map(({ name }) => name)).not.toContain('list_users');
    const before = crm.recorded.length;
    for (const [name, given, path] of [
      ['list_users', {}, '/crm/v8/users'],
      ['list_records', { module: 'Contacts', fields: 'Last_Name' }, '/crm/v8/Contacts?fields=Last_Name'],
    ] as const) {
      const refused = await client.callTool({ name, arguments: given });
      expect(refused.isError).toBe(true);
      const overHttp = await crm.call('GET', path, { token });
      expect(refused.structuredContent).toEqual(overHttp.json);
      expect(overHttp.json.code).toBe('OAUTH_SCOPE_MISMATCH');
    }
    const events = crm.recorded.slice(before).filter(({ outcome }) => outcome === 'ScopeMissing');
    expect(events.map(({ detail }) => (detail as { path: string }).path)).toEqual([
      ...['/crm/v8/users', '/crm/v8/users', '/crm/v8/Contacts', '/crm/v8/Contacts'],
    ]);
    await client.close();
  });

  test('they do what the operation does: create, list with module and fields only, change, delete', async () => {
    const client = await connect(crm.token);
    const body = { data: [{ Last_Name: 'Tool', Company: 'Engines' }] };
    const created = await client.callTool({ name: 'create_records', arguments: { module: 'Leads', body } });
    const { id } = (created.structuredContent as { data: { details: { id: string } }[] }).data[0]?.details ?? {};
    const listed = await client.callTool({
      name: 'list_records',
      arguments: { module: 'Leads', fields: ['Last_Name', 'Company'] },
    });
    expect(listed.structuredContent).toMatchObject({ data: [{ id, Last_Name: 'Tool', Company: 'Engines' }] });
    const [text] = listed.content as { text: string }[];
    expect(JSON.parse(text?.text ?? '')).toEqual(listed.structuredContent);
    await client.callTool({ name: 'delete_record', arguments: { module: 'Leads', id } });
    const gone = await client.callTool({ name: 'list_records', arguments: { module: 'Leads', fields: 'Last_Name' } });
    expect(gone).toMatchObject({ content: [{ text: 'Nothing was found (status 204, no content).' }] });
    expect(gone.isError).toBeUndefined();
    await client.close();
  });

  test('calls cost credits, and the limits and permissions of the API hold', async () => {
    const limited = await startCrm({ limits: { crmCreditsPerDay: 2 } });
    const { token } = await limited.userWithout('Crm_Implied_View_Leads');
    const ask = async () => {
      const answer = await limited.apis.production.inject({
        method: 'POST',
        url: '/mcp',
        headers: { ...jsonHeaders, host, authorization: `Bearer ${token}` },
        payload: message('tools/call', { name: 'list_records', arguments: { module: 'Leads', fields: 'Last_Name' } }),
      });
      return JSON.parse(answer.body).result.structuredContent.code;
    };
    const codes = [await ask(), await ask(), await ask()];
    expect(codes).toEqual(['NO_PERMISSION', 'NO_PERMISSION', 'TOO_MANY_REQUESTS']);
    await limited.close();
  });

  test('arguments that do not fit are told what was expected, and nothing is called', async () => {
    const client = await connect(crm.token);
    const messages = [];
    for (const [name, given] of [
      ['list_records', { module: 'Leads', fields: 'Last_Name', colour: 'red' }],
      ['list_records', { module: 'Leads', fields: { deep: true } }],
      ['list_records', { fields: 'Last_Name' }],
      ['get_record', { module: 'Leads', id: '' }],
      ['get_record', { module: 'Leads\ud800', id: '1' }],
      ['no_such_tool', {}],
    ] as const) {
      const answer = await client.callTool({ name, arguments: given });
      expect(answer.isError).toBe(true);
      messages.push((answer.structuredContent as { message: string }).message);
    }
    expect(messages).toEqual([
      expect.stringMatching(/^expected one of the arguments module, fields, .*, got another name$/),
      'expected a text, number, boolean or list of these, got an object',
      'expected the argument module, got none',
      'expected the argument id, got an empty text',
      'expected text of whole characters, got half of a surrogate pair',
      'expected the name of a tool that tools/list shows, got "no_such_tool"',
    ]);
    await client.close();
  });
});

describe('who may call', () => {
  const tokenFor = (resources: readonly string[] | null) =>
    crm.tokenFor(crm.organization.organizationId, crm.organization.ownerZuid, {
      binding: { ...notBound, resources },
    });

  test('without a token, or with a bad one, the answer says where tokens come from', async () => {
    for (const token of [null, 'nonsense']) {
      const answer = await post(token, message('tools/list'));
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain(
        `resource_metadata="${new URL(resource).origin}/.well-known/oauth-protected-resource/mcp"`,
      );
    }
  });

  test('a token for this resource opens it and not the API, one for the API not this, one for neither both (AT-03)', async () => {
    const own = tokenFor([resource]);
    expect((await post(own, message('tools/list'))).status).toBe(200);
    expect((await crm.call('GET', '/crm/v8/users', { token: own })).status).toBe(401);
    const ofApi = await post(tokenFor([apiResource(dataCenter, 'production')]), message('tools/list'));
    expect([ofApi.status, ofApi.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('error="invalid_token"'),
    ]);
    expect((await post(tokenFor([mcpResource(dataCenter, 'sandbox')]), message('tools/list'))).status).toBe(401);
    expect((await post(tokenFor(null), message('tools/list'))).status).toBe(200);
  });

  test('another host and pages of others are turned away before anything else', async () => {
    for (const headers of [{ host: 'attacker.example:8003' }, { origin: 'https://attacker.example' }]) {
      const answer = await post(crm.token, message('tools/list'), headers as Record<string, string>);
      expect(answer.status).toBe(403);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
    expect((await post(crm.token, message('tools/list'), { origin: otherOrigin })).status).toBe(401);
    const ofClient = await post(crm.token, message('tools/list'), { origin: appOrigin });
    expect([ofClient.status, ofClient.headers.get('access-control-allow-origin')]).toEqual([200, appOrigin]);
  });

  test('what is no message is refused in the form of the protocol', async () => {
    const ask = async (body: string) => {
      const answer = await post(crm.token, body);
      return [answer.status, JSON.parse(await answer.text()).error];
    };
    const [status, error] = await ask(`[${message('tools/list')}]`);
    expect([status, error.code]).toEqual([400, -32700]);
    expect(error.message).toMatch(/^expected one JSON-RPC message: .*, got a list$/);
    expect((await ask('{'))[0]).toBe(400);
    expect((await ask(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`))[1].message).toContain('BodyTooDeep');
    expect((await ask('{"id":1}'))[0]).toBe(400);
    expect((await post(crm.token, ' '.repeat(2 * 1024 * 1024 + 1))).status).toBe(413);
    const stream = await send('GET', resource, { authorization: `Bearer ${crm.token}` });
    expect([stream.status, stream.headers.get('allow')]).toEqual([405, 'POST']);
  });
});
