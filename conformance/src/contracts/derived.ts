import type { ContractOperation, ContractParameter } from '../../../server/src/crm/testing/contract-documents.ts';
import type { Departure } from './departures.ts';
import type { HttpCall, Stage } from './stage.ts';
import type { Expected } from './table.ts';

/** A change of an operation's first good call, and what the changed call must bring. */
type Derived = readonly [why: string, expected: Expected | 'as before', change: (call: HttpCall) => HttpCall];

const ofModule = '/crm/v8/{module_api_name}';

/**
 * Calls that follow from a document alone: without a right token, with each alternative of scopes and with less, by a
 * user without permissions, with a module that does not exist, without what it demands, with values outside its limits, and with bodies that are none.
 */
export async function derivedCalls(
  operation: ContractOperation,
  departure: Departure | undefined,
  stage: Stage,
  good: HttpCall,
): Promise<Derived[]> {
  const module = operation.path.startsWith(ofModule) ? (good.path.split('/')[3] as string) : 'Leads';
  const security = (departure?.security ?? operation.security).map((scopes) =>
    scopes.map((scope) => scope.replace('{module}', module.toLowerCase())),
  );
  return [
    ...(await tokenCalls(security, stage)),
    ...(await profileCalls(operation, stage)),
    ...moduleCalls(operation),
    ...operation.parameters
      .filter((each) => each.in === 'query' && !departure?.parameters?.includes(each.name))
      .flatMap(parameterCalls),
    ...bodyCalls(operation),
  ];
}

async function tokenCalls(security: ContractOperation['security'], stage: Stage): Promise<Derived[]> {
  const withToken = (token: string | null) => (call: HttpCall) => ({ ...call, token });
  const enough = await Promise.all(
    security.map(
      async (scopes): Promise<Derived> => [scopes.join(), 'as before', withToken(await stage.token(scopes))],
    ),
  );
  const parts = security
    .filter((scopes) => scopes.length > 1)
    .flatMap((scopes) => scopes.map((_, index) => scopes.toSpliced(index, 1)));
  const less = [['ZohoCRM.apis.READ'], ...parts].map(
    async (scopes): Promise<Derived> => [
      `only ${scopes}`,
      'OAUTH_SCOPE_MISMATCH 401',
      withToken(await stage.token(scopes)),
    ],
  );
  return [
    ['no token', 'AUTHENTICATION_FAILURE 401', withToken(null)],
    ['an unknown token', 'INVALID_TOKEN 401', withToken('1000.nobody.nobody')],
    ...(await Promise.all(less)),
    ...enough,
  ];
}

/** A profile that gives nothing closes every module, queries over it, and changes of settings. */
async function profileCalls({ method, path }: ContractOperation, stage: Stage): Promise<Derived[]> {
  const ofRecords = path.startsWith(ofModule) || ['/crm/v8/coql', '/crm/bulk/v8/read'].includes(path);
  const ofSettings = method !== 'GET' && /^\/crm\/v8\/(settings|users)\b/.test(path);
  if (!ofRecords && !ofSettings) return [];
  const token = await stage.closedToken();
  return [['a profile that gives nothing', ofRecords ? 'NO_PERMISSION 403' : '403', (call) => ({ ...call, token })]];
}

function moduleCalls({ path }: ContractOperation): Derived[] {
  if (!path.startsWith(ofModule)) return [];
  const to = (name: string) => (call: HttpCall) => ({
    ...call,
    path: call.path.replace(/^\/crm\/v8\/[^/]+/, `/crm/v8/${name}`),
  });
  return ['No_Such_Module', 'Reports'].map((name) => [name, 'INVALID_MODULE', to(name)]);
}

function parameterCalls({ name, required, schema }: ContractParameter): Derived[] {
  const set = (value: string) => (call: HttpCall) => ({ ...call, query: { ...call.query, [name]: value } });
  const wrong =
    schema.type === 'integer'
      ? ['x', '0', ...(schema.maximum === undefined ? [] : [String(Number(schema.maximum) + 1)])]
      : Array.isArray(schema.enum) || schema.type === 'boolean'
        ? ['no_such_choice']
        : [];
  return [
    ...(required
      ? [
          [
            `without ${name}`,
            'REQUIRED_PARAM_MISSING',
            (call: HttpCall) => {
              const { [name]: _, ...query } = call.query ?? {};
              return { ...call, query };
            },
          ] as const,
        ]
      : []),
    ...wrong.map((value): Derived => [`${name}=${value}`, '400', set(value)]),
  ];
}

function bodyCalls({ bodyTypes, checkBody }: ContractOperation): Derived[] {
  if (!bodyTypes.includes('application/json')) return [];
  const none = checkBody(undefined) === undefined ? [] : [''];
  return [...none, '{', '[]', '7', '"x"', 'null'].map((rawBody) => [
    `the body ${rawBody}`,
    '400',
    ({ body: _, ...call }: HttpCall) => ({ ...call, rawBody }),
  ]);
}
