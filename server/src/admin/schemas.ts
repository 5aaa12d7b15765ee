import { Type } from 'typebox';
import { signingAlgorithms } from '../accounts/signing/signing-algorithms.ts';
import { textForms } from '../foundation/text-forms.ts';
import { accessTokenFormats, clientProfiles } from '../oauth/client.ts';

const strict = { additionalProperties: false } as const;
const texts = Type.Array(Type.String());

const organization = {
  dataCenter: Type.String(),
  organizationId: Type.String(),
  environment: Type.String({ default: 'production' }),
};
const importTarget = { ...organization, module: Type.String() };

const oneOf = <Text extends string>(texts: readonly Text[]) => Type.Union(texts.map((each) => Type.Literal(each)));

/** What a client is told by the standards; the keys are checked where they are read. */
const standards = Type.Object(
  {
    profile: Type.Optional(oneOf(clientProfiles)),
    jwks: Type.Optional(Type.Unknown()),
    jwksUri: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    dpopBound: Type.Optional(Type.Boolean()),
    accessTokenFormat: Type.Optional(oneOf(accessTokenFormats)),
    postLogoutRedirectUris: Type.Optional(texts),
    backchannelLogoutUri: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  },
  strict,
);

/** The bodies of the admin API's calls. */
export const bodies = {
  registrationToken: Type.Object(
    {
      dataCenter: Type.String(),
      owner: Type.String(),
      ttlSeconds: Type.Integer({ default: 86_400, description: 'Seconds that it lives.' }),
    },
    strict,
  ),
  importOpening: Type.Object({ ...importTarget, importId: Type.Optional(Type.String()) }, strict),
  importRows: Type.Object(
    {
      ...importTarget,
      importId: Type.Optional(Type.String()),
      firstRow: Type.Integer({ minimum: 0, maximum: 100_000_000 }),
      header: texts,
      rows: Type.Array(texts, { maxItems: 1000 }),
    },
    strict,
  ),
  importClosing: Type.Object({ ...importTarget, importId: Type.String() }, strict),
  user: Type.Object(
    {
      dataCenter: Type.String(),
      email: Type.String(),
      password: Type.String(),
      firstName: Type.String({ default: '' }),
      lastName: Type.String(),
      organization: Type.String(),
      emailVerified: Type.Boolean({ default: true }),
    },
    strict,
  ),
  userChange: Type.Object(
    {
      dataCenter: Type.String(),
      email: Type.String(),
      password: Type.Optional(Type.String()),
      active: Type.Optional(Type.Boolean()),
      operator: Type.Optional(Type.Boolean()),
      endTokens: Type.Boolean({ default: false }),
      /** Removes authenticator app, passkeys and recovery codes. */
      resetFactors: Type.Boolean({ default: false }),
    },
    strict,
  ),
  client: Type.Object(
    {
      dataCenter: Type.String(),
      owner: Type.String(),
      type: Type.String(),
      name: Type.String({ default: '' }),
      homepageUrl: Type.Union([Type.String(), Type.Null()], { default: null }),
      redirectUris: { ...texts, default: [] } as typeof texts,
      javascriptDomains: { ...texts, default: [] } as typeof texts,
      enabledDataCenters: { ...texts, default: [] } as typeof texts,
      sameSecret: Type.Boolean({ default: false }),
      resourceServer: Type.Boolean({ default: false }),
      secretsShownOnce: Type.Boolean({ default: false }),
      standards: Type.Optional(standards),
    },
    strict,
  ),
  clientChange: Type.Object(
    {
      name: Type.Optional(Type.String()),
      homepageUrl: Type.Optional(Type.Union([Type.String(), Type.Null()])),
      redirectUris: Type.Optional(texts),
      javascriptDomains: Type.Optional(texts),
      enable: Type.Optional(texts),
      disable: Type.Optional(texts),
      resourceServer: Type.Optional(Type.Boolean()),
      sameSecret: Type.Optional(Type.Boolean()),
      secretsShownOnce: Type.Optional(Type.Boolean()),
      overlapSeconds: Type.Optional(Type.Integer()),
      standards: Type.Optional(standards),
      overrides: Type.Optional(
        Type.Record(Type.String(), Type.Union([Type.Number(), Type.Boolean(), Type.String(), Type.Null()])),
      ),
    },
    strict,
  ),
  outsideProvider: Type.Object(
    {
      id: Type.String(),
      name: Type.String({ maxLength: 100 }),
      issuer: Type.String({ maxLength: 500 }),
      clientId: Type.String({ minLength: 1, maxLength: 500 }),
      clientSecret: Type.String({ minLength: 1, maxLength: 1000, writeOnly: true }),
      scopes: Type.String({ default: 'openid email profile', maxLength: 500 }),
    },
    strict,
  ),
  keyRotation: Type.Object({ algorithm: Type.Optional(oneOf(signingAlgorithms)) }, strict),
  keyRetirement: Type.Object({ keyId: Type.String(textForms.keyId) }, strict),
  secretRotation: Type.Object(
    { dataCenter: Type.Optional(Type.String()), overlapSeconds: Type.Integer({ default: 0 }) },
    strict,
  ),
  selfClientCode: Type.Object(
    {
      dataCenter: Type.String(),
      clientId: Type.String(),
      scope: Type.String(),
      minutes: Type.Integer({ default: 3 }),
      environment: Type.String({ default: 'production' }),
      organizationId: Type.Optional(Type.String()),
      description: Type.String({ default: '', maxLength: 500 }),
    },
    strict,
  ),
  blueprint: Type.Object({ ...organization, blueprint: Type.Unknown() }, strict),
  layout: Type.Object({ ...organization, layout: Type.Unknown() }, strict),
  mailTemplate: Type.Object({ ...organization, template: Type.Unknown() }, strict),
  assignmentRule: Type.Object({ ...organization, rule: Type.Unknown() }, strict),
  territories: Type.Object({ ...organization, territories: Type.Boolean() }, strict),
  token: Type.Object({ token: Type.String() }, strict),
};

