import { type Static, Type } from 'typebox';
import type { Seconds } from '../foundation/kinds.ts';
import { defaultDataCenterIds } from './data-centers.ts';

/**
 * Every setting: its default, its bounds and its documentation. The config file is checked against this schema;
 * unknown keys are refused. Units end names.
 */

const duration = (defaultSeconds: number, description: string) =>
  Type.Unsafe<Seconds>(Type.Integer({ minimum: 1, maximum: 10 * 365 * 86_400, default: defaultSeconds, description }));

const count = (defaultCount: number, description: string) =>
  Type.Integer({
    minimum: 0,
    maximum: 1_000_000_000,
    default: defaultCount,
    description: `${description} 0: no limit.`,
  });

const closed = { additionalProperties: false } as const;

const lifetimes = Type.Object(
  {
    codeTtlSeconds: duration(60, 'Authorization code of the redirect flow.'),
    pushedRequestTtlSeconds: Type.Integer({
      minimum: 5,
      maximum: 600,
      default: 60,
      description: 'Authorization request that a client has pushed (RFC 9126).',
    }),
    instanceCodeTtlSeconds: duration(120, 'Authorization code of instance-level authorization.'),
    enhanceTokenTtlSeconds: duration(600, 'Enhance token of incremental authorization.'),
    deviceCodeTtlSeconds: duration(300, 'Device code and user code.'),
    idTokenTtlSeconds: duration(3600, 'ID token.'),
    signingKeyLeadSeconds: duration(600, 'Time between publishing a new signing key and signing with it.'),
    signingKeyMaxAgeSeconds: duration(
      90 * 86_400,
      'How long a signing key signs before a successor is made by itself.',
    ),
    accessTokenTtlSeconds: duration(3600, 'Access token.'),
    refreshGraceSeconds: Type.Integer({
      minimum: 0,
      maximum: 3600,
      default: 60,
      description:
        'Time in which a refresh token that was replaced still gets the same answer again, for clients whose processes refresh at the same time (strict profile).',
    }),
    publicRefreshTtlSeconds: duration(
      90 * 86_400,
      'Longest life of the refresh tokens of public clients of the strict profile, counted from the first; rotation does not extend it.',
    ),
    sessionTtlSeconds: duration(14 * 86_400, 'Sign-in session of a browser.'),
    sessionIdleSeconds: duration(7 * 86_400, 'Longest time that a session may go unused before it ends.'),
    resetTtlSeconds: duration(1800, 'Link by mail with which a user chooses a new password.'),
    verificationTtlSeconds: duration(86_400, 'Links by mail that prove an address, or complete a sign-up.'),
    confirmationSeconds: duration(
      300,
      'How long after a sign-in, or a confirmation by password, users may change how they sign in.',
    ),
    signInTtlSeconds: duration(600, 'Time between typing the sign-in name and the password.'),
    hopTtlSeconds: Type.Integer({
      minimum: 1,
      maximum: 60,
      default: 60,
      description: 'Hand-over of a sign-in from one data centre to another.',
    }),
  },
  { ...closed, default: {} },
);

