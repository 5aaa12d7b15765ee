import { Type } from 'typebox';

const strict = { additionalProperties: false } as const;

const grant = {
  dataCenter: Type.String(),
  clientId: Type.String(),
  user: Type.Optional(Type.String({ description: 'E-mail address; left out: the owner of the client.' })),
  scope: Type.String(),
  environment: Type.String({ default: 'production' }),
  organizationId: Type.Optional(Type.String({ description: 'Needed where the user has several.' })),
};

/** The bodies of the lab's calls. */
export const bodies = {
  tokens: Type.Object(grant, strict),
  code: Type.Object(
    {
      ...grant,
      redirectUri: Type.Optional(Type.String({ description: 'Left out: the first one that the client registered.' })),
      codeVerifier: Type.Optional(Type.String({ description: 'Of PKCE; the code gets its S256 challenge.' })),
    },
    strict,
  ),
  advance: Type.Object({ duration: Type.String({ description: 'Like 61m, 1h30m, 500ms.' }) }, strict),
  set: Type.Object({ now: Type.String({ description: 'ISO 8601 with its offset.' }) }, strict),
  speed: Type.Object(
    { speed: Type.Number({ description: 'Seconds of the platform in a second of the machine; 0 stops its time.' }) },
    strict,
  ),
  fixture: Type.Object({ yaml: Type.String({ description: 'The text of the file: YAML, or JSON.' }) }, strict),
  fault: Type.Object(
    {
      dataCenter: Type.String(),
      component: Type.Optional(
        Type.String({ description: 'accounts, api, content or database; left out: the first three.' }),
      ),
      endpoint: Type.Optional(Type.String({ description: 'A path; * stands for any letters.' })),
      method: Type.Optional(Type.String()),
      clientId: Type.Optional(Type.String()),
      nth: Type.Optional(Type.Integer({ description: 'Only the Nth matching call since the rule was added.' })),
      times: Type.Optional(Type.Integer({ description: 'The first K matching calls.' })),
      share: Type.Optional(Type.Number({ description: 'A part of the matching calls, over 0 to 1.' })),
      seed: Type.Optional(Type.Integer({ description: 'Of the series that share draws from; 1 unless it is given.' })),
      status: Type.Optional(Type.Integer()),
      body: Type.Optional(Type.Unknown({ description: 'Any JSON, with status.' })),
      throttle: Type.Optional(Type.Boolean({ description: "The platform's own answer to too many calls." })),
      localized: Type.Optional(Type.Boolean({ description: 'With throttle: in the language of Accept-Language.' })),
      latency: Type.Optional(Type.String({ description: 'Like 2s.' })),
      cut: Type.Optional(Type.String({ description: 'before or after the work is done.' })),
      down: Type.Optional(Type.Boolean({ description: 'Connections end without an answer.' })),
    },
    { ...strict, description: 'Exactly one of status, throttle, latency, cut and down.' },
  ),
};

const cameOut = Type.Union([
  Type.Object({
    status: Type.Union([Type.Integer(), Type.Null()]),
    outcome: Type.Union([Type.String(), Type.Null()]),
  }),
  Type.Null(),
]);
const answer = Type.Union([
  Type.Object({
    status: Type.Integer(),
    headers: Type.Optional(Type.Record(Type.String(), Type.String())),
    body: Type.Optional(Type.String()),
    bytes: Type.Optional(Type.Integer()),
  }),
  Type.Null(),
]);
const textOrNull = Type.Union([Type.String(), Type.Null()]);
const iso = Type.String({ format: 'date-time' });
const effects = Type.Record(Type.String(), Type.Integer(), {
  description: 'How much ended, for example access_tokens_expired and codes_expired.',
});

/** The queries of the lab's calls. */
export const queries = {
  test: Type.Object(
    { runner: Type.Union([Type.Literal('node'), Type.Literal('vitest')], { default: 'node' }) },
    strict,
  ),
  import: Type.Object(
    { name: Type.Optional(Type.String({ description: 'Left out: the one that it was saved under.' })) },
    strict,
  ),
};

/** What the lab answers. */
export const answers = {
  clock: Type.Object({ now: iso, real: iso, offset_ms: Type.Integer(), speed: Type.Number(), effects }),
  fault: Type.Object({ fault_id: Type.String() }),
  faults: Type.Object({ faults: Type.Array(Type.Object({ fault_id: Type.String() }, { additionalProperties: true })) }),
  removed: Type.Object({ removed: Type.Integer() }),
  snapshot: Type.Object({ name: Type.String(), took_ms: Type.Integer() }),
  reset: Type.Object({ took_ms: Type.Integer() }),
  snapshots: Type.Object({
    snapshots: Type.Array(
      Type.Object({
        name: Type.String(),
        saved_at: iso,
        offset_ms: Type.Integer(),
        speed: Type.Number(),
        data_centers: Type.Array(Type.String()),
      }),
    ),
  }),
  fixture: Type.Object({
    users: Type.Integer(),
    organizations: Type.Integer(),
    clients: Type.Integer(),
    records: Type.Integer(),
    grants: Type.Optional(
      Type.Array(
        Type.Object({
          user: Type.String(),
          client: Type.String(),
          client_id: Type.String(),
          dc: Type.String(),
          scope: Type.String(),
          refresh_token: Type.String(),
        }),
        { description: 'Only where the fixture has some.' },
      ),
    ),
  }),
  replay: Type.Object({
    flow_id: Type.String(),
    same: Type.Boolean({ description: 'No request came out otherwise than before.' }),
    repeated: Type.Integer(),
    omitted: Type.Integer(),
    steps: Type.Array(
      Type.Object({
        steps: Type.Array(Type.Integer(), { description: 'Of the flow, from 1.' }),
        do: Type.Union([Type.Literal('request'), Type.Literal('grant'), Type.Literal('omit')]),
        data_center: textOrNull,
        waited_ms: Type.Integer(),
        what: Type.String(),
        before: cameOut,
        now: cameOut,
        same: Type.Union([Type.Boolean(), Type.Null()]),
        note: textOrNull,
        request_id: textOrNull,
        answers: Type.Object(
          { before: answer, now: answer },
          { description: 'As they were recorded, secrets masked.' },
        ),
      }),
    ),
  }),
  test: Type.Object({ flow_id: Type.String(), source: Type.String() }),
  code: Type.Object({
    code: Type.String(),
    redirect_uri: Type.Union([Type.String(), Type.Null()]),
    expires_at: iso,
  }),
  tokens: Type.Object({
    access_token: Type.String(),
    refresh_token: Type.String(),
    scope: Type.String(),
    api_domain: Type.String(),
    expires_in: Type.Integer(),
    token_type: Type.Literal('Bearer'),
  }),
};
