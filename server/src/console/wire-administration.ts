import { type Static, Type } from 'typebox';
import { environment } from './wire.ts';

/**
 * What the console's administration screens and its HTTP API say to each other, for operators only: everybody else
 * gets 404. All of it is about the data centre of the console, except where a comment says otherwise.
 */
const strict = { additionalProperties: false } as const;
const time = Type.String({ format: 'date-time' });
const optionalTime = Type.Union([time, Type.Null()]);
const page = { page: Type.Integer(), perPage: Type.Integer(), total: Type.Integer() };
const name = Type.String({ maxLength: 100 });
const password = Type.String({ maxLength: 250 });

export const administeredUser = Type.Object({
  userId: Type.String(),
  email: Type.String(),
  firstName: Type.String(),
  lastName: Type.String(),
  active: Type.Boolean(),
  operator: Type.Boolean(),
  createdAt: time,
  organizations: Type.Array(Type.Object({ organizationId: Type.String(), name: Type.String() })),
});

/** GET /api/administration/users?search&page: by e-mail address; the search is for a part of address or name. */
export const administeredUserList = Type.Object({ users: Type.Array(administeredUser), ...page });

/**
 * POST /api/administration/users → 201 `administeredUser`. With `organizationId` the user joins that organization,
 * otherwise an organization named `organizationName` is made. 400 and 409 name the field.
 */
export const newAdministeredUser = Type.Object(
  {
    email: Type.String({ maxLength: 250 }),
    firstName: name,
    lastName: name,
    password,
    organizationId: Type.Optional(Type.String()),
    organizationName: Type.Optional(name),
  },
  strict,
);

/**
 * PATCH /api/administration/users/{userId} → `administeredUser`. Sessions end with a new password and with
 * deactivation; the operator who is signed in can neither deactivate nor demote the own account (409 `OWN_ACCOUNT`).
 */
export const administeredUserChange = Type.Partial(
  Type.Object({ active: Type.Boolean(), operator: Type.Boolean(), password, endTokens: Type.Boolean() }, strict),
);

/** POST /api/administration/users/{userId}/end-tokens: ends all tokens and grants of a user. */
export const endedTokens = Type.Object({ endedGrants: Type.Integer() });

/** GET /api/administration/organizations?search&page */
export const administeredOrganizationList = Type.Object({
  organizations: Type.Array(
    Type.Object({
      organizationId: Type.String(),
      name: Type.String(),
      createdAt: time,
      users: Type.Integer(),
      /** With the organization id on the wire of each. */
      environments: Type.Array(Type.Object({ environment, zgid: Type.String() })),
    }),
  ),
  ...page,
});

/**
 * GET /api/administration/keys: newest first. POST /api/administration/keys/rotate → 201 `signingKey`; 409 `KEY_WAITS`.
 * POST /api/administration/keys/{keyId}/retire takes a key away at once → `signingKeyList`.
 */
export const signingKey = Type.Object({
  keyId: Type.String(),
  algorithm: Type.String(),
  state: Type.String(),
  createdAt: time,
  signsFrom: time,
  signsUntil: optionalTime,
  publishedUntil: optionalTime,
});
export const signingKeyList = Type.Object({ keys: Type.Array(signingKey) });
/** Left out: RS256. */
export const keyRotation = Type.Object(
  { algorithm: Type.Optional(Type.Union([Type.Literal('RS256'), Type.Literal('ES256')])) },
  strict,
);

/** For calls that need the password where it was not typed in the last five minutes. */
const confirmation = { password: Type.Optional(password) };
export const confirmed = Type.Object(confirmation, strict);

/**
 * GET /api/administration/providers; POST /api/administration/providers → 201 `provider`, 409 about `providerId`;
 * PATCH, DELETE /api/administration/providers/{providerId}. 400 names the field; a provider that does not answer as one is
 * the fault of `issuer`.
 */
export const provider = Type.Object({
  providerId: Type.String(),
  name: Type.String(),
  issuer: Type.String(),
  /** What it knows this platform as. */
  clientId: Type.String(),
  scopes: Type.String(),
  /** To be registered there. */
  redirectUri: Type.String(),
  createdAt: time,
});
export const providerList = Type.Object({ providers: Type.Array(provider) });
const providerFields = {
  name,
  issuer: Type.String({ maxLength: 500 }),
  clientId: Type.String({ minLength: 1, maxLength: 500 }),
  clientSecret: Type.String({ minLength: 1, maxLength: 1000 }),
  scopes: Type.String({ maxLength: 500 }),
};
export const newProvider = Type.Object(
  { providerId: Type.String({ maxLength: 100 }), ...providerFields, ...confirmation },
  strict,
);
export const providerChange = Type.Object({ ...providerFields, ...confirmation }, strict);

/** GET /api/administration/limits: every lifetime, limit and switch, as `config/describe-settings.ts` lists them. */
export const limitList = Type.Object({
  limits: Type.Array(
    Type.Object({
      /** Dotted, as in the config file. */
      name: Type.String(),
      value: Type.Unknown(),
      default: Type.Unknown(),
      description: Type.String(),
      /** A client may have its own. */
      perClient: Type.Boolean(),
    }),
  ),
});

