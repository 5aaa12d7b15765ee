import type { Client, DataCenterInfo } from '../../../../../server/src/console/wire.ts';
import type { GuidedRequest } from '../../../../../server/src/console/wire-diagnosis.ts';
import type { guidedTexts } from '../../../texts/guided.ts';

export type StepId = keyof typeof guidedTexts.steps;
export type Pair = readonly [name: string, value: string];

/** A request as it is written in the form; parameters may come twice and be empty. */
export interface Draft extends Omit<GuidedRequest, 'parameters' | 'headers'> {
  readonly parameters: readonly Pair[];
  readonly headers: readonly Pair[];
}

/** What one step gives to the next. */
export interface Values {
  readonly code: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly deviceCode: string;
  /** Of PKCE; the challenge is made of it. */
  readonly verifier: string;
  readonly challenge: string;
  /** Id of the data centre where the user lives. */
  readonly home: string;
  readonly service: GuidedRequest['service'];
}

export interface Mistake {
  readonly label: string;
  readonly make: (draft: Draft) => Draft;
}

export interface Step {
  readonly id: StepId;
  /** The values that it is made with. */
  readonly uses: readonly (keyof Values)[];
  readonly draft: (values: Values) => Draft;
  readonly mistakes: readonly Mistake[];
}

const scope = 'ZohoCRM.modules.ALL,ZohoCRM.settings.READ,ZohoCRM.org.READ';

/** The flow of a client of this type, a step for each request. */
export function stepsOf(client: Client, realm: readonly DataCenterInfo[]): readonly Step[] {
  const make = { authorize, callback, code, device, poll, exchange, refresh, call };
  const ids: Readonly<Record<Client['type'], readonly StepId[]>> = {
    server: ['authorize', 'callback', 'exchange', 'refresh', 'call'],
    mobile: ['authorize', 'callback', 'exchange', 'refresh', 'call'],
    browser: ['authorize', 'callback', 'call'],
    self: ['code', 'exchange', 'refresh', 'call'],
    device: ['device', 'poll', 'refresh', 'call'],
  };
  return ids[client.type].map((id) => make[id](client, realm));
}

type Maker = (client: Client, realm: readonly DataCenterInfo[]) => Step;

const empty = { method: 'POST', service: 'accounts', headers: [], path: '/oauth/v2/token' } as const;

/** Clients that prove themselves with a secret have it sent along; it never comes into the page. */
function secretOf({ type }: Client, { home }: Values): { readonly secretOf?: string } {
  return type === 'mobile' || type === 'browser' ? {} : { secretOf: home };
}

const authorize: Maker = (client) => ({
  id: 'authorize',
  uses: ['challenge'],
  draft: ({ challenge, home }) => ({
    ...empty,
    method: 'GET',
    dataCenter: home,
    path: '/oauth/v2/auth',
    parameters: [
      ['client_id', client.clientId],
      ['response_type', client.type === 'browser' ? 'token' : 'code'],
      ['redirect_uri', client.redirectUris[0] ?? ''],
      ['scope', scope],
      ...(client.type === 'browser' ? [] : ([['access_type', 'offline']] as const)),
      ['prompt', 'consent'],
      ['state', 'guided'],
      ...(client.type === 'mobile'
        ? ([
            ['code_challenge', challenge],
            ['code_challenge_method', 'S256'],
          ] as const)
        : []),
    ],
  }),
  mistakes: [
    {
      label: 'A slash behind the redirect URI',
      make: (draft) => change(draft, 'redirect_uri', (value) => `${value}/`),
    },
    { label: 'Another client', make: (draft) => change(draft, 'client_id', () => '1000.NOBODY') },
    { label: 'An unknown scope', make: (draft) => change(draft, 'scope', (value) => `${value},ZohoCRM.moduls.READ`) },
    {
      label: 'Another response_type',
      make: (draft) => change(draft, 'response_type', (value) => (value === 'code' ? 'token' : 'code')),
    },
    ...(client.type === 'mobile'
      ? [
          {
            label: 'Without PKCE',
            make: (draft: Draft) => without(without(draft, 'code_challenge'), 'code_challenge_method'),
          },
        ]
      : []),
  ],
});

/** Not a request: what comes back by way of the browser. */
const callback: Maker = () => ({
  id: 'callback',
  uses: [],
  draft: ({ home }) => ({ ...empty, dataCenter: home, parameters: [] }),
  mistakes: [],
});
const code: Maker = () => ({ ...callback({} as Client, []), id: 'code' });

const exchange: Maker = (client, realm) => ({
  id: 'exchange',
  uses: ['code', 'home', 'verifier'],
  draft: (values) => ({
    ...empty,
    dataCenter: values.home,
    ...secretOf(client, values),
    parameters: [
      ['grant_type', 'authorization_code'],
      ['client_id', client.clientId],
      ...(client.redirectUris[0] === undefined ? [] : ([['redirect_uri', client.redirectUris[0]]] as const)),
      ['code', values.code],
      ...(client.type === 'mobile' ? ([['code_verifier', values.verifier]] as const) : []),
    ],
  }),
  mistakes: [
    wrongSecret,
    ...elsewhere(realm),
    {
      label: 'A slash behind the redirect URI',
      make: (draft) => change(draft, 'redirect_uri', (value) => `${value}/`),
    },
    { label: 'Another code', make: (draft) => change(draft, 'code', () => `1000.${'0'.repeat(32)}.${'0'.repeat(32)}`) },
    ...(client.type === 'mobile'
      ? [{ label: 'A wrong verifier', make: (draft: Draft) => change(draft, 'code_verifier', () => 'x'.repeat(43)) }]
      : []),
  ],
});

