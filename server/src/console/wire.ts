import { type Static, type TSchema, Type } from 'typebox';
import { explained } from './wire-diagnosis.ts';

/**
 * What the console's pages and its HTTP API say to each other: one schema for both sides. The server checks bodies
 * against it and lists it in its OpenAPI document; the pages take their types from it. All paths begin with `/api`.
 * Times are ISO 8601 texts in UTC.
 */
const strict = { additionalProperties: false } as const;
const text = Type.String({ maxLength: 2048 });
const time = Type.String({ format: 'date-time' });
const optionalTime = Type.Union([time, Type.Null()]);
const list = <Item extends TSchema>(item: Item) => Type.Array(item, { maxItems: 100 });

export const clientType = Type.Union([
  Type.Literal('browser'),
  Type.Literal('server'),
  Type.Literal('mobile'),
  Type.Literal('device'),
  Type.Literal('self'),
]);

export const environment = Type.Union([Type.Literal('production'), Type.Literal('sandbox'), Type.Literal('developer')]);

/** Every refusal: a stable code, a sentence for people, the field it is about where there is one. */
export const failure = Type.Object({
  error: Type.Object({
    code: Type.String(),
    message: Type.String(),
    field: Type.Optional(Type.String()),
    /** For lists of values: which one. */
    value: Type.Optional(Type.String()),
  }),
});

/** A data centre as people know it. */
export const dataCenterInfo = Type.Object({
  id: Type.String(),
  country: Type.String(),
  console: Type.String(),
  accounts: Type.String(),
  api: Type.String(),
  sandboxApi: Type.String(),
  developerApi: Type.String(),
  /** Where files are uploaded. */
  content: Type.String(),
});

/** GET /api/session: who is signed in, and where. 401 `SIGNED_OUT` without one. */
export const session = Type.Object({
  user: Type.Object({
    userId: Type.String(),
    email: Type.String(),
    firstName: Type.String(),
    lastName: Type.String(),
    /** Sees everything of this platform. */
    operator: Type.Boolean(),
  }),
  /** Goes into the header `x-csrf-token` of every call that changes something. */
  csrfToken: Type.String(),
  /** The password was typed less than five minutes ago: secrets are shown without asking for it again. */
  recentlySignedIn: Type.Boolean(),
  dataCenter: dataCenterInfo,
  /** The data centres that this one knows of, itself included. */
  realm: Type.Array(dataCenterInfo),
  version: Type.String(),
  limits: Type.Object({ redirectUrisPerClient: Type.Number(), javascriptDomainsPerClient: Type.Number() }),
  plainHttpRedirects: Type.Boolean(),
  undottedSchemes: Type.Boolean(),
  /** The platform runs with the lab: flows can be done again, and operators move its clock. */
  lab: Type.Boolean(),
});

/** POST /api/sign-out: where to go on. */
export const signOut = Type.Object({ next: Type.String() });

/** What an owner fills in; the rules are those of `oauth/client-validation.ts`. */
export const clientFields = {
  name: text,
  homepageUrl: Type.Union([text, Type.Null()]),
  redirectUris: list(text),
  javascriptDomains: list(text),
};

const profile = Type.Union([Type.Literal('compatible'), Type.Literal('strict')]);
const accessTokenFormat = Type.Union([Type.Literal('opaque'), Type.Literal('jwt')]);

/** RFC 7517 §5. */
const keySet = Type.Object({ keys: Type.Array(Type.Record(Type.String(), Type.Unknown())) });

