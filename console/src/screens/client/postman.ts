import type { Client, DataCenterInfo } from '../../../../server/src/console/wire.ts';
import { clientTexts as texts } from '../../texts/client.ts';
import type { SnippetValues } from './snippets.ts';

interface Step {
  readonly name: string;
  readonly path: string;
  readonly fields: Readonly<Record<string, string>>;
}

const tokenPath = '/oauth/v2/token';
const revocation: Step = {
  name: texts.revokeToken,
  path: '/oauth/v2/token/revoke',
  fields: { token: '{{refresh_token}}' },
};

/** The calls of a client's flow at the accounts server, in their order. */
function stepsOf({ type }: Client, redirects: boolean): readonly Step[] {
  if (type === 'browser') return [];
  const secret: Record<string, string> = type === 'mobile' ? {} : { client_secret: '{{client_secret}}' };
  const client = { client_id: '{{client_id}}', ...secret };
  const refresh = { grant_type: 'refresh_token', ...client, refresh_token: '{{refresh_token}}' };
  const renewal = { name: texts.refreshToken, path: tokenPath, fields: refresh };
  if (type === 'device') {
    const asked = { grant_type: 'device_request', client_id: '{{client_id}}', scope: '{{scope}}' };
    return [
      { name: texts.deviceCode, path: '/oauth/v3/device/code', fields: { ...asked, access_type: 'offline' } },
      {
        name: texts.devicePoll,
        path: '/oauth/v3/device/token',
        fields: { grant_type: 'device_token', ...client, code: '{{code}}' },
      },
      renewal,
      revocation,
    ];
  }
  const exchange = {
    grant_type: 'authorization_code',
    ...client,
    ...(type === 'mobile' && { code_verifier: '{{code_verifier}}' }),
    ...(redirects && { redirect_uri: '{{redirect_uri}}' }),
    code: '{{code}}',
  };
  return [{ name: texts.exchangeCode, path: tokenPath, fields: exchange }, renewal, revocation];
}

/** Fails a run at an answer without what was asked for; a refusal's `error` is shown. */
const demand = (what: string, condition: string) =>
  `pm.test('${what}', () => pm.expect(${condition}, pm.response.text()).to.be.ok);`;

/** Puts what an answer tells where the variable is, so that the next request has it. */
const keepAnswer = [
  'const answer = pm.response.json();',
  'const kept = { access_token: answer.access_token, refresh_token: answer.refresh_token, api: answer.api_domain, code: answer.device_code };',
  'for (const [name, value] of Object.entries(kept)) {',
  '  if (value) (pm.environment.has(name) ? pm.environment : pm.collectionVariables).set(name, value);',
  '}',
];
const script = (exec: readonly string[]) => [{ listen: 'test', script: { type: 'text/javascript', exec } }];

/** The requests of the client's flow, in their order. */
function requestsOf(client: Client, redirects: boolean) {
  const posts = stepsOf(client, redirects).map(({ name, path, fields }) => ({
    name,
    request: {
      method: 'POST',
      url: `{{accounts}}${path}`,
      body: { mode: 'urlencoded', urlencoded: Object.entries(fields).map(([key, value]) => ({ key, value })) },
    },
    event:
      path === revocation.path
        ? script([demand('revoked', "pm.response.json().status === 'success'")])
        : script([...keepAnswer, demand('granted', 'answer.access_token || answer.device_code')]),
  }));
  const firstCall = {
    name: texts.callApi,
    request: {
      method: 'GET',
      url: '{{api}}/crm/v8/Leads?fields=Last_Name,Company',
      header: [{ key: 'Authorization', value: 'Zoho-oauthtoken {{access_token}}' }],
    },
    event: script([demand('answered', '[200, 204].includes(pm.response.code)')]),
  };
  // Revocation is last, or the call would come too late.
  return [...posts.slice(0, -1), firstCall, ...posts.slice(-1)];
}

/** Every key that a request may name. The code is the last one to be pasted; what follows it comes with the answers. */
function variablesOf(client: Client, home: DataCenterInfo, { scope, redirectUri }: SnippetValues) {
  const values: Readonly<Record<string, string>> = {
    accounts: home.accounts,
    api: home.api,
    client_id: client.clientId,
    client_secret: '',
    scope,
    redirect_uri: redirectUri,
    code_verifier: '',
    code: '',
    access_token: '',
    refresh_token: '',
  };
  return Object.entries(values).map(([key, value]) => ({ key, value }));
}

/**
 * A collection of the format 2.1 with the calls of the client's flow: every key is prepared as a variable, so that the
 * code is all that is left to paste before the first request.
 */
export function postmanCollection(client: Client, home: DataCenterInfo, values: SnippetValues) {
  const schema = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';
  return {
    info: { name: client.name, schema },
    item: requestsOf(client, values.redirectUri !== ''),
    variable: variablesOf(client, home, values),
  };
}

/** The same keys as an environment, as far as a request of the client's flow names them: for one collection and many places. */
export function postmanEnvironment(client: Client, home: DataCenterInfo, values: SnippetValues) {
  const requests = JSON.stringify(requestsOf(client, values.redirectUri !== ''));
  const isSecret = (key: string) => /secret|token|code/.test(key);
  return {
    name: client.name,
    values: variablesOf(client, home, values)
      .filter(({ key }) => key === 'scope' || requests.includes(`{{${key}}}`))
      .map((variable) => ({ ...variable, type: isSecret(variable.key) ? 'secret' : 'default', enabled: true })),
    _postman_variable_scope: 'environment',
  };
}