const refresh: Maker = (client, realm) => ({
  id: 'refresh',
  uses: ['refreshToken', 'home'],
  draft: (values) => ({
    ...empty,
    dataCenter: values.home,
    ...secretOf(client, values),
    parameters: [
      ['grant_type', 'refresh_token'],
      ['client_id', client.clientId],
      ['refresh_token', values.refreshToken],
    ],
  }),
  mistakes: [
    wrongSecret,
    ...elsewhere(realm),
    { label: 'Without the refresh token', make: (draft) => without(draft, 'refresh_token') },
  ],
});

const device: Maker = (client) => ({
  id: 'device',
  uses: [],
  draft: ({ home }) => ({
    ...empty,
    dataCenter: home,
    path: '/oauth/v3/device/code',
    parameters: [
      ['grant_type', 'device_request'],
      ['client_id', client.clientId],
      ['scope', scope],
      ['access_type', 'offline'],
    ],
  }),
  mistakes: [
    { label: 'An unknown scope', make: (draft) => change(draft, 'scope', () => 'ZohoCRM.moduls.READ') },
    { label: 'Another grant_type', make: (draft) => change(draft, 'grant_type', () => 'device_code') },
  ],
});

const poll: Maker = (client, realm) => ({
  id: 'poll',
  uses: ['deviceCode', 'home'],
  draft: (values) => ({
    ...empty,
    dataCenter: values.home,
    path: '/oauth/v3/device/token',
    ...secretOf(client, values),
    parameters: [
      ['grant_type', 'device_token'],
      ['client_id', client.clientId],
      ['code', values.deviceCode],
    ],
  }),
  mistakes: [wrongSecret, ...elsewhere(realm)],
});

const call: Maker = (client, realm) => ({
  id: 'call',
  uses: ['accessToken', 'home', 'service'],
  draft: ({ accessToken, home, service }) => ({
    dataCenter: home,
    service,
    method: 'GET',
    path: '/crm/v8/Leads',
    parameters: [
      ['fields', 'Last_Name,Company'],
      ['per_page', '5'],
    ],
    headers: [
      ['authorization', `Zoho-oauthtoken ${accessToken}`],
      // A page's call: the browser writes it.
      ...(client.javascriptDomains[0] === undefined ? [] : ([['origin', client.javascriptDomains[0]]] as const)),
    ],
  }),
  mistakes: [
    {
      label: 'Without the token',
      make: (draft) => ({ ...draft, headers: draft.headers.filter(([name]) => name !== 'authorization') }),
    },
    ...elsewhere(realm),
    {
      label: 'Another environment',
      make: (draft) => ({ ...draft, service: draft.service === 'sandboxApi' ? 'api' : 'sandboxApi' }),
    },
    {
      label: 'From a foreign page',
      make: (draft) => ({
        ...draft,
        headers: [...draft.headers.filter(([name]) => name !== 'origin'), ['origin', 'https://elsewhere.example']],
      }),
    },
    {
      label: 'Without its scope',
      make: (draft) => ({ ...draft, path: '/crm/v8/users', parameters: [['type', 'AllUsers']] }),
    },
  ],
});

const wrongSecret: Mistake = {
  label: 'A wrong secret',
  make: ({ secretOf: _kept, ...draft }) => put(draft, 'client_secret', 'f'.repeat(42)),
};

/** At another data centre than the one that the request belongs to. */
function elsewhere(realm: readonly DataCenterInfo[]): Mistake[] {
  if (realm.length < 2) return [];
  const other = (id: string) => realm.find((each) => each.id !== id)?.id ?? id;
  return [{ label: 'Another data centre', make: (draft) => ({ ...draft, dataCenter: other(draft.dataCenter) }) }];
}

function change(draft: Draft, name: string, value: (before: string) => string): Draft {
  return {
    ...draft,
    parameters: draft.parameters.map(([each, before]) => [each, each === name ? value(before) : before]),
  };
}

function put(draft: Draft, name: string, value: string): Draft {
  return { ...draft, parameters: [...without(draft, name).parameters, [name, value]] };
}

function without(draft: Draft, name: string): Draft {
  return { ...draft, parameters: draft.parameters.filter(([each]) => each !== name) };
}

/** The parameters of a callback, from its query and its fragment. */
export function readCallback(address: string): readonly Pair[] {
  if (!URL.canParse(address)) return [];
  const { hash, search } = new URL(address);
  return [...new URLSearchParams(search), ...new URLSearchParams(hash.slice(1))];
}

/** What the answer to a request, or a callback, gives to later steps. */
export function learnt(pairs: Readonly<Record<string, unknown>>, realm: readonly DataCenterInfo[]): Partial<Values> {
  const text = (name: string) => (typeof pairs[name] === 'string' ? (pairs[name] as string) : undefined);
  const home = realm.find(({ id }) => id === (text('location') ?? text('user_location')))?.id;
  const domain = text('api_domain');
  const at = realm.find(({ api, sandboxApi, developerApi }) => [api, sandboxApi, developerApi].includes(domain ?? ''));
  const service = at && (at.sandboxApi === domain ? 'sandboxApi' : at.developerApi === domain ? 'developerApi' : 'api');
  const found = {
    code: text('code'),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    deviceCode: text('device_code'),
    home: home ?? at?.id,
    service,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}