export const client = Type.Object({
  clientId: Type.String(),
  type: clientType,
  ...clientFields,
  /** Where it was registered. */
  dataCenter: Type.String(),
  ownerId: Type.String(),
  ownerEmail: Type.Union([Type.String(), Type.Null()]),
  /** By whose rules it is served: the original platform's, or those of OAuth 2.1. */
  profile,
  /** Random texts, or signed JWTs (RFC 9068). */
  accessTokenFormat,
  /** Its public keys, or where it publishes them: it authenticates by these instead of a secret. One of the two is null. */
  jwks: Type.Union([keySet, Type.Null()]),
  jwksUri: Type.Union([Type.String(), Type.Null()]),
  /** Its access tokens are bound to a key of whoever asked for them (DPoP, RFC 9449), always. */
  dpopBound: Type.Boolean(),
  /** Where its users may come back to after signing out. */
  postLogoutRedirectUris: list(text),
  /** The address of its server that is told when a user signs out. */
  backchannelLogoutUri: Type.Union([Type.String(), Type.Null()]),
  /** One secret for all data centres. */
  sameSecret: Type.Boolean(),
  /** Secrets are shown when they are made and never again. */
  showSecretOnce: Type.Boolean(),
  /** The data centres whose users may use it. */
  enabledDataCenters: Type.Array(Type.String()),
  /** Settings of its own by dotted name. */
  settings: Type.Record(Type.String(), Type.Union([Type.Number(), Type.Boolean()])),
  createdAt: time,
  usedToday: Type.Integer(),
});

const page = { page: Type.Integer(), perPage: Type.Integer(), total: Type.Integer() };

/** GET /api/clients?search&page: newest first. */
export const clientList = Type.Object({ clients: Type.Array(client), ...page });

/** POST /api/clients → 201 `client`; a self client that exists already comes back with 200. */
export const newClient = Type.Object({ type: clientType, ...clientFields }, strict);

/**
 * The password, where a call needs a sign-in of the last five minutes, by the strongest factor that the user has. Where that
 * is not the password: 403 `SIGN_IN_NEEDED`, and `/sign-in?again&return=…` is the way.
 */
const confirmation = { password: Type.Optional(Type.String({ maxLength: 250 })) };

/** PATCH /api/clients/{id} → `client` */
export const clientChange = Type.Partial(
  Type.Object(
    {
      ...clientFields,
      profile,
      accessTokenFormat,
      /** Either takes the place of the other; null for both: the app goes back to its secret. */
      jwks: Type.Unknown(),
      jwksUri: Type.Union([text, Type.Null()]),
      dpopBound: Type.Boolean(),
      postLogoutRedirectUris: list(text),
      backchannelLogoutUri: Type.Union([text, Type.Null()]),
      /** The secrets that this replaces stay valid for a day. */
      sameSecret: Type.Boolean(),
      showSecretOnce: Type.Boolean(),
      /** null takes a setting back. */
      settings: Type.Record(Type.String(), Type.Union([Type.Number(), Type.Boolean(), Type.Null()])),
      /**
       * Needed for other redirect URIs, JavaScript domains, logout addresses and keys, and for `sameSecret`, where it was
       * not typed in the last five minutes.
       */
      ...confirmation,
    },
    strict,
  ),
);

/** DELETE /api/clients/{id}: the owner types its name. → 204 */
export const clientDeletion = Type.Object({ ...confirmation, name: text }, strict);

/** PUT /api/clients/{id}/data-centers/{dc} → `client` */
export const dataCenterSwitch = Type.Object({ enabled: Type.Boolean() }, strict);

/** GET /api/client-settings: the settings that a client may have of its own, with the platform's values. */
export const clientSettingList = Type.Object({
  settings: Type.Array(
    Type.Object({
      /** Dotted. */
      name: Type.String(),
      kind: Type.Union([Type.Literal('number'), Type.Literal('switch')]),
      description: Type.String(),
      platformValue: Type.Union([Type.Number(), Type.Boolean()]),
      minimum: Type.Optional(Type.Number()),
      maximum: Type.Optional(Type.Number()),
    }),
  ),
});

/** GET /api/clients/{id}/secrets: what lives, without the secrets. */
export const secretList = Type.Object({
  secrets: Type.Array(
    Type.Object({
      secretId: Type.String(),
      dataCenter: Type.String(),
      createdAt: time,
      /** When a rotated one ends; null for the newest. */
      endsAt: optionalTime,
      lastUsedAt: optionalTime,
      /** False for one that was made before it could be kept, or that is shown once only. */
      revealable: Type.Boolean(),
    }),
  ),
});

