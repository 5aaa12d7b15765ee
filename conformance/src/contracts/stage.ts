import { addAssignmentRule, addLayout, addMailTemplate } from '../../../server/src/admin/organization-settings.ts';
import { createSelfClientCode } from '../../../server/src/admin/self-client-code.ts';
import { addUserToOrganization } from '../../../server/src/admin/users.ts';
import { multipart, type TestPart } from '../../../server/src/crm/testing/multipart.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../../../server/src/testing/test-platform.ts';
import { unlimited } from '../../../server/src/testing/unlimited.ts';

/** One call over HTTP. */
export interface HttpCall {
  readonly method: string;
  /** With its version: `/crm/v8/Leads`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly rawBody?: string;
  readonly form?: Readonly<Record<string, TestPart>>;
  /** Default: one of the owner with every scope; null sends none. */
  readonly token?: string | null;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly json: any;
}

/** Every family of scopes whole: what a client of the contracts may ask for. */
const everything = [
  ...['modules', 'settings', 'users', 'org', 'bulk', 'files', 'features', 'apis', 'notifications'],
  ...['mass_update', 'mass_delete', 'change_owner'],
].map((family) => `ZohoCRM.${family}.ALL`);
const allScopes = [...everything, 'ZohoCRM.coql.READ', 'ZohoSearch.securesearch.READ'];

/**
 * A whole platform for the contract calls: real HTTP, tokens from the accounts server, and an organization with its
 * owner, who has a self client. The clock stands still except for a second with each call.
 */
export async function openStage() {
  const platform = await startTestPlatform({
    settings: { limits: unlimited, lifetimes: { accessTokenTtlSeconds: 86_400 } },
  });
  const owner = await platform.addUser('us', 'owner@contracts.example');
  const origins = platform.topology.find('us')?.origins as Readonly<Record<'accounts' | 'api', string>>;
  const client = await platform.addClient({ type: 'self', owner: owner.email });
  const tokens = new Map<string, Promise<string>>();
  const token = (scopes: readonly string[]): Promise<string> => {
    const key = scopes.join(',');
    const known = tokens.get(key) ?? newToken(platform, origins.accounts, client, key);
    tokens.set(key, known);
    return known;
  };

  const call = async ({ method, path, query, headers = {}, body, rawBody, form, token: given }: HttpCall) => {
    platform.clock.advance(1);
    const bearer = given === undefined ? await token(allScopes) : given;
    const sent = form && multipart(form);
    const payload = sent?.rawBody ?? rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(`${origins.api}${path}${query ? `?${new URLSearchParams(query)}` : ''}`, {
      method,
      headers: { ...(bearer !== null && { authorization: `Zoho-oauthtoken ${bearer}` }), ...sent?.headers, ...headers },
      ...(payload !== undefined && { body: payload }),
      redirect: 'manual',
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
  };
  /** The JSON of a call that prepares others and must succeed. */
  const prepare = async (method: string, path: string, rest: Omit<HttpCall, 'method' | 'path'> = {}) => {
    const answer: HttpAnswer = await call({ method, path: `/crm/v8/${path}`, ...rest });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.json;
  };
  const create = async (module: string, ...data: object[]): Promise<string[]> =>
    (await prepare('POST', module, { body: { data } })).data.map(
      (each: { details: { id: string } }) => each.details.id,
    );
  /** A token of a user whose profile gives nothing but access to the API. */
  const openClosed = async (): Promise<string> => {
    const email = 'closed@contracts.example';
    const user = { email, password: testPassword, firstName: 'Clara', lastName: 'Closed' };
    await addUserToOrganization(platform.admin, 'us', user, owner.organizationId);
    const path = 'settings/profiles';
    const { profiles } = await prepare('GET', path);
    const standard = profiles.find((each: { name: string }) => each.name === 'Standard').id;
    const made = await prepare('POST', `${path}/${standard}/actions/clone`, {
      body: { profiles: [{ name: 'Closed' }] },
    });
    const profile: string = made.profiles[0].details.id;
    const [shown] = (await prepare('GET', `${path}/${profile}`)).profiles;
    const permissions_details = shown.permissions_details
      .filter(({ name }: { name: string }) => name !== 'Crm_Implied_Api_Access')
      .map(({ id }: { id: string }) => ({ id, enabled: false }));
    await prepare('PUT', `${path}/${profile}`, { body: { profiles: [{ permissions_details }] } });
    const everybody = (await prepare('GET', 'users')).users;
    const { id } = everybody.find((each: { email: string }) => each.email === email);
    await prepare('PUT', `users/${id}`, { body: { users: [{ profile }] } });
    const theirs = await platform.addClient({ type: 'self', owner: email });
    return newToken(platform, origins.accounts, theirs, allScopes.join());
  };
  let closed: Promise<string> | undefined;
  let count = 0;
  const { users } = await prepare('GET', 'users', { query: { type: 'CurrentUser' } });
  const ownerId: string = users[0].id;

  return {
    call,
    token,
    closedToken: (): Promise<string> => {
      closed ??= openClosed();
      return closed;
    },
    prepare,
    create,
    /** A lead that no other call knows of. */
    lead: async (more: object = {}): Promise<string> =>
      (await create('Leads', { Last_Name: 'Lovelace', Company: 'Engines', ...more }))[0] as string,
    /** A name that nothing has yet. */
    fresh: (word: string): string => `${word} ${++count}`,
    ownerId,
    ownerEmail: owner.email,
    /** An assignment rule, which operators make. */
    assignmentRule: async (rule: object): Promise<string> => {
      const { organizationId } = owner;
      const target = { dataCenter: 'us', organizationId, environment: 'production' };
      return (await addAssignmentRule(platform.admin, target, rule)).id;
    },
    /** A template of mails and a layout, which operators make. */
    define: async (template: object, layout: object): Promise<void> => {
      const target = { dataCenter: 'us', organizationId: owner.organizationId, environment: 'production' };
      await addMailTemplate(platform.admin, target, template);
      await addLayout(platform.admin, target, layout);
    },
    /** A well-formed id of this organization by its last twelve digits. */
    id: (suffix: number): string => `${ownerId.slice(0, -12)}${String(suffix).padStart(12, '0')}`,
    zgid: owner.environments.production as string,
    clock: platform.clock,
    close: () => platform.stop(),
  };
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

async function newToken(
  platform: TestPlatform,
  accounts: string,
  client: { readonly client_id: string; readonly client_secret: string },
  scope: string,
): Promise<string> {
  const { code } = await createSelfClientCode(platform.admin, {
    dataCenter: 'us',
    clientId: client.client_id,
    scope,
    minutes: 10,
    environment: 'production',
    organizationId: undefined,
    description: 'contract calls',
  });
  const body = new URLSearchParams({
    ...{ grant_type: 'authorization_code', code },
    ...{ client_id: client.client_id, client_secret: client.client_secret },
  });
  const response = await fetch(`${accounts}/oauth/v2/token`, { method: 'POST', body });
  const answer = (await response.json()) as Record<string, string>;
  if (!answer.access_token) throw new Error(`no token for ${scope}: ${JSON.stringify(answer)}`);
  return answer.access_token;
}
