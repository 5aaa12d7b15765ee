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

/** Puts what an answer tells into the collection's variables, so that the next request has it. */
const keepTokens = [
  'const answer = pm.response.json();',
  "for (const name of ['access_token', 'refresh_token']) if (answer[name]) pm.collectionVariables.set(name, answer[name]);",
  "if (answer.device_code) pm.collectionVariables.set('code', answer.device_code);",
];

/**
 * A collection of the format 2.1 with the calls of the client's flow: every key is prepared as a variable, so that the
 * code is all that is left to paste before the first request.
 */
export function postmanCollection(client: Client, home: DataCenterInfo, { scope, redirectUri }: SnippetValues) {
  const variables: Readonly<Record<string, string>> = {
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
  const posts = stepsOf(client, redirectUri !== '').map(({ name, path, fields }) => ({
    name,
    request: {
      method: 'POST',
      url: `{{accounts}}${path}`,
      body: { mode: 'urlencoded', urlencoded: Object.entries(fields).map(([key, value]) => ({ key, value })) },
    },
    event: [{ listen: 'test', script: { type: 'text/javascript', exec: keepTokens } }],
  }));
  const firstCall = {
    name: texts.callApi,
    request: {
      method: 'GET',
      url: '{{api}}/crm/v8/Leads?fields=Last_Name,Company',
      header: [{ key: 'Authorization', value: 'Zoho-oauthtoken {{access_token}}' }],
    },
  };
  // Revocation is last, or the call would come too late.
  const item = [...posts.slice(0, -1), firstCall, ...posts.slice(-1)];
  const schema = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';
  return {
    info: { name: client.name, schema },
    item,
    variable: Object.entries(variables).map(([key, value]) => ({ key, value })),
  };
}
