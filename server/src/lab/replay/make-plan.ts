import { bodyOfShape } from '../../inspector/body-shape.ts';
import type { Flow } from '../../inspector/flows/flow-reader.ts';
import type { FlowStep } from '../../inspector/flows/flow-step.ts';
import { CredentialNames, type KnownClient, NotRepeatable } from './credential-names.ts';
import { grantOf, isBrowserWork, lastingCredentialsOf, pkceOf } from './granted.ts';
import type { Outcome, Plan, PlanPart, RequestPart, Text } from './plan.ts';
import { givenVariables } from './plan.ts';

/** Times between requests that are shorter than this are not waited for. */
const shortestWaitMs = 1_000;
const hidden = '(hidden)';
/** Parameters whose values do not matter for the outcome: any do. */
const anyValue: ReadonlySet<string> = new Set(['state', 'nonce']);
/** Outcomes that are found before values of parameters, and bodies, are looked at. */
const beforeValues = /^(Client|INVALID_ORG_ID|NoToken|Origin|Scope(Missing|Insufficient)|Secret|Token)/;
/** What our own pages add to addresses. */
const ofPages: ReadonlySet<string> = new Set(['flow', 'hop', 'continue', 'browser']);
/** Outcomes that no step of the same flow brings about. */
const fromOutside: Readonly<Record<string, string>> = {
  RefreshTokenEvicted: 'newer refresh tokens of the same user',
  UserInactive: 'the user was deactivated',
};
const sentHeaders = [
  'origin',
  'access-control-request-method',
  'access-control-request-headers',
  'if-modified-since',
  'if-unmodified-since',
  'x-crm-org',
  'feature',
] as const;

/** The steps of one request. */
interface Unit {
  readonly places: readonly number[];
  readonly main: FlowStep;
}

/** @param client that the flow is of, as it is now. */
export function makePlan(flow: Flow, client: KnownClient | undefined): Plan {
  const names = new CredentialNames(flow, client);
  const parts: PlanPart[] = [];
  let browserWork: number[] = [];
  let beforeMs: number | undefined;
  for (const unit of unitsOf(flow.steps)) {
    const { main, places } = unit;
    const atMs = Date.parse(main.at);
    const gapMs = beforeMs === undefined ? 0 : atMs - beforeMs;
    const waitMs = gapMs >= shortestWaitMs ? gapMs : 0;
    if (isConsequence(main)) continue;
    const grant = grantOf(main, flow, names);
    if (isBrowserWork(main) && !grant) {
      browserWork.push(...places);
      continue;
    }
    if (grant) {
      parts.push({ ...grant, steps: [...browserWork, ...places], waitMs: beforeMs === undefined ? 0 : waitMs });
      browserWork = [];
    } else {
      const common = { steps: places, waitMs };
      try {
        const granted = lastingCredentialsOf(main, flow, names);
        if (granted) parts.push({ ...granted, steps: [], waitMs });
        const wait = granted ? granted.thenWaitMs : waitMs;
        parts.push({ ...requestOf(unit, flow, names), ...common, waitMs: wait });
      } catch (error) {
        if (!(error instanceof NotRepeatable)) throw error;
        parts.push({ ...common, do: 'omit', what: nameOf(main), before: outcomeOf(main), why: error.message });
      }
    }
    beforeMs = atMs;
  }
  if (browserWork.length > 0) {
    const why = 'what people do in a browser is done again only where it ends with a code or token';
    const last = flow.steps[(browserWork.at(-1) ?? 1) - 1] as FlowStep;
    const before = outcomeOf(last);
    parts.push({ do: 'omit', steps: browserWork, waitMs: 0, what: nameOf(last), before, why });
  }
  return { flowId: flow.flowId, clientId: flow.clientId, dataCenters: flow.dataCenters, parts };
}

/** Steps of the same request together, where its first one stands. */
function unitsOf(steps: readonly FlowStep[]): Unit[] {
  const byRequest = new Map<string, { places: number[]; own: FlowStep[] }>();
  steps.forEach((step, index) => {
    const key = step.requestId ?? `step ${index}`;
    const unit = byRequest.get(key) ?? { places: [], own: [] };
    unit.places.push(index + 1);
    unit.own.push(step);
    byRequest.set(key, unit);
  });
  return [...byRequest.values()].map(({ places, own }) => ({ places, main: mainOf(own) as FlowStep }));
}

/** The step that tells how its request came out: what failed, rather than what went along with it. */
export function mainOf(steps: readonly FlowStep[]): FlowStep | undefined {
  return steps.find((step) => step.failed) ?? steps.find((step) => step.kind !== 'eviction') ?? steps[0];
}

/** Something that a request brought about, and no request itself. */
function isConsequence({ kind, request }: FlowStep): boolean {
  return request === null && kind !== 'grant' && kind !== 'self-client-code';
}