/**
 * POST /api/clients/{id}/secrets/{secretId}/reveal; 403 `PASSWORD_NEEDED` or `SIGN_IN_NEEDED` when the sign-in is older than
 * five minutes, 403 `PASSWORD_WRONG` and 429 `THROTTLED` about the field `password`, 409 `SHOWN_ONCE`.
 */
export const secretReveal = Type.Object(confirmation, strict);
export const revealedSecret = Type.Object({ secret: Type.String() });

/** POST /api/clients/{id}/secrets/rotate → the new secrets by data centre */
export const overlapSeconds = Type.Union([
  Type.Literal(0),
  Type.Literal(3600),
  Type.Literal(86_400),
  Type.Literal(604_800),
]);
export const secretRotation = Type.Object(
  { ...confirmation, dataCenter: Type.Optional(Type.String()), overlapSeconds },
  strict,
);
export const newSecrets = Type.Object({ secrets: Type.Record(Type.String(), Type.String()) });

/** POST /api/clients/{id}/codes (self client) → 201 */
export const newCode = Type.Object(
  {
    scope: text,
    minutes: Type.Union([Type.Literal(3), Type.Literal(5), Type.Literal(7), Type.Literal(10)]),
    description: Type.String({ maxLength: 500 }),
    environment,
    organizationId: Type.Optional(Type.String()),
  },
  strict,
);
export const code = Type.Object({ code: Type.String(), expiresAt: time });

/**
 * POST /api/clients/{id}/codes/exchange: the token endpoint's own answer. 409 `SECRET_UNKNOWN` when the platform does not
 * keep the client's secret and it did not come with the call.
 */
export const codeExchange = Type.Object({ code: text, clientSecret: Type.Optional(text) }, strict);
export const exchangeAnswer = Type.Object({ status: Type.Integer(), body: Type.Unknown() });

/**
 * POST /api/tokens → 201: an access token of the user's own for trying calls, in a client's place the console's. 400 about
 * the field `scope`; 429 `THROTTLED`.
 */
export const newToken = Type.Object({ environment, organizationId: text, scope: text }, strict);
export const ownToken = Type.Object({ accessToken: Type.String(), expiresAt: time });

/** GET /api/clients/{id}/events?before&outcome&kind, and by server-sent events at …/events/stream: newest first. */
export const event = Type.Object({
  eventId: Type.String(),
  at: time,
  dataCenter: Type.String(),
  kind: Type.String(),
  outcome: Type.String(),
  /** What happened, in a sentence. */
  meaning: Type.String(),
  failed: Type.Boolean(),
  clientId: Type.Union([Type.String(), Type.Null()]),
  userId: Type.Union([Type.String(), Type.Null()]),
  requestId: Type.Union([Type.String(), Type.Null()]),
  detail: Type.Record(Type.String(), Type.Unknown()),
  /** Of one that failed. */
  explained: Type.Optional(explained),
});
export const eventList = Type.Object({ events: Type.Array(event), more: Type.Boolean() });

/** GET /api/clients/{id}/users: who granted it; DELETE …/users/{dataCenter}/{userId} revokes. */
export const clientUser = Type.Object({
  dataCenter: Type.String(),
  userId: Type.String(),
  email: Type.String(),
  scopes: Type.Array(Type.String()),
  grantedAt: time,
  lastUsedAt: optionalTime,
  refreshTokens: Type.Integer(),
  /** 0: no limit. */
  refreshTokenLimit: Type.Integer(),
  accessTokens: Type.Integer(),
});
export const clientUsers = Type.Object({ users: Type.Array(clientUser) });

/**
 * GET /api/scopes: the whole catalogue, with the operations of the newest version that each scope opens. Where a scope
 * depends on the module of a call's path, `{module}` stands for the module's token: `ZohoCRM.modules.{module}.READ`.
 */
