import { createHash } from 'node:crypto';
import { seal, unseal } from '../../foundation/sealed.ts';
import { queryOf } from '../../http/parameters.ts';
import type { AccountsContext } from '../context.ts';
import type { Session } from '../sessions.ts';

/**
 * Requests that want the password typed for them: `prompt=login`, `prompt=select_account`, and `max_age` when the last
 * time is too long ago (OpenID Connect Core §3.1.2.1). The endpoint that the request comes to puts its own time, sealed
 * together with the request, into the address that the pages lead back to; a session that began since will do. Over
 * a hop the home data centre puts its own, so what was typed elsewhere never counts.
 */
export interface SignInAsked {
  readonly atMs: number;
  /** The session that would not do; null when there was none. */
  readonly session: string | null;
  /** Of all other parameters: a time that was given for one request is worth nothing in another. */
  readonly request: string;
}

/** What a request says of how fresh the sign-in must be. */
export interface SignInDemand {
  readonly prompt: { readonly signIn: boolean };
  readonly maxAgeSeconds: number | undefined;
  readonly signInAsked: SignInAsked | undefined;
  /** The one user who will do; undefined: anybody. */
  readonly subject?: string | undefined;
}

const parameter = 'asked';
/** Longer than anybody stays on our pages, shorter than a day. */
const validMs = 3600_000;
/** What we add to a request's own parameters on its way. */
export const ownParameters = [parameter, 'hop', 'sent_on', 'flow'];

/** Whether the request wants a newer sign-in than this session's. */
export function needsSignIn(context: AccountsContext, request: SignInDemand, session: Session): boolean {
  const { maxAgeSeconds, prompt, signInAsked: asked, subject } = request;
  if (subject !== undefined && subject !== session.userId) return true;
  if (asked && session.signedInAtMs >= asked.atMs && nameOf(session) !== asked.session) return false;
  if (prompt.signIn) return true;
  return maxAgeSeconds !== undefined && context.clock.nowMs() - session.signedInAtMs > maxAgeSeconds * 1000;
}

/** The path and query of a request that goes on to the sign-in pages, with the time from which a sign-in counts. */
export async function withSignInAsked(
  context: AccountsContext,
  url: string,
  request: SignInDemand,
  session: Session | undefined,
): Promise<string> {
  const plain = withoutParameter(url, parameter);
  if (!request.prompt.signIn && request.maxAgeSeconds === undefined) return plain;
  if (request.signInAsked !== undefined) return url;
  const value: SignInAsked = {
    atMs: context.clock.nowMs(),
    session: session ? nameOf(session) : null,
    request: digest(new URLSearchParams(queryOf(plain))),
  };
  return `${plain}&${parameter}=${await seal(context.keys.signIn, purpose(context), value)}`;
}

/** The time that this data centre put into this very request. */
export async function readSignInAsked(
  context: AccountsContext,
  query: URLSearchParams,
): Promise<SignInAsked | undefined> {
  const sealed = query.get(parameter) ?? undefined;
  const asked = (await unseal(context.keys.signIn, purpose(context), sealed)) as SignInAsked | undefined;
  if (!asked || asked.request !== digest(query)) return undefined;
  return context.clock.nowMs() - asked.atMs <= validMs ? asked : undefined;
}

/** A path and query without one of our own parameters, everything else as it came. */
export function withoutParameter(url: string, name: string): string {
  return url.replace(new RegExp(`&${name}=[^&]*`, 'g'), '').replace(new RegExp(`\\?${name}=[^&]*&?`), '?');
}

function nameOf(session: Session): string {
  return session.hash.toString('base64url');
}

function purpose({ dataCenter }: AccountsContext): string {
  return `sign-in asked at ${dataCenter.id}`;
}

function digest(query: URLSearchParams): string {
  const own = [...query].filter(([name]) => !ownParameters.includes(name));
  return createHash('sha256').update(JSON.stringify(own)).digest('base64url');
}
