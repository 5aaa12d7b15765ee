import { type Static, Type } from 'typebox';

/** What the console's screens that explain requests and its HTTP API say to each other; see `wire.ts`. */
const strict = { additionalProperties: false } as const;
const text = Type.String({ maxLength: 2048 });

/** Why a request was refused, for people. */
export const explained = Type.Object({
  expected: Type.String(),
  came: Type.String(),
  /** The clause that demands it. */
  rule: Type.String(),
  mend: Type.String(),
  /** Where in the console it is set; the path is one of the console's screens. */
  setting: Type.Optional(Type.Object({ label: Type.String(), path: Type.String() })),
});

/** GET /api/clients/{id}/cors-check?dataCenter&origin&method&headers: what a browser does with a page's call. */
const corsHeaders = Type.Record(Type.String(), Type.String());
export const corsDiagnosis = Type.Object({
  allowed: Type.Boolean(),
  /** Status null: none is sent. */
  preflight: Type.Object({ status: Type.Union([Type.Integer(), Type.Null()]), headers: corsHeaders }),
  request: Type.Object({ headers: corsHeaders }),
  reason: Type.String(),
  mend: Type.Union([Type.String(), Type.Null()]),
  apiOrigin: Type.String(),
  /** The JavaScript domain that decides. */
  decidedBy: Type.Union([Type.String(), Type.Null()]),
  headers: Type.Array(
    Type.Object({ part: Type.String(), name: Type.String(), value: Type.String(), meaning: Type.String() }),
  ),
});

/**
 * POST /api/clients/{id}/guided-run: a request of the client, written by its owner, sent to the real endpoint. With
 * `secretOf` the kept secret of that data centre goes along as `client_secret`; 409 `SECRET_UNKNOWN` when it is not kept.
 */
export const guidedService = Type.Union([
  Type.Literal('accounts'),
  Type.Literal('api'),
  Type.Literal('sandboxApi'),
  Type.Literal('developerApi'),
]);
const texts = Type.Record(Type.String({ maxLength: 256 }), Type.String({ maxLength: 8192 }), { maxProperties: 40 });
export const guidedRequest = Type.Object(
  {
    dataCenter: text,
    service: guidedService,
    method: Type.Union([
      Type.Literal('GET'),
      Type.Literal('POST'),
      Type.Literal('PUT'),
      Type.Literal('PATCH'),
      Type.Literal('DELETE'),
      Type.Literal('OPTIONS'),
    ]),
    path: text,
    /** In the query of a GET, else form-encoded in the body. */
    parameters: texts,
    headers: texts,
    /** JSON for the API, in place of parameters. */
    body: Type.Optional(Type.String({ maxLength: 100_000 })),
    secretOf: Type.Optional(Type.String()),
  },
  strict,
);
export const guidedAnswer = Type.Object({
  /** As it was sent, the secret as its fingerprint. */
  request: Type.Object({ method: Type.String(), url: Type.String(), headers: texts, body: Type.String() }),
  answer: Type.Object({ status: Type.Integer(), headers: texts, body: Type.String() }),
  outcome: Type.Union([Type.String(), Type.Null()]),
  explained: Type.Union([explained, Type.Null()]),
});

/**
 * GET /api/clients/{id}/profile-check: what of the recorded traffic that the reader may see the strict profile would break;
 * a finding for each of its rules that apps of this type can meet, met or not.
 */
const time = Type.String({ format: 'date-time' });
const optionalTime = Type.Union([time, Type.Null()]);
export const profileCheck = Type.Object({
  /** Recorded requests that were looked at. */
  looked: Type.Integer(),
  since: optionalTime,
  /** There may be older ones, which were not. */
  more: Type.Boolean(),
  /** Data centres that did not answer. */
  unreachable: Type.Array(Type.String()),
  findings: Type.Array(
    Type.Object({
      id: Type.String(),
      /** What the app did. */
      what: Type.String(),
      /** What a strict client gets for it. */
      effect: Type.String(),
      mend: Type.String(),
      rule: Type.String(),
      count: Type.Integer(),
      lastAt: optionalTime,
      dataCenters: Type.Array(Type.String()),
    }),
  ),
});

export type ProfileCheck = Static<typeof profileCheck>;
export type Explained = Static<typeof explained>;
export type CorsDiagnosis = Static<typeof corsDiagnosis>;
export type GuidedService = Static<typeof guidedService>;
export type GuidedRequest = Static<typeof guidedRequest>;
export type GuidedAnswer = Static<typeof guidedAnswer>;