export const scopeList = Type.Object({
  scopes: Type.Array(
    Type.Object({
      name: Type.String(),
      service: Type.String(),
      sentence: Type.String(),
      organizationBound: Type.Boolean(),
      operations: Type.Array(Type.String()),
    }),
  ),
  operations: Type.Array(
    Type.Object({
      /** `GET /crm/v8/{module}/{id}` */
      id: Type.String(),
      chapter: Type.String(),
      summary: Type.String(),
      /** All entries are needed, each by one of its alternatives. */
      scopes: Type.Array(Type.Array(Type.String())),
    }),
  ),
});

/** GET /api/organizations: the signed-in user's, with their environments. */
export const organizationList = Type.Object({
  organizations: Type.Array(
    Type.Object({
      organizationId: Type.String(),
      name: Type.String(),
      administrator: Type.Boolean(),
      environments: Type.Array(environment),
    }),
  ),
});

/**
 * `/api/crm/{environment}/{organizationId}/…`: the CRM API of that environment with the user's own grant; the rest of the
 * path, the query and the body go through as they are, and so does the answer. `GET /api/records/stream?environment&organizationId&module`
 * tells by server-sent events that records of a module changed.
 */
/** What each message of GET /api/records/stream holds. */
export const recordChange = Type.Object({ module: Type.String() });

/** GET /api/records/module: what the pages need to know of a module and the CRM API has no place for. */
export const moduleFacts = Type.Object({
  /** API names of the modules that a look-up into several may lead to, by the look-up's. */
  targets: Type.Record(Type.String(), Type.Array(Type.String())),
  /** API names of the fields by which so many records can be sorted; null: by any field. */
  sortable: Type.Union([Type.Array(Type.String()), Type.Null()]),
});

/**
 * GET /api/start: the three ways to the first lead, and which steps the platform has seen of the signed-in user:
 * `client` (a client of that kind is registered; for the sample app: it has a client), `code` (a code was made for it; the
 * sample app needs none), `token` (an access token was given to it), `lead` (it added a lead).
 */
export const startSteps = Type.Object({
  /** The sample apps that this platform serves, one for a type of client. */
  sampleApps: Type.Array(
    Type.Object({ type: Type.String(), name: Type.String(), title: Type.String(), origin: Type.String() }),
  ),
  ways: Type.Array(
    Type.Object({
      id: Type.Union([Type.Literal('sample-app'), Type.Literal('self-client'), Type.Literal('server')]),
      steps: Type.Array(
        Type.Object({
          id: Type.Union([Type.Literal('client'), Type.Literal('code'), Type.Literal('token'), Type.Literal('lead')]),
          done: Type.Boolean(),
        }),
      ),
    }),
  ),
});

export type Failure = Static<typeof failure>;
export type DataCenterInfo = Static<typeof dataCenterInfo>;
export type Session = Static<typeof session>;
export type Client = Static<typeof client>;
export type ClientList = Static<typeof clientList>;
export type NewClient = Static<typeof newClient>;
export type ClientChange = Static<typeof clientChange>;
export type ClientSettingList = Static<typeof clientSettingList>;
export type SecretList = Static<typeof secretList>;
export type NewSecrets = Static<typeof newSecrets>;
export type SecretRotation = Static<typeof secretRotation>;
export type NewCode = Static<typeof newCode>;
export type Code = Static<typeof code>;
export type NewToken = Static<typeof newToken>;
export type OwnToken = Static<typeof ownToken>;
export type ExchangeAnswer = Static<typeof exchangeAnswer>;
export type ProtocolEvent = Static<typeof event>;
export type EventList = Static<typeof eventList>;
export type ClientUser = Static<typeof clientUser>;
export type ClientUsers = Static<typeof clientUsers>;
export type ScopeList = Static<typeof scopeList>;
export type OrganizationList = Static<typeof organizationList>;
export type RecordChange = Static<typeof recordChange>;
export type ModuleFacts = Static<typeof moduleFacts>;
export type StartSteps = Static<typeof startSteps>;