/** GET /api/administration/mails?page: newest first */
export const outboxMail = Type.Object({
  messageId: Type.String(),
  from: Type.String(),
  to: Type.Array(Type.String()),
  cc: Type.Array(Type.String()),
  bcc: Type.Array(Type.String()),
  subject: Type.String(),
  attachments: Type.Array(Type.String()),
  createdAt: time,
  sendAt: time,
  delivery: Type.Union([Type.Literal('kept'), Type.Literal('sent'), Type.Literal('retried'), Type.Literal('failed')]),
  sentAt: optionalTime,
  /** Of one that is retried. */
  nextTryAt: optionalTime,
  failure: Type.Union([Type.String(), Type.Null()]),
});
export const outboxMailList = Type.Object({ mails: Type.Array(outboxMail), ...page });

/** GET /api/administration/mails/{messageId} */
export const outboxMailContent = Type.Object({
  ...outboxMail.properties,
  format: Type.String(),
  content: Type.String(),
});

/**
 * GET /api/administration/events?before&outcome&kind&clientId → `eventList` of `wire.ts`, newest first: `before` is an
 * event id, `outcome` is `failed` or nothing. By server-sent events at GET /api/administration/events/stream, all kinds,
 * each message an `event`.
 */

/**
 * GET /api/administration/audit?action&outcome&user&actor&clientId&address&since&until&before → `auditList`, newest first.
 * POST /api/administration/audit/verify → `auditVerification`.
 */
export const auditEntry = Type.Object({
  /** Its place in the chain. */
  sequence: Type.Integer(),
  at: time,
  action: Type.String(),
  outcome: Type.String(),
  failed: Type.Boolean(),
  actor: Type.String(),
  actorId: Type.Union([Type.String(), Type.Null()]),
  userId: Type.Union([Type.String(), Type.Null()]),
  clientId: Type.Union([Type.String(), Type.Null()]),
  address: Type.Union([Type.String(), Type.Null()]),
  userAgent: Type.Union([Type.String(), Type.Null()]),
  requestId: Type.Union([Type.String(), Type.Null()]),
  detail: Type.Record(Type.String(), Type.Unknown()),
  hash: Type.String(),
});
export const auditList = Type.Object({ entries: Type.Array(auditEntry), more: Type.Boolean() });
export const auditVerification = Type.Object({
  valid: Type.Boolean(),
  entries: Type.Integer(),
  first: Type.Union([Type.Integer(), Type.Null()]),
  last: Type.Union([Type.Integer(), Type.Null()]),
  head: Type.Union([Type.String(), Type.Null()]),
  faults: Type.Array(Type.Object({ sequence: Type.Integer(), fault: Type.String() })),
});

/** GET /api/administration/health: all data centres of this process. */
export const health = Type.Object({
  version: Type.String(),
  startedAt: time,
  dataCenters: Type.Array(
    Type.Object({
      id: Type.String(),
      country: Type.String(),
      healthy: Type.Boolean(),
      /** `database`, `migrations`, a listener's name … */
      checks: Type.Array(Type.Object({ name: Type.String(), healthy: Type.Boolean(), detail: Type.String() })),
    }),
  ),
});

export type AdministeredUser = Static<typeof administeredUser>;
export type AdministeredUserList = Static<typeof administeredUserList>;
export type NewAdministeredUser = Static<typeof newAdministeredUser>;
export type AdministeredUserChange = Static<typeof administeredUserChange>;
export type EndedTokens = Static<typeof endedTokens>;
export type AdministeredOrganizationList = Static<typeof administeredOrganizationList>;
export type SigningKey = Static<typeof signingKey>;
export type SigningKeyList = Static<typeof signingKeyList>;
export type Provider = Static<typeof provider>;
export type ProviderList = Static<typeof providerList>;
export type NewProvider = Static<typeof newProvider>;
export type LimitList = Static<typeof limitList>;
export type OutboxMail = Static<typeof outboxMail>;
export type OutboxMailList = Static<typeof outboxMailList>;
export type OutboxMailContent = Static<typeof outboxMailContent>;
export type Health = Static<typeof health>;
export type AuditEntry = Static<typeof auditEntry>;
export type AuditList = Static<typeof auditList>;
export type AuditVerification = Static<typeof auditVerification>;

/** GET /api/administration/demo; 404 `NO_DEMO` where there is none. */
export const demo = Type.Object({
  users: Type.Array(
    Type.Object({
      dataCenter: Type.String(),
      email: Type.String(),
      /** Null when it was changed since. */
      password: Type.Union([Type.String(), Type.Null()]),
      profile: Type.String(),
    }),
  ),
  clients: Type.Array(
    Type.Object({
      type: Type.String(),
      clientId: Type.String(),
      /** By data centre; those that cannot be told again are missing. */
      secrets: Type.Record(Type.String(), Type.String()),
    }),
  ),
});
export type Demo = Static<typeof demo>;

/** The platform's time. `effects`: how much ended by the last move, by what it was. */
export const labClock = Type.Object({
  now: Type.String(),
  real: Type.String(),
  offsetMs: Type.Number(),
  speed: Type.Number(),
  effects: Type.Record(Type.String(), Type.Number()),
});
export type LabClock = Static<typeof labClock>;

/** One of the ways to move it; none of them: back to real time. */
export const clockMove = Type.Object(
  {
    advance: Type.Optional(Type.String()),
    set: Type.Optional(Type.String()),
    speed: Type.Optional(Type.Number()),
  },
  { additionalProperties: false },
);
