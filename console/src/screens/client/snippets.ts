import type { Client, DataCenterInfo } from '../../../../server/src/console/wire.ts';
import { clientTexts as texts } from '../../texts/client.ts';

/** What the snippets are made with, beside the client. */
export interface SnippetValues {
  readonly scope: string;
  readonly redirectUri: string;
  readonly offline: boolean;
  readonly prompt: boolean;
  readonly state: string;
}

export interface Snippet {
  readonly label: string;
  readonly text: string;
}

type Maker = (client: Client, home: DataCenterInfo, values: SnippetValues) => readonly Snippet[];

/** Lines ready to be pasted for a client of any type, in the order in which they are needed. */
export const snippetsFor: Maker = (client, home, values) =>
  makersOf[client.type].flatMap((make) => make(client, home, values));

/** A curl call with form fields, one a line. */
function post(address: string, fields: Readonly<Record<string, string>>): string {
  const lines = Object.entries(fields).map(([name, value]) => `  --data-urlencode '${name}=${value}'`);
  return [`curl -X POST ${address}`, ...lines].join(' \\\n');
}

const authorization: Maker = (client, { accounts }, values) => {
  const parameters = new URLSearchParams({
    client_id: client.clientId,
    response_type: client.type === 'browser' ? 'token' : 'code',
    redirect_uri: values.redirectUri,
    scope: values.scope,
  });
  if (client.type !== 'browser' && values.offline) parameters.set('access_type', 'offline');
  if (values.prompt) parameters.set('prompt', 'consent');
  if (values.state !== '') parameters.set('state', values.state);
  if (client.type === 'mobile') {
    parameters.set('code_challenge', 'CODE_CHALLENGE');
    parameters.set('code_challenge_method', 'S256');
  }
  return [{ label: texts.authorizationUrl, text: `${accounts}/oauth/v2/auth?${parameters}` }];
};

/** The call that exchanges a code; what the client keeps to itself is left to fill in. */
export function exchangeCall(client: Client, { accounts }: DataCenterInfo, code: string, redirectUri = ''): string {
  return post(`${accounts}/oauth/v2/token`, {
    grant_type: 'authorization_code',
    client_id: client.clientId,
    ...(client.type === 'mobile' ? { code_verifier: 'CODE_VERIFIER' } : { client_secret: 'CLIENT_SECRET' }),
    ...(redirectUri === '' ? {} : { redirect_uri: redirectUri }),
    code,
  });
}

/** A first call of the API of an environment. */
export function apiCall(api: string, accessToken: string): string {
  return `curl -H 'Authorization: Zoho-oauthtoken ${accessToken}' \\\n  '${api}/crm/v8/Leads?fields=Last_Name,Company'`;
}

const exchange: Maker = (client, home, { redirectUri }) => [
  { label: texts.exchangeCode, text: exchangeCall(client, home, 'CODE', redirectUri) },
];

const renewal: Maker = (client, { accounts }) => [
  {
    label: texts.refreshToken,
    text: post(`${accounts}/oauth/v2/token`, {
      grant_type: 'refresh_token',
      client_id: client.clientId,
      ...(client.type === 'mobile' ? {} : { client_secret: 'CLIENT_SECRET' }),
      refresh_token: 'REFRESH_TOKEN',
    }),
  },
  {
    label: texts.revokeToken,
    text: post(`${accounts}/oauth/v2/token/revoke`, { token: 'REFRESH_TOKEN' }),
  },
];

const device: Maker = (client, { accounts }, { scope }) => [
  {
    label: texts.deviceCode,
    text: post(`${accounts}/oauth/v3/device/code`, {
      grant_type: 'device_request',
      client_id: client.clientId,
      scope,
      access_type: 'offline',
    }),
  },
  {
    label: texts.devicePoll,
    text: post(`${accounts}/oauth/v3/device/token`, {
      grant_type: 'device_token',
      client_id: client.clientId,
      client_secret: 'CLIENT_SECRET',
      code: 'DEVICE_CODE',
    }),
  },
];

const firstCall: Maker = (_client, { api }) => [{ label: texts.callApi, text: apiCall(api, 'ACCESS_TOKEN') }];

/** The vendor's library, told of this platform's addresses. */
const vendorSdk: Maker = (client, { api, accounts, content }, { redirectUri }) => [
  {
    label: texts.vendorSdk,
    text: `import * as sdk from '@zohocrm/typescript-sdk-8.0';

const environment = sdk.DataCenter.setEnvironment('${api}', '${accounts}/oauth/v2/token', '${content}');
const token = new sdk.OAuthBuilder()
  .clientId('${client.clientId}')
  .clientSecret(process.env.CLIENT_SECRET)
  .grantToken(process.env.CODE)${redirectUri === '' ? '' : `\n  .redirectURL('${redirectUri}')`}
  .build();
const builder = await new sdk.InitializeBuilder();
await builder.environment(environment).token(token).store(new sdk.FileStore('tokens.csv')).initialize();`,
  },
];

const browserSdk: Maker = (client, { accounts }, { scope }) => [
  {
    label: texts.browserSdk,
    text: `<button id="start">Sign in</button>
<script src="js/zcrmsdk.js"></script>
<script>
  document.getElementById('start').onclick = () => {
    ZCRM.API.SDK.initialize({
      client_id: '${client.clientId}',
      scopes: '${scope}',
      accounts_url: '${accounts}',
    });
  };
</script>`,
  },
];

const makersOf: Readonly<Record<Client['type'], readonly Maker[]>> = {
  browser: [authorization, browserSdk, firstCall],
  server: [authorization, exchange, renewal, firstCall, vendorSdk],
  mobile: [authorization, exchange, renewal, firstCall],
  device: [device, renewal, firstCall],
  self: [exchange, renewal, firstCall, vendorSdk],
};