const limits = Type.Object(
  {
    activeAccessTokensPerRefreshToken: count(
      10,
      'Active access tokens of one refresh token; the newest evicts the oldest.',
    ),
    accessTokensPerRefreshTokenPerWindow: count(10, 'Access tokens made with one refresh token in a window.'),
    refreshTokensPerUserAndClient: count(
      20,
      'Refresh tokens of one user for one client; the newest evicts the oldest.',
    ),
    refreshTokensPerUserAndClientPerWindow: count(10, 'Refresh tokens made for one user and client in a window.'),
    codesPerUserAndClientPerWindow: count(10, 'Codes and implicit tokens made for one user and client in a window.'),
    windowSeconds: duration(600, 'Length of the fixed window of the token limits.'),
    signInFailuresPerName: count(
      100,
      'Wrong passwords for one sign-in name in a window; of a browser that the user signed in with before, counted apart.',
    ),
    signInFailuresPerAddress: count(1000, 'Wrong passwords from one address in a window.'),
    signInNamesPerAddress: count(300, 'Sign-in names looked up from one address in a window.'),
    secondFactorFailuresPerName: count(
      10,
      'Wrong codes of a second factor for one user in a window; of a browser that the user signed in with before, counted apart.',
    ),
    mailsPerAddress: count(30, 'Mails asked for (new passwords, verification, sign-up) from one address in a window.'),
    mailsPerName: count(5, 'The same to one e-mail address in a window.'),
    deviceRequestsPerClientAndAddress: count(
      100,
      'Pairs of device codes made for one client from one address in a window.',
    ),
    deviceRequestsPerClient: count(10_000, 'Pairs of device codes made for one client in a window, per data centre.'),
    eventsPerMinute: count(
      600,
      'Refusals, and other events that anybody can cause, recorded one by one in a minute; others are counted. Per data centre and process.',
    ),
    clientsPerOwner: count(100, 'Clients of one owner.'),
    registrationsPerAddress: count(100, 'Clients registered at /oauth2/register from one address in a window.'),
    redirectUrisPerClient: count(50, 'Redirect URIs of one client.'),
    javascriptDomainsPerClient: count(50, 'JavaScript domains of one client.'),
    crmCreditsPerDay: count(0, 'API credits of one organization in any 24 hours.'),
    crmCallsPerMinute: count(0, 'CRM calls of one organization in a minute of the clock, per process.'),
    crmConcurrentCalls: count(0, 'CRM calls of one client for one organization at the same time, per process.'),
    crmConcurrentHeavyCalls: count(
      0,
      'Those of them that are heavy (search, COQL, convert, composite, mass actions), per process.',
    ),
    tokenCacheEntries: Type.Integer({
      minimum: 1,
      maximum: 10_000_000,
      default: 50_000,
      description: 'Access tokens whose grant is kept in memory, per data centre.',
    }),
    tokenCacheTtlSeconds: duration(5, 'Longest time an access token is trusted without asking the database again.'),
  },
  { ...closed, default: {} },
);

const inspector = Type.Object(
  {
    maxEvents: count(200_000, 'Events that are kept, per data centre; the oldest go first.'),
    maxMegabytes: count(256, 'Megabytes of events that are kept, per data centre; the oldest go first.'),
    keptDays: Type.Integer({ minimum: 1, maximum: 3650, default: 30, description: 'Days that events are kept.' }),
    stepsPerMinute: count(
      1_200,
      'Refreshes, CRM calls and other requests that went well, recorded one by one in a minute; others are counted. Per data centre and process.',
    ),
  },
  { ...closed, default: {} },
);

const audit = Type.Object(
  {
    keptDays: Type.Integer({
      minimum: 28,
      maximum: 36_500,
      default: 400,
      description: 'Days that the audit log is kept; whole months go at once.',
    }),
  },
  { ...closed, default: {} },
);

const mail = Type.Object(
  {
    smtpUrl: Type.Optional(
      Type.String({
        pattern: '^smtps?://[^\\s]+$',
        description:
          'Mail server that delivers what the platform sends: smtp[s]://user:password@host:port. Without it mails stay in the outbox. GRANTWAY_SMTP_URL goes before it.',
      }),
    ),
    from: Type.String({
      pattern: '^[^\\s<>@]+@[^\\s<>@]+$',
      default: 'grantway@localhost',
      description: 'E-mail address that mails come from.',
    }),
  },
  { ...closed, default: {} },
);

const passwords = Type.Object(
  {
    minLength: Type.Integer({ minimum: 1, maximum: 128, default: 8, description: 'Fewest characters of a password.' }),
    maxLength: Type.Integer({
      minimum: 64,
      maximum: 1000,
      default: 128,
      description: 'Most characters of a password.',
    }),
    refuseBreached: Type.Boolean({
      default: true,
      description: 'Refuse passwords that are common in breaches elsewhere.',
    }),
  },
  { ...closed, default: {} },
);