/** Their queries. */
export const queries = {
  clients: Type.Object(
    { dataCenter: Type.Optional(Type.String({ description: 'Only clients that are enabled there.' })) },
    strict,
  ),
  sessions: Type.Object({ dataCenter: Type.String(), email: Type.String() }, strict),
  endedSessions: Type.Object(
    { dataCenter: Type.String(), email: Type.String(), session: Type.Optional(Type.String()) },
    strict,
  ),
  organization: Type.Object(organization, strict),
  moduleFields: Type.Object({ ...organization, module: Type.Optional(Type.String()) }, strict),
  corsCheck: Type.Object(
    {
      dataCenter: Type.String(),
      clientId: Type.String(),
      origin: Type.String({ maxLength: 2048 }),
      method: Type.String({ default: 'GET', ...textForms.httpMethod }),
      /** Names, separated by commas. */
      headers: Type.String({ default: '', maxLength: 4096 }),
      environment: Type.String({ default: 'production' }),
    },
    strict,
  ),
  mails: Type.Object({ dataCenter: Type.String({ default: '' }), limit: Type.String({ default: '50' }) }),
  mail: Type.Object({ dataCenter: Type.String({ default: '' }) }),
  audit: Type.Object(
    {
      dataCenter: Type.String(),
      action: Type.Optional(Type.String({ maxLength: 100 })),
      outcome: Type.Optional(Type.String({ maxLength: 100 })),
      failed: Type.Optional(oneOf(['true', 'false'])),
      user: Type.Optional(Type.String({ maxLength: 320 })),
      actor: Type.Optional(Type.String({ maxLength: 320 })),
      clientId: Type.Optional(Type.String({ maxLength: 100 })),
      address: Type.Optional(Type.String({ maxLength: 100 })),
      since: Type.Optional(Type.String({ maxLength: 40 })),
      until: Type.Optional(Type.String({ maxLength: 40 })),
      before: Type.Optional(Type.String()),
      after: Type.Optional(Type.String()),
      order: Type.Optional(oneOf(['newest', 'oldest'])),
      limit: Type.String({ default: '50' }),
    },
    strict,
  ),
  outsideProvider: Type.Object({ provider: Type.String() }, strict),
  auditVerification: Type.Object({ dataCenter: Type.String(), head: Type.Optional(Type.String()) }, strict),
  events: Type.Object({
    dataCenter: Type.String({ default: '' }),
    kind: Type.Optional(Type.String()),
    outcome: Type.Optional(Type.String()),
    clientId: Type.Optional(Type.String()),
    limit: Type.String({ default: '50' }),
  }),
};

/** Paths with `:id`. */
export const withId = Type.Object({ id: Type.String() });
