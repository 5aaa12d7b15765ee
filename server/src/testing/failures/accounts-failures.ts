import { rotateClientSecret } from '../../admin/clients.ts';
import { changeUser } from '../../admin/users.ts';
import type { ClassicFailure } from './classic-failure.ts';
import { classicLimits, email, pageOrigin, redirectUri } from './failure-stage.ts';

const verifier = 'v'.repeat(43);

/** What goes wrong at the accounts server. */
export const accountsFailures: readonly ClassicFailure[] = [
  {
    name: 'a path that the accounts server does not have',
    provoke: async (stage) => ({ response: await fetch(`${stage.origin('accounts')}/crm/v8/Leads`), dataCenter: 'us' }),
    outcome: 'PathUnknown',
    expected: 'the path of an endpoint',
    came: 'GET /crm/v8/Leads',
    mend: 'api_domain',
    rule: 'docs/accounts.md',
  },
  {
    name: 'a code exchanged in another data centre',
    provoke: async (stage) => stage.exchange(await stage.code(), {}, 'eu'),
    outcome: 'CodeOfOtherDataCenter',
    expected: 'a code that eu has issued',
    came: 'a code that us has issued',
    mend: 'accounts server of us',
    rule: 'docs/accounts.md',
  },
  {
    name: 'a refresh token used in another data centre',
    provoke: async (stage) => {
      const { response } = await stage.exchange(await stage.code());
      const { refresh_token } = (await response.json()) as { refresh_token: string };
      return stage.refresh(refresh_token, stage.own(stage.web, 'eu'), 'eu');
    },
    outcome: 'RefreshTokenOfOtherDataCenter',
    expected: 'that eu has issued',
    came: 'that us has issued',
    mend: 'Refresh at the accounts server of us',
    rule: 'docs/accounts.md',
  },
  {
    name: 'a client that is not enabled in the data centre',
    provoke: (stage) => stage.exchange('1000.nothing', {}, 'in'),
    outcome: 'ClientNotEnabled',
    expected: 'enabled in in',
    came: /registered in us and enabled in eu, us/,
    mend: '--enable-dc in',
    rule: 'docs/accounts.md',
    setting: 'settings',
  },
  {
    name: 'a wrong secret',
    provoke: (stage) => stage.exchange('1000.nothing', { client_secret: 'f'.repeat(42) }),
    outcome: 'SecretWrong',
    expected: /secret of us \(fingerprint #[0-9a-f]{10}\)/,
    came: /another secret \(fingerprint #[0-9a-f]{10}\)/,
    mend: 'Copy the secret of us',
    rule: 'RFC 6749 §2.3.1',
    setting: 'secret',
  },
  {
    name: "another data centre's secret",
    provoke: (stage) => stage.exchange('1000.nothing', stage.own(stage.web, 'eu')),
    outcome: 'SecretOfOtherDataCenter',
    expected: 'secret of us',
    came: 'secret of eu',
    mend: 'Send the secret of us',
    rule: 'docs/console.md',
    setting: 'secret',
  },
  {
    name: 'a secret that was replaced',
    provoke: async (stage) => {
      const owner = { type: 'server', owner: email };
      const client = await stage.platform.addClient(owner);
      await rotateClientSecret(stage.platform.admin, client.client_id, undefined, 3600);
      stage.platform.clock.advance(3601);
      return stage.exchange('1000.nothing', stage.own(client));
    },
    outcome: 'SecretWrong',
    expected: /secret of us/,
    came: /which was replaced and ended at 2026-01-15T/,
    mend: 'After a rotation every server needs the new one',
    rule: 'RFC 6749 §2.3.1',
    setting: 'secret',
  },
  {
    name: 'no secret',
    provoke: (stage) => stage.exchange('1000.nothing', { client_secret: '' }),
    outcome: 'SecretMissing',
    expected: 'the client secret',
    came: 'no secret',
    mend: 'secret of this data centre (us)',
    rule: 'RFC 6749 §2.3.1',
    setting: 'secret',
  },
  {
    name: 'an unknown client',
    provoke: (stage) => stage.visit({ ...stage.web, client_id: '1000.NOBODY' }),
    outcome: 'ClientUnknown',
    expected: 'a registered client',
    came: '1000.NOBODY',
    mend: "Compare the id with the console's",
    rule: 'RFC 6749 §2.2',
  },
  {
    name: 'an expired code',
    provoke: async (stage) => {
      const code = await stage.code();
      stage.platform.clock.advance(75);
      return stage.exchange(code);
    },
    outcome: 'CodeExpired',
    expected: /before 2026-01-15T[\d:.]+Z/,
    came: /at 2026-01-15T[\d:.]+Z, 15 seconds too late/,
    mend: 'Exchange the code in the same request',
    rule: 'RFC 6749 §4.1.2',
  },
  {
    name: 'a code used twice',
    provoke: async (stage) => {
      const code = await stage.code();
      await stage.exchange(code);
      return stage.exchange(code);
    },
    outcome: 'CodeUsed',
    expected: 'not used before',
    came: /exchanged at 2026-01-15T/,
    mend: 'Use the tokens of the first exchange',
    rule: 'RFC 6749 §4.1.2',
  },
  {
    name: "another client's code",
    provoke: async (stage) =>
      stage.token({ ...stage.own(stage.job), grant_type: 'authorization_code', code: await stage.code() }),
    outcome: 'CodeOfOtherClient',
    expected: /issued to 1000\./,
    came: /issued to 1000\./,
    mend: 'client_id and client_secret that the authorization address had',
    rule: 'RFC 6749 §4.1.3',
  },
  {
    name: 'a closing slash on the redirect URI',
    provoke: (stage) => stage.visit(stage.web, { redirect_uri: `${redirectUri}/` }),
    outcome: 'RedirectUriMismatch',
    expected: redirectUri,
    came: `${redirectUri}/, which differs at character ${redirectUri.length + 1} (trailing slash)`,
    mend: `register ${redirectUri}/ as well`,
    rule: 'RFC 6749 §3.1.2.3',
    setting: 'settings',
  },
  {
    name: 'another redirect URI in the exchange',
    provoke: async (stage) => stage.exchange(await stage.code(), { redirect_uri: 'https://app.example.com/other' }),
    outcome: 'RedirectUriMismatch',
    expected: redirectUri,
    came: 'https://app.example.com/other, which differs at character 25',
    mend: 'the one that the code was sent to',
    rule: 'RFC 6749 §3.1.2.3',
    setting: 'settings',
  },
  {
    name: 'no redirect URI',
    provoke: (stage) => stage.visit(stage.web, { redirect_uri: '' }),
    outcome: 'RedirectUriMissing',
    expected: redirectUri,
    came: 'no redirect_uri',
    mend: 'Add redirect_uri',
    rule: 'RFC 6749 §4.1.1',
    setting: 'settings',
  },
  {
    name: 'a redirect URI that is on no JavaScript domain',
    provoke: async (stage) => {
      const elsewhere = { redirectUris: ['https://elsewhere.example/back'], javascriptDomains: [pageOrigin] };
      const client = await stage.platform.addClient({ type: 'browser', owner: email, ...elsewhere });
      return stage.visit(client, { response_type: 'token', redirect_uri: 'https://elsewhere.example/back' });
    },
    outcome: 'RedirectOriginNotRegistered',
    expected: pageOrigin,
    came: 'a redirect_uri on https://elsewhere.example',
    mend: "Add https://elsewhere.example to the client's JavaScript domains",
    rule: 'docs/accounts.md',
    setting: 'cors',
  },
  {
    name: 'an unknown scope',
    provoke: (stage) => stage.visit(stage.web, { scope: 'ZohoCRM.modules.ALL,ZohoCRM.moduls.READ' }),
    outcome: 'ScopeUnknown',
    expected: 'scopes of this platform',
    came: 'ZohoCRM.moduls.READ',
    mend: 'Take ZohoCRM.moduls.READ out',
    rule: 'RFC 6749 §3.3',
    setting: 'scopes',
  },
  {
    name: 'a mobile app without PKCE',
    provoke: (stage) => stage.visit(stage.phone),
    outcome: 'ChallengeMissing',
    expected: 'code_challenge_method=S256',
    came: 'no code_challenge',
    mend: '--set mobileWithoutPkce=true',
    rule: 'RFC 7636 §4.4.1',
    setting: 'settings',
  },
  {
    name: 'a wrong code_verifier',
    provoke: async (stage) => {
      const challenge = { code_challenge: 'c'.repeat(43), code_challenge_method: 'S256' };
      return stage.exchange(await stage.code(stage.web, challenge), { code_verifier: verifier });
    },
    outcome: 'VerifierMismatch',
    expected: `whose S256 is the challenge ${'c'.repeat(43)}`,
    came: /the challenge [\w-]{43}/,
    mend: 'BASE64URL(SHA-256(verifier))',
    rule: 'RFC 7636 §4.6',
  },
  {
    name: 'the implicit flow of a server-based client',
    provoke: (stage) => stage.visit(stage.web, { response_type: 'token' }),
    outcome: 'ResponseTypeNotAllowed',
    expected: 'response_type=code for the type Server-based',
    came: 'response_type=token',
    mend: 'the type of a client never changes',
    rule: 'RFC 6749 §4.1.2.1',
  },
  {
    name: 'an evicted refresh token',
    provoke: async (stage) => {
      const { refresh } = await stage.tokens();
      for (let count = 0; count < classicLimits.refreshTokensPerUserAndClient; count++) await stage.tokens();
      return stage.refresh(refresh);
    },
    outcome: 'RefreshTokenEvicted',
    expected: 'the newest 2 refresh tokens',
    came: 'an older one',
    mend: 'Store one refresh token for each user',
    rule: 'limits.refreshTokensPerUserAndClient',
    setting: 'settings',
  },
  {
    name: 'too many refreshes',
    provoke: async (stage) => {
      const { refresh } = await stage.tokens();
      for (let count = 0; count < classicLimits.accessTokensPerRefreshTokenPerWindow; count++)
        await stage.refresh(refresh);
      return stage.refresh(refresh);
    },
    outcome: 'TokenThrottled',
    expected: 'at most 3 access tokens of one refresh token in 600 seconds',
    came: /the window ends in \d+ seconds/,
    mend: /Try again in \d+ seconds/,
    rule: 'limits.accessTokensPerRefreshTokenPerWindow',
    setting: 'settings',
  },
  {
    name: 'a device code of another data centre',
    provoke: async (stage) => stage.poll(await stage.deviceCode(), 'eu'),
    outcome: 'CodeUnknown',
    expected: 'a code that eu has issued',
    came: 'asked for in us',
    mend: 'as it came and unchanged',
    rule: 'RFC 6749 §4.1.3',
  },
  {
    name: 'a device that polls too soon',
    provoke: async (stage) => {
      const code = await stage.deviceCode();
      await stage.poll(code);
      stage.platform.clock.advance(2);
      return stage.poll(code);
    },
    outcome: 'DevicePolledTooSoon',
    expected: 'at least 5000 ms apart',
    came: 'a poll 2000 ms after the one before',
    mend: 'Wait for the interval',
    rule: 'RFC 8628 §3.5',
  },
  {
    name: 'an expired device code',
    provoke: async (stage) => {
      const code = await stage.deviceCode();
      stage.platform.clock.advance(310);
      return stage.poll(code);
    },
    outcome: 'DeviceCodeExpired',
    expected: /polls before 2026-01-15T/,
    came: '10 seconds too late',
    mend: 'Ask for new codes',
    rule: 'RFC 8628 §3.5',
  },
  {
    name: 'a token request in JSON',
    provoke: async (stage) => ({
      dataCenter: 'us',
      response: await fetch(`${stage.origin('accounts')}/oauth/v2/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ grant_type: 'refresh_token' }),
      }),
    }),
    outcome: 'GrantTypeMissing',
    expected: 'authorization_code, refresh_token, client_credentials',
    came: 'no grant_type',
    mend: 'A JSON body is not read',
    rule: 'RFC 6749 §4.1.3',
  },
  {
    name: 'a token request by GET',
    provoke: async (stage) => ({
      dataCenter: 'us',
      response: await fetch(`${stage.origin('accounts')}/oauth/v2/token`),
    }),
    outcome: 'MethodNotAllowed',
    expected: 'POST',
    came: 'GET',
    mend: 'with the method POST',
    rule: 'RFC 9110 §15.5.6',
  },
  {
    name: 'client credentials without an organization',
    provoke: (stage) =>
      stage.token({ ...stage.own(stage.job), grant_type: 'client_credentials', scope: 'ZohoCRM.modules.ALL' }),
    outcome: 'OrganizationMissing',
    expected: 'soid=ZohoCRM.',
    came: 'no soid',
    mend: 'GET /crm/v8/org tells it',
    rule: 'docs/accounts.md',
  },
  {
    name: 'a refresh without its token',
    provoke: (stage) => stage.refresh(''),
    outcome: 'RefreshTokenMissing',
    expected: 'refresh_token',
    came: 'no refresh_token',
    mend: 'access_type=offline',
    rule: 'RFC 6749 §6',
  },
  {
    name: 'a deactivated user',
    provoke: async (stage) => {
      const { refresh } = await stage.tokens();
      await changeUser(stage.platform.admin, 'us', email, { active: false, endTokens: false });
      try {
        return await stage.refresh(refresh);
      } finally {
        await changeUser(stage.platform.admin, 'us', email, { active: true, endTokens: false });
      }
    },
    outcome: 'UserInactive',
    expected: 'an active user',
    came: 'deactivated',
    mend: 'npx grantway user activate',
    rule: 'RFC 6749 §5.2',
  },
];
