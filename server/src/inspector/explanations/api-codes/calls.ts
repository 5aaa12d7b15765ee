import type { Explanations } from '../explanation.ts';
import { openApi } from './open-api.ts';

/** Who calls, what is called, and how often. */
export const callCodes: Explanations = {
  AUTHENTICATION_FAILURE: {
    expected: 'Authorization: Zoho-oauthtoken <access token>',
    came: 'no such header',
    rule: 'RFC 6750 §2.1',
    mend: 'Send the header with each call.',
  },
  INVALID_TOKEN: {
    expected: 'a living access token of this data centre and environment',
    came: 'another one',
    rule: 'RFC 6750 §3.1 (invalid_token)',
    mend: 'Refresh the token and repeat the call once. npx grantway token inspect TOKEN says what is wrong with a token.',
  },
  OAUTH_SCOPE_MISMATCH: {
    expected: 'a scope that covers the call[[: {needed}]]',
    came: 'the scopes [[{held}||of the token]]',
    rule: 'RFC 6750 §3.1 (insufficient_scope)',
    mend: 'Add the scope to the authorization address and ask the user again with prompt=consent.',
    setting: 'scopes',
  },
  AUTHORIZATION_FAILED: {
    expected: 'an active user of the organization',
    came: '[[a user with the status {status}||another user]]',
    rule: 'RFC 9110 §15.5.4; docs/crm.md, "Rules that hold everywhere"',
    mend: 'Let an administrator of the organization add or activate the user.',
    setting: 'people',
  },
  NO_PERMISSION: {
    expected: 'a profile with the permission [[{details.permissions}||that the call needs]]',
    came: 'a user whose profile lacks it',
    rule: 'RFC 9110 §15.5.4; docs/crm.md, "Rules that hold everywhere"',
    mend: 'Let an administrator give the user another profile; the scopes of a token never add to what its user may do.',
    setting: 'people',
  },
  INVALID_URL_PATTERN: {
    expected: 'a path of the API, such as /crm/v8/Leads',
    came: '{path}',
    rule: 'RFC 9110 §15.5.5; docs/crm.md, "What is there"',
    mend: 'Compare the path with /crm/v8/openapi.json: API name of the module, version, no closing slash.',
  },
  INVALID_REQUEST_METHOD: {
    expected: '[[{expected}||a method that the path has]]',
    came: '{method}',
    rule: 'RFC 9110 §15.5.6; /crm/v8/openapi.json',
    mend: 'Use the method that /crm/v8/openapi.json names for the path; a redirect in between may have turned a POST into a GET.',
  },
  INVALID_MODULE: {
    expected: 'the API name of a module that the call serves',
    came: '[[{details.api_name}||{details.module}||{path}||another name]]',
    rule: openApi,
    mend: 'Take the name from GET /crm/v8/settings/modules (api_name, with its capital letters).',
    setting: 'records',
  },
  INVALID_REQUEST: {
    expected: 'a request of the form that the operation has',
    came: '[[{cause}||another one]]',
    rule: openApi,
    mend: 'Compare method, parameters and body with the example of the operation in /crm/v8/openapi.html.',
  },
  FORBIDDEN: {
    expected: 'an administrator of the organization',
    came: 'another user',
    rule: 'RFC 9110 §15.5.4',
    mend: 'Let an administrator call, with a token of their own.',
    setting: 'people',
  },
  NOT_SUPPORTED: {
    expected: 'a module that has the call',
    came: '[[{details.module}||{path}||another module]]',
    rule: openApi,
    mend: 'Look at api_supported in GET /crm/v8/settings/modules before calling.',
  },
  API_NOT_SUPPORTED: {
    expected: 'version [[{details.supported_version}||that has the operation]] or later',
    came: '{path}',
    rule: 'docs/crm.md, "What is there" (versions)',
    mend: 'Call the same path below /crm/v[[{details.supported_version}||8]]/.',
  },
  FEATURE_NOT_ENABLED: {
    expected: 'an organization with the feature switched on[[: {details.feature}]]',
    came: 'one without it',
    rule: 'docs/crm.md, "What is there"',
    mend: 'Switch it on: npx grantway crm territories on, for territories.',
  },
  TOO_MANY_REQUESTS: {
    expected: 'calls within the limits of organization and client',
    came: 'one more[[; the next in {retryAfterSeconds} seconds]]',
    rule: 'RFC 6585 §4; docs/operating.md, limits.crm…',
    mend: 'Wait for Retry-After and try again; send several records in one call.',
    setting: 'limits',
  },
  REQUEST_TIMEOUT: {
    expected: 'work that ends in the time that there is',
    came: 'more than that',
    rule: openApi,
    mend: 'Send fewer sub-requests at once, and narrow queries by a field with an index.',
  },
  RESOURCE_NOT_FOUND: {
    expected: 'a job of this user with a result',
    came: '[[{details.id}||{path}||another job]]',
    rule: 'RFC 9110 §15.5.5; docs/crm.md, "What is there" (bulk)',
    mend: 'Ask for the state of the job until it is COMPLETED, then download; results are kept for a day.',
  },
  MEDIA_TYPE_NOT_SUPPORTED: {
    expected: 'Content-Type: application/json',
    came: '[[{came}||another one]]',
    rule: 'RFC 9110 §15.5.16',
    mend: 'Add the header Content-Type: application/json.',
  },
  REQUIRED_HEADER_MISSING: {
    expected: 'the header {details.header_name}',
    came: 'none of that name',
    rule: openApi,
    mend: 'Add {details.header_name}; uploads need X-CRM-ORG with the organization id (zgid) that GET /crm/v8/org tells, and feature: bulk-write.',
  },
  INVALID_ORG_ID: {
    expected: 'X-CRM-ORG: [[{expected}||the organization of the token]]',
    came: '[[{came}||another organization]]',
    rule: 'docs/crm.md, "Rules that hold everywhere" (data spaces)',
    mend: 'Send the zgid that GET /crm/v8/org tells for this token[[: {expected}]]. Each environment of an organization has one of its own.',
  },
  INTERNAL_ERROR: {
    expected: 'an answer',
    came: 'a fault of the platform',
    rule: 'RFC 9110 §15.6.1',
    mend: 'Look in the log for the line with this request id; it has the cause. Report it with that line.',
  },
};