/** A switch for all organizations (true), none (false), or those with these ids. */
const organizations = (description: string) =>
  Type.Union([Type.Boolean(), Type.Array(Type.String({ pattern: '^[0-9]{1,19}$' }))], {
    default: false,
    description: `${description} For all organizations (true), none, or those with these ids (zgid of production).`,
  });

const compatibility = Type.Object(
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

const standards = Type.Object(
  {
    compatibleProfile: Type.Boolean({
      default: true,
      description:
        'Serve clients of the compatible profile; off, only clients of the strict profile (docs/profiles.md) are registered and served.',
    }),
    registration: Type.Union([Type.Literal('closed'), Type.Literal('initial-token'), Type.Literal('open')], {
      default: 'closed',
      description:
        'Who may register clients at /oauth2/register (RFC 7591): nobody, whoever has an initial access token (grantway client registration-token), or anybody.',
    }),
    clientDocuments: Type.Boolean({
      default: true,
      description:
        'Take the https address of a client metadata document for a client id (OAuth Client ID Metadata Documents).',
    }),
  },
  { ...closed, default: {} },
);

const declaredScope = Type.Object(
  {
    name: Type.String({
      pattern: '^[A-Za-z][A-Za-z0-9_]*(\\.[A-Za-z0-9_]+)*$',
      description: 'Scope name, like "orders".',
    }),
    operations: Type.Array(
      Type.Union(['ALL', 'READ', 'CREATE', 'UPDATE', 'DELETE', 'WRITE'].map((operation) => Type.Literal(operation))),
      { minItems: 1, default: ['ALL', 'READ', 'CREATE', 'UPDATE', 'DELETE'] },
    ),
    subject: Type.String({ minLength: 1, description: 'What it is about, to follow a verb: "your orders".' }),
    organizationBound: Type.Boolean({
      default: false,
      description: 'Bind its tokens to an organization and environment.',
    }),
  },
  closed,
);

const declaredService = Type.Object(
  {
    name: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_]*$', description: 'First part of its scopes, like "Shop".' }),
    scopes: Type.Array(declaredScope, { minItems: 1 }),
  },
  closed,
);

const origin = Type.String({ pattern: '^https?://[^/?#@\\s]+$' });
const port = Type.Integer({ minimum: 1, maximum: 65_535 });
const perService = <T extends typeof origin | typeof port>(type: T) =>
  Type.Object(
    { accounts: type, api: type, sandboxApi: type, developerApi: type, console: type, content: type },
    closed,
  );

const declaredDataCenter = Type.Object(
  {
    id: Type.String({
      pattern: '^[a-z][a-z0-9]{1,7}$',
      description: 'Short lower-case id, the `location` on the wire.',
    }),
    realm: Type.Optional(
      Type.String({ pattern: '^[a-z][a-z0-9-]*$', description: 'Default: the id\'s own, else "global".' }),
    ),
    origins: Type.Optional(perService(origin)),
    ports: Type.Optional(perService(port)),
    databaseUrl: Type.Optional(Type.String({ description: 'A PostgreSQL of your own for this data centre.' })),
  },
  closed,
);

const connections = (defaultCount: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 1_000, default: defaultCount, description });

const database = Type.Object(
  {
    durable: Type.Boolean({
      default: true,
      description:
        'The embedded PostgreSQL keeps what was acknowledged through a loss of power. For tests, which throw it away, false is faster; "production" refuses that.',
    }),
    maxConnections: connections(10, 'Connections to each database for requests, per process.'),
    connectTimeoutSeconds: duration(5, 'Longest wait for a connection, new or of the pool.'),
    statementTimeoutSeconds: duration(10, 'Longest time of a statement of a request.'),
    lockTimeoutSeconds: duration(5, 'Longest wait of a statement of a request for a lock.'),
    idleInTransactionTimeoutSeconds: duration(60, 'Longest pause within a transaction.'),
    backgroundMaxConnections: connections(
      10,
      "Connections to each data centre's database for jobs and sweeps, per process.",
    ),
    backgroundStatementTimeoutSeconds: duration(
      600,
      'Longest time of a statement of theirs, waiting for locks included.',
    ),
    directoryGraceSeconds: duration(
      3600,
      'Longest time that known clients are served from memory while the database of the directory is away.',
    ),
  },
  { ...closed, default: {} },
);