export function outcomeOf({ answer, outcome }: FlowStep): Outcome {
  return { status: answer?.status ?? null, outcome };
}

function nameOf({ kind, request }: FlowStep): string {
  return request ? `${request.method} ${request.path}` : kind;
}

function requestOf({ main }: Unit, flow: Flow, names: CredentialNames): Omit<RequestPart, 'steps' | 'waitMs'> {
  const { answer, component, dataCenter, injected, kind, request, times } = main;
  if (injected || kind === 'fault') {
    throw new NotRepeatable('a fault of the lab met it; add the rule again with "grantway lab fault add"');
  }
  if (component === 'console' || component === 'admin') {
    throw new NotRepeatable(`it is a request of the ${component}, not of the app`);
  }
  const outside = fromOutside[main.outcome];
  if (outside !== undefined) throw new NotRepeatable(`something outside of the flow brought it about: ${outside}`);
  if (!request) throw new NotRepeatable('the request was not recorded');
  const { bodyBytes = 0, bodyShape, environment = 'production', headers = {}, method, parameters = {} } = request;
  const fields: (readonly [string, Text])[] = [];
  for (const [name, value] of Object.entries(parameters)) {
    const text = parameterOf(name, value, main, flow, names);
    if (text) fields.push([name, text]);
  }
  const asForm = component === 'accounts' && method === 'POST';
  const hasBody = bodyBytes > 0 || (method !== 'GET' && headers['content-type'] !== undefined);
  if (hasBody && bodyShape === undefined && !asForm && !beforeValues.test(main.outcome)) {
    throw new NotRepeatable('its body was not recorded');
  }
  if (headers.dpop !== undefined) throw new NotRepeatable("the key of its DPoP proof is the app's own");
  const { authorization, ...sent } = authorizationOf(main, names);
  const path = names.withRecords(request.path);
  return {
    do: 'request',
    ...{ dataCenter, component, environment, method },
    path: path.text,
    query: asForm ? [] : fields,
    form: asForm ? fields : [],
    headers: [
      ...sentHeaders.flatMap((name) => (headers[name] === undefined ? [] : [[name, [headers[name]]] as const])),
      ...(authorization ? [['authorization', authorization] as const] : []),
    ],
    basic: sent.basic,
    body: bodyShape === undefined ? null : bodyOfShape(bodyShape),
    gives: names.give(answer?.body, main),
    before: outcomeOf(main),
    needsRecords: path.unknown || fields.some(([name, text]) => name === 'ids' && text.every(isDigits)),
    note: noteOf(times, bodyShape),
  };
}

const isDigits = (piece: Text[number]) => typeof piece === 'string' && /\d{15,19}/.test(piece);

function noteOf(times: number, bodyShape: string | undefined): string | null {
  const notes = [
    ...(times > 1 ? [`stands for ${times} requests; sent once`] : []),
    ...(bodyShape === undefined ? [] : ['values of its body are made up']),
  ];
  return notes.join('; ') || null;
}

/** @throws NotRepeatable */
function parameterOf(
  name: string,
  value: string,
  step: FlowStep,
  flow: Flow,
  names: CredentialNames,
): Text | undefined {
  if (name === hidden) throw new NotRepeatable('the name of a parameter was not recorded');
  if (ofPages.has(name)) return undefined;
  if (name === 'client_id' && value === flow.clientId) return [{ variable: givenVariables.clientId }];
  if (name === 'client_secret') return value === '' ? [''] : names.secret(value, step);
  if (name === 'code_verifier') return pkceOf(step);
  if (value !== hidden && !value.includes('#')) return names.withRecords(value).text;
  if (/^#[0-9a-f]{10}$/.test(value)) return names.credential(value, step);
  if (anyValue.has(name) || beforeValues.test(step.outcome)) return [name];
  if (name === 'code_challenge') return ['E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'];
  throw new NotRepeatable(`the value of its parameter "${name}" was not recorded`);
}

/** @throws NotRepeatable */
function authorizationOf(
  step: FlowStep,
  names: CredentialNames,
): { authorization?: Text; basic: RequestPart['basic'] } {
  const header = step.request?.headers?.authorization;
  if (header === undefined) return { basic: null };
  const [, scheme = '', id, fingerprint] = /^(\S+) (?:(\S+):)?(#[0-9a-f]{10})$/.exec(header) ?? [];
  if (fingerprint === undefined) {
    if (!/^\S+ \S/.test(header) && header !== hidden) return { authorization: [header], basic: null };
    throw new NotRepeatable('the credential in its Authorization header was not recorded');
  }
  if (id === undefined) return { authorization: [`${scheme} `, ...names.credential(fingerprint, step)], basic: null };
  const own = id === step.clientId ? { variable: givenVariables.clientId } : id;
  return { basic: { id: [own], secret: names.secret(fingerprint, step) } };
}
