import { findUser } from '../../accounts/users.ts';
import type { AdminContext } from '../../admin/context.ts';
import { administered } from '../../admin/users.ts';
import { apiServiceOf, type Environment } from '../../config/data-centers.ts';
import type { Random } from '../../foundation/random.ts';
import { readFlow } from '../../inspector/flows/flow-reader.ts';
import type { FlowStep } from '../../inspector/flows/flow-step.ts';
import type { UserId } from '../../oauth/ids.ts';
import type { LabClock } from '../clock/lab-clock.ts';
import type { LabGrants } from '../grants/lab-grants.ts';
import { mainOf } from './make-plan.ts';
import {
  fill,
  type GrantPart,
  givenVariables,
  isSame,
  type Outcome,
  type Plan,
  type PlanPart,
  type RequestPart,
} from './plan.ts';

/** What came of one part. */
export interface Replayed {
  readonly part: PlanPart;
  readonly now: Outcome | null;
  /** As it was recorded, secrets masked. */
  readonly answer: FlowStep['answer'];
  readonly waitedMs: number;
  readonly requestId: string | null;
  /** Null for what was not done again. */
  readonly same: boolean | null;
  readonly note: string | null;
}

export interface ReplayTools {
  readonly admin: AdminContext;
  /** Undefined: the time stays as it is. */
  readonly clock: LabClock | undefined;
  readonly grants: LabGrants;
  /** Client secrets by data centre; those that cannot be told are missing. */
  readonly secrets: Readonly<Record<string, string>>;
}

const answerMs = 30_000;

/** Carries a plan out on this platform, part after part. The clock moves on by the times between them. */
export async function runPlan(plan: Plan, tools: ReplayTools): Promise<Replayed[]> {
  const values = givenValues(plan, tools);
  const replayed: Replayed[] = [];
  for (const part of plan.parts) {
    const nothing = { part, now: null, answer: null, waitedMs: 0, requestId: null };
    if (part.do === 'omit') {
      replayed.push({ ...nothing, same: null, note: part.why });
      continue;
    }
    if (part.waitMs > 0) await tools.clock?.advance(part.waitMs);
    const waitedMs = tools.clock ? part.waitMs : 0;
    const unmoved = waitedMs < part.waitMs ? [`not waited for: ${Math.round(part.waitMs / 1000)} s`] : [];
    const noteOf = (note: string | null) => [...(note === null ? [] : [note]), ...unmoved].join('; ') || null;
    try {
      if (part.do === 'grant') {
        await grant(part, plan, tools, values);
        replayed.push({ ...nothing, waitedMs, same: null, note: noteOf(part.why) });
      } else replayed.push({ part, waitedMs, note: noteOf(part.note), ...(await send(part, tools, values)) });
    } catch (error) {
      replayed.push({ ...nothing, waitedMs, same: false, note: noteOf((error as Error).message) });
    }
  }
  return replayed;
}

function givenValues({ clientId }: Plan, { admin, secrets }: ReplayTools): Map<string, string> {
  const values = new Map<string, string>([[givenVariables.codeVerifier, newVerifier(admin.random)]]);
  if (clientId !== null) values.set(givenVariables.clientId, clientId);
  for (const [dataCenter, secret] of Object.entries(secrets)) values.set(givenVariables.secretOf(dataCenter), secret);
  return values;
}

function newVerifier(random: Random): string {
  return random.bytes(32).toString('base64url');
}

/** @throws AdminFailure saying why the lab does not grant it. */
async function grant(part: GrantPart, { clientId }: Plan, tools: ReplayTools, values: Map<string, string>) {
  const { admin, grants } = tools;
  const { codeVerifier, dataCenter, environment, gives, scopes, userId } = part;
  const { database } = administered(admin, dataCenter);
  const user = userId === null ? undefined : await findUser(database, { userId: userId as UserId });
  const order = {
    ...{ dataCenter, environment, clientId: clientId ?? '', scope: scopes.join(',') },
    ...(user && { user: user.email }),
  };
  if (gives.code !== undefined) {
    const verifier = codeVerifier ? values.get(codeVerifier.variable) : undefined;
    const redirectUri = part.redirectUri ?? undefined;
    const { code } = await grants.code({ ...order, redirectUri, codeVerifier: verifier });
    values.set(gives.code, code);
    return;
  }
  const tokens = await grants.tokens(order);
  if (gives.accessToken !== undefined) values.set(gives.accessToken, tokens.access_token);
  if (gives.refreshToken !== undefined) values.set(gives.refreshToken, tokens.refresh_token);
}

/** @throws MissingVariable, TypeError where nothing answers. */
async function send(part: RequestPart, { admin }: ReplayTools, values: Map<string, string>) {
  const response = await fetch(addressOf(part, admin, values), { redirect: 'manual', ...initOf(part, values) });
  const text = await response.text();
  keepGiven(part, text, values);
  const requestId = response.headers.get('x-request-id');
  const recorded = await recordedStep(admin, requestId);
  const now = { status: response.status, outcome: recorded?.outcome ?? null };
  return { now, answer: recorded?.answer ?? null, requestId, same: isSame(part.before, now) };
}

function addressOf(part: RequestPart, admin: AdminContext, values: ReadonlyMap<string, string>): string {
  const { origins } = administered(admin, part.dataCenter).dataCenter;
  const service =
    part.component === 'accounts' || part.component === 'content'
      ? part.component
      : apiServiceOf[part.environment as Environment];
  const query = new URLSearchParams(part.query.map(([name, value]) => [name, fill(value, values)]));
  return `${origins[service]}${fill(part.path, values)}${query.size > 0 ? `?${query}` : ''}`;
}

function initOf(part: RequestPart, values: ReadonlyMap<string, string>): RequestInit {
  const headers = new Headers(part.headers.map(([name, value]) => [name, fill(value, values)]));
  if (part.basic) {
    const { id, secret } = part.basic;
    const pair = Buffer.from(`${fill(id, values)}:${fill(secret, values)}`).toString('base64');
    headers.set('authorization', `Basic ${pair}`);
  }
  const form = new URLSearchParams(part.form.map(([name, value]) => [name, fill(value, values)]));
  if (part.body !== null) headers.set('content-type', 'application/json');
  const body = part.body === null ? (form.size > 0 ? form : undefined) : JSON.stringify(part.body);
  return { method: part.method, headers, ...(body !== undefined && { body }), signal: AbortSignal.timeout(answerMs) };
}

function keepGiven({ gives }: RequestPart, text: string, values: Map<string, string>): void {
  if (gives.length === 0) return;
  let answer: Record<string, unknown> = {};
  try {
    answer = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // Nothing is given, which whatever needs it says.
  }
  for (const { member, variable } of gives) {
    const value = member === 'record' ? firstRecord(answer) : answer[member];
    if (typeof value === 'string') values.set(variable, value);
  }
}

function firstRecord(answer: { readonly data?: unknown }): unknown {
  const [first] = Array.isArray(answer.data) ? (answer.data as { details?: { id?: unknown } }[]) : [];
  return first?.details?.id;
}

/** How the request came out, by its event; undefined where none is kept. */
async function recordedStep(admin: AdminContext, requestId: string | null): Promise<FlowStep | undefined> {
  if (requestId === null) return undefined;
  const flow = await readFlow([...admin.dataCenters.values()], requestId);
  return mainOf(flow?.steps.filter((step) => step.requestId === requestId) ?? []);
}