const shutdown = Type.Object(
  {
    drainSeconds: Type.Integer({
      minimum: 0,
      maximum: 300,
      default: 0,
      description:
        'Time between saying "not ready" (/readyz answers 503) and taking no more connections: as long as a load balancer needs to notice.',
    }),
    graceSeconds: duration(5, 'Longest time that answers under way may take when the process ends.'),
  },
  { ...closed, default: {} },
);

const outgoingCalls = Type.Object(
  {
    allowLoopback: Type.Boolean({
      default: true,
      description:
        'Let CRM notifications, callbacks of jobs, logout tokens and client metadata documents call loopback addresses, where receivers of a local twin listen. Without effect when an origin of the platform itself is elsewhere; ports of databases and of the admin API are never called.',
    }),
    allowedNetworks: Type.Array(Type.String({ pattern: '^[0-9A-Fa-f.:]+/[0-9]{1,3}$' }), {
      default: [],
      description:
        'Networks, like "10.20.0.0/16", that CRM notifications, callbacks of jobs, logout tokens and client metadata documents may call although they are private or otherwise special.',
    }),
  },
  { ...closed, default: {} },
);

export const settingsSchema = Type.Object(
  {
    dataCenters: Type.Array(Type.Union([Type.String(), declaredDataCenter]), {
      minItems: 1,
      default: [...defaultDataCenterIds],
      description: 'Ids of known data centres, or declarations of your own.',
    }),
    basePort: Type.Integer({ minimum: 1, maximum: 65_000, default: 8000, description: 'First port of the platform.' }),
    listenHost: Type.String({ default: '127.0.0.1', description: 'Address that the public listeners bind.' }),
    trustProxy: Type.Boolean({ default: false, description: 'Believe X-Forwarded-For of the direct peer.' }),
    production: Type.Boolean({
      default: false,
      description: 'This platform serves real users: it never starts with the lab (--lab).',
    }),
    directoryUrl: Type.Optional(Type.String({ description: 'A PostgreSQL of your own for the directory.' })),
    logLevel: Type.Union(
      [
        Type.Literal('silent'),
        Type.Literal('error'),
        Type.Literal('warn'),
        Type.Literal('info'),
        Type.Literal('debug'),
      ],
      { default: 'info', description: 'What is logged on standard error.' },
    ),
    recordEvents: Type.Union([Type.Literal('all'), Type.Literal('failures'), Type.Literal('none')], {
      default: 'all',
      description: 'Which protocol events are recorded.',
    }),
    inspector,
    signUp: Type.Union([Type.Boolean(), Type.Array(Type.String())], {
      default: false,
      description:
        'Let people sign up by themselves: at every data centre (true), at none, or at those with these ids.',
    }),
    audit,
    mail,
    services: Type.Array(declaredService, {
      default: [],
      description: 'Services of your own: their scopes can be asked for, and their API checks tokens by introspection.',
    }),
    lifetimes,
    privateRecords: organizations(
      "Users see and change their own records and those of the roles below theirs; administrators and the top role see everybody's.",
    ),
    limits,
    passwords,
    database,
    metricsPort: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 65_535,
        description:
          'Port, at the address listenHost, of /metrics, /healthz and /readyz for programs without the admin token. Without it, /metrics is only on the admin API.',
      }),
    ),
    shutdown,
    outgoingCalls,
    compatibility,
    standards,
  },
  closed,
);

export type Settings = Static<typeof settingsSchema>;

/** Whether a switch that may name organizations is on for this one. */
export function isOnFor(option: boolean | readonly string[], organizationId: string | null): boolean {
  return typeof option === 'boolean' ? option : organizationId !== null && option.includes(organizationId);
}
