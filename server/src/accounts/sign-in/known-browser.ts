import type { FastifyReply, FastifyRequest } from 'fastify';
import { foldEmailAddress } from '../../foundation/email-address.ts';
import { seal, unseal } from '../../foundation/sealed.ts';
import { keyedHash } from '../../foundation/secrets.ts';
import { networkOf } from '../../http/network.ts';
import type { AttemptLimit } from '../attempts.ts';
import type { AccountsContext } from '../context.ts';
import { readCookie, setCookie } from '../sessions.ts';

/**
 * Browsers in which somebody has signed in before (OWASP, "device cookies"). Their wrong passwords for that name are
 * counted for the browser alone. So nobody can lock users out of their own browsers by guessing elsewhere: what runs
 * out then is the limit of the name, which only unknown browsers share.
 */
interface KnownName {
  /** First half of the keyed hash of the folded name; the cookie need not tell who uses this browser. */
  readonly name: string;
  /** What this browser's tries are counted for; a new one with each sign-in. */
  readonly id: string;
  readonly expiresAtMs: number;
}

type NameContext = Pick<AccountsContext, 'dataCenter' | 'settings' | 'keys' | 'clock'>;

const ttlSeconds = 365 * 86_400;
const maxNames = 4;

/** Remembers that the owner of `name` has signed in with this browser; the names used before stay, up to four. */
export async function rememberBrowser(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
): Promise<void> {
  const hash = nameHash(context, name);
  const id = context.random.bytes(12).toString('base64url');
  const fresh: KnownName = { name: hash, id, expiresAtMs: context.clock.nowMs() + ttlSeconds * 1000 };
  const others = (await knownNames(context, request)).filter((known) => known.name !== hash);
  const names = [fresh, ...others].slice(0, maxNames);
  setCookie(context, reply, 'known', await seal(context.keys.signIn, purposeOf(context), names), ttlSeconds);
}

/** Whether the owner of `name` has signed in with this browser before. */
export async function isKnownBrowser(context: NameContext, request: FastifyRequest, name: string): Promise<boolean> {
  const hash = nameHash(context, name);
  return (await knownNames(context, request)).some((known) => known.name === hash);
}

/** What one more password for `name` counts against. */
export function passwordLimits(
  context: NameContext,
  request: FastifyRequest,
  name: string,
): Promise<readonly AttemptLimit[]> {
  return limitsOf(context, request, 'passwords', name, context.settings.limits.signInFailuresPerName);
}

/** What one more code of a second factor counts against; apart from passwords, for it comes after a right one. */
export function factorLimits(
  context: NameContext,
  request: FastifyRequest,
  name: string,
): Promise<readonly AttemptLimit[]> {
  return limitsOf(context, request, 'codes', name, context.settings.limits.secondFactorFailuresPerName);
}

/** A browser that is known for the name has a limit of its own; the others share that of the name and of their network. */
async function limitsOf(
  context: NameContext,
  request: FastifyRequest,
  tries: 'passwords' | 'codes',
  name: string,
  most: number,
): Promise<readonly AttemptLimit[]> {
  const hash = nameHash(context, name);
  const known = (await knownNames(context, request)).find((each) => each.name === hash);
  if (known) return [{ of: `${tries} of a known browser`, key: known.id, most }];
  const { signInFailuresPerAddress } = context.settings.limits;
  return [
    { of: `${tries} from an address`, key: networkOf(request.ip), most: signInFailuresPerAddress },
    { of: `${tries} for a name`, key: foldEmailAddress(name), most },
  ];
}

async function knownNames(context: NameContext, request: FastifyRequest): Promise<readonly KnownName[]> {
  const names = (await unseal(context.keys.signIn, purposeOf(context), readCookie(context, request, 'known'))) as
    | readonly KnownName[]
    | undefined;
  return names?.filter((known) => known.expiresAtMs > context.clock.nowMs()) ?? [];
}

function nameHash(context: NameContext, name: string): string {
  const hash = keyedHash(context.keys.signIn, `known browser ${foldEmailAddress(name)}`);
  return hash.subarray(0, 16).toString('base64url');
}

function purposeOf(context: NameContext): string {
  return `known browser of ${context.dataCenter.id}`;
}
