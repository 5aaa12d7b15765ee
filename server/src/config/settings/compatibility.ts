import { Type } from 'typebox';
import { closed, organizations } from './setting-types.ts';

/** Where the original has changed over time or is harsh on its clients: which way this platform goes. */
export const compatibility = Type.Object(
  {
    errorPagesStatus: Type.Union([Type.Literal(400), Type.Literal(200)], {
      default: 400,
      description: 'Status of the error pages E1 to E4 and E7.',
    }),
    throttleEnabled: Type.Boolean({ default: true, description: 'Enforce the limits that count per window.' }),
    throttleStatus: Type.Union([Type.Literal(400), Type.Literal(200)], {
      default: 400,
      description: 'Status of the answer to too many tokens.',
    }),
    throttleText: Type.Union([Type.Literal('current'), Type.Literal('legacy')], {
      default: 'current',
      description: 'Which of the two known texts says that there were too many tokens.',
    }),
    throttleLocalised: Type.Boolean({
      default: false,
      description: 'Translate the texts of the throttle answer by Accept-Language, as the original does.',
    }),
    sessionFlagNames: Type.Union([Type.Literal('both'), Type.Literal('granted'), Type.Literal('grant')], {
      default: 'both',
      description:
        'Spelling of the session flag of the implicit answer: granted_for_session, grant_for_session, or both.',
    }),
    implicitDelivery: Type.Union([Type.Literal('fragment'), Type.Literal('query')], {
      default: 'fragment',
      description: 'Where the implicit answer goes in the redirect URI.',
    }),
    strictCommaScopes: Type.Boolean({
      default: false,
      description: 'Refuse blanks between scopes in client_credentials requests.',
    }),
    legacyExpiry: Type.Boolean({
      default: false,
      description: 'Token answers of before 2020: expires_in in milliseconds and expires_in_sec.',
    }),
    deviceStatus: Type.Union([Type.Literal(200), Type.Literal(400)], {
      default: 200,
      description: 'Status of pending and failed polls of the device flow.',
    }),
    deviceIntervalMs: Type.Integer({
      minimum: 0,
      maximum: 60_000,
      default: 5000,
      description: 'Shortest time between two polls of a device, in milliseconds.',
    }),
    idTokenLegacyHeader: Type.Boolean({
      default: false,
      description: 'Add key_id beside kid to the header of ID tokens.',
    }),
    idTokenEs256: Type.Boolean({
      default: false,
      description: 'Sign ID tokens with ES256 rather than RS256; true or false for one client.',
    }),
    environmentBinding: Type.Boolean({
      default: true,
      description: 'Bind tokens to one environment; off, one token works in all three, as it once did.',
    }),
    strictRfc: Type.Boolean({
      default: false,
      description:
        'Answer token requests with the errors and statuses of RFC 6749, and end the tokens of a replayed code.',
    }),
    trailingAmpersand: Type.Boolean({ default: true, description: 'End the redirect of the code flow with "&".' }),
    realmEntry: Type.Boolean({
      default: true,
      description:
        'Let every client of the realm start an authorization at its first data centre, whether or not it is enabled there; off, only where it is enabled.',
    }),
    plainHttpRedirects: Type.Boolean({
      default: false,
      description: 'Let clients register http redirect URIs and JavaScript domains on hosts that are not loopback.',
    }),
    undottedSchemes: Type.Boolean({
      default: false,
      description: 'Let mobile clients register schemes without a dot, like crmleads://, which any other app can take.',
    }),
    mobileWithoutPkce: Type.Boolean({
      default: false,
      description:
        'Let mobile clients do without a code_challenge (PKCE), as those registered long ago may; they send their secret with the code instead.',
    }),
    searchWithoutScope: organizations(
      'CRM searches do without the scope ZohoSearch.securesearch.READ, which many clients never ask for; true or false for one client.',
    ),
    searchEqualsContains: organizations(
      'As in the original, `equals` in search criteria finds every text that contains the value; pick lists stay exact.',
    ),
    guardCsvFormulas: organizations(
      'CSV files of the CRM (bulk results, audit exports, errors files) have an apostrophe before texts that a spreadsheet would take for formulas.',
    ),
    tokenIncludesScope: Type.Boolean({ default: true, description: 'Send `scope` in token answers.' }),
  },
  { ...closed, default: {} },
);
