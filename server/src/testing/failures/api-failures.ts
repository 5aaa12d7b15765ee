import { multipart } from '../../crm/testing/multipart.ts';
import type { ClassicFailure } from './classic-failure.ts';
import { classicLimits, pageOrigin } from './failure-stage.ts';

/** What goes wrong at the API, with a token or for want of one. */
export const apiFailures: readonly ClassicFailure[] = [
  {
    name: 'an access token at the API of another data centre',
    provoke: async (stage) => stage.call('/crm/v8/org', (await stage.tokens()).access, { dataCenter: 'eu' }),
    outcome: 'TokenOfOtherDataCenter',
    expected: 'that eu has issued',
    came: 'that us has issued',
    mend: 'Call the API of us',
    rule: 'docs/accounts.md',
  },
  {
    name: 'a preflight from an unregistered origin',
    provoke: (stage) =>
      stage.call('/crm/v8/Leads', undefined, {
        method: 'OPTIONS',
        headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'GET' },
      }),
    outcome: 'OriginUnknown',
    expected: 'a JavaScript domain of a client',
    came: 'the origin https://elsewhere.example',
    mend: 'Register https://elsewhere.example among the JavaScript domains of a client that is enabled in us',
    rule: 'Fetch standard',
  },
  {
    name: 'a page with the token of a client that has no such domain',
    provoke: async (stage) =>
      stage.call('/crm/v8/org', await stage.code(stage.page, { response_type: 'token', access_type: '' }), {
        headers: { origin: 'https://other.example' },
      }),
    outcome: 'OriginNotOfClient',
    expected: pageOrigin,
    came: 'a page on https://other.example',
    mend: 'Add https://other.example',
    rule: 'Fetch standard',
    setting: 'cors',
  },
  {
    name: 'a missing scope',
    provoke: async (stage) =>
      stage.call('/crm/v8/Contacts?fields=Last_Name', (await stage.tokens('ZohoCRM.modules.leads.READ')).access),
    outcome: 'ScopeMissing',
    expected: /ZohoCRM\.modules\.contacts\.READ/i,
    came: 'ZohoCRM.modules.leads.READ',
    mend: 'ask the user again with prompt=consent',
    rule: 'RFC 6750 §3.1',
    setting: 'scopes',
  },
  {
    name: 'an expired access token',
    provoke: async (stage) => {
      const { access } = await stage.tokens();
      stage.platform.clock.advance(3661);
      return stage.call('/crm/v8/org', access);
    },
    outcome: 'TokenExpired',
    expected: /before it ends, at 2026-01-15T/,
    came: /it was 2026-01-15T/,
    mend: 'grant_type=refresh_token',
    rule: 'RFC 6750 §3.1',
  },
  {
    name: 'a revoked access token',
    provoke: async (stage) => {
      const { access, refresh } = await stage.tokens();
      await stage.post('/oauth/v2/token/revoke', { token: refresh });
      return stage.call('/crm/v8/org', access);
    },
    outcome: 'TokenRevoked',
    expected: 'whose grant lives',
    came: 'ended with its refresh token',
    mend: 'A refresh does not help',
    rule: 'RFC 7009 §2.1',
  },
  {
    name: 'an evicted access token',
    provoke: async (stage) => {
      const { access, refresh } = await stage.tokens();
      for (let count = 0; count < classicLimits.activeAccessTokensPerRefreshToken; count++)
        await stage.refresh(refresh);
      return stage.call('/crm/v8/org', access);
    },
    outcome: 'TokenEvicted',
    expected: 'the newest 2 access tokens',
    came: 'an older one',
    mend: 'share the token between the workers',
    rule: 'limits.activeAccessTokensPerRefreshToken',
    setting: 'settings',
  },
  {
    name: 'a token of another environment',
    provoke: async (stage) => stage.call('/crm/v8/org', (await stage.tokens()).access, { at: 'sandboxApi' }),
    outcome: 'TokenOfOtherEnvironment',
    expected: 'the environment sandbox',
    came: 'the environment production',
    mend: /Call http:\/\/localhost:\d+/,
    rule: 'docs/crm.md',
  },
  {
    name: 'an upload with the wrong organization',
    provoke: async (stage) => {
      const { rawBody, headers } = multipart({ file: { filename: 'leads.zip', content: 'PK' } });
      const wrong = { ...headers, feature: 'bulk-write', 'x-crm-org': '4711' };
      const scope = 'ZohoFiles.files.ALL,ZohoCRM.bulk.ALL';
      return stage.call('/crm/v8/upload', (await stage.tokens(scope)).access, {
        at: 'content',
        method: 'POST',
        headers: wrong,
        body: rawBody,
      });
    },
    outcome: 'INVALID_ORG_ID',
    expected: /X-CRM-ORG: \d+/,
    came: '4711',
    mend: /GET \/crm\/v8\/org tells for this token: \d+/,
    rule: 'docs/crm.md',
  },
  {
    name: 'no Authorization header',
    provoke: (stage) => stage.call('/crm/v8/org', undefined),
    outcome: 'NoToken',
    expected: 'Authorization: Zoho-oauthtoken <token>',
    came: 'no Authorization header',
    mend: 'with each call',
    rule: 'RFC 6750 §2.1',
  },
  {
    name: 'another scheme in the Authorization header',
    provoke: (stage) => stage.call('/crm/v8/org', undefined, { headers: { authorization: 'Token abc' } }),
    outcome: 'NoToken',
    expected: 'Authorization: Zoho-oauthtoken <token>',
    came: 'scheme Token',
    mend: 'Zoho-oauthtoken <access token>',
    rule: 'RFC 6750 §2.1',
  },
  {
    name: 'a list without its fields',
    provoke: async (stage) => stage.call('/crm/v8/Leads', (await stage.tokens()).access),
    outcome: 'REQUIRED_PARAM_MISSING',
    expected: 'the query parameter fields',
    came: 'none of that name',
    mend: 'Add fields to the query',
    rule: '/crm/v8/openapi.json',
  },
  {
    name: 'a lead without its last name',
    provoke: async (stage) =>
      stage.call('/crm/v8/Leads', (await stage.tokens()).access, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ data: [{ Company: 'Initech' }] }),
      }),
    outcome: 'MANDATORY_NOT_FOUND',
    expected: 'a value for $.data[0].Last_Name',
    came: 'none, null or an empty one',
    mend: 'Send the field',
    rule: '/crm/v8/openapi.json',
  },
  {
    name: 'an id of another organization',
    provoke: async (stage) => stage.call('/crm/v8/Leads/4876000000000123', (await stage.tokens()).access),
    outcome: 'RecordUnknown',
    expected: 'that this user may see',
    came: 'the id 4876000000000123',
    mend: 'Ids never carry over',
    rule: 'docs/crm.md',
  },
  {
    name: 'a method that the path does not have',
    provoke: async (stage) => stage.call('/crm/v8/org', (await stage.tokens()).access, { method: 'DELETE' }),
    outcome: 'INVALID_REQUEST_METHOD',
    expected: 'GET',
    came: 'DELETE',
    mend: '/crm/v8/openapi.json names for the path',
    rule: 'RFC 9110 §15.5.6',
  },
  {
    name: 'too many calls in a minute',
    provoke: async (stage) => {
      const { access } = await stage.tokens();
      for (let count = 0; count < classicLimits.crmCallsPerMinute; count++) await stage.call('/crm/v8/org', access);
      return stage.call('/crm/v8/org', access);
    },
    outcome: 'CallsOfMinuteUsedUp',
    expected: 'at most 12 calls',
    came: /call number 13; the minute ends in \d+ seconds/,
    mend: 'Wait for Retry-After',
    rule: 'limits.crmCallsPerMinute',
  },
];
