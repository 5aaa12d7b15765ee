import type { Origin } from '../../../config/data-centers.ts';
import type { TokenGrant } from '../../../oauth/token-authority.ts';
import type { Operation } from '../../kernel/operation.ts';
import { IgnoredKeys } from '../../kernel/record/ignored-keys.ts';
import type { CrmUser, Space } from '../../kernel/space/space.ts';
import type { Pass } from '../../kernel/store.ts';
import type { Version } from '../../kernel/versions.ts';

/**
 * How far a request has come. Each stage holds what the one before it holds and what its own check has found, so that
 * nothing can use, say, a user before the check of the token has passed.
 */
export interface Arrived {
  /** Origin of the page that calls; null for servers and for pages of the API's own origin. */
  readonly origin: Origin | null;
  /** Keys of its records that mean nothing to its version. */
  readonly ignoredKeys: IgnoredKeys;
}

/** Path and method are those of an operation. */
export interface Routed extends Arrived {
  readonly operation: Operation;
  readonly version: Version;
  /** Values of the placeholders in the operation's path. */
  readonly path: readonly string[];
}

/** Who calls. */
export interface Caller {
  readonly grant: TokenGrant;
  /** Whether the page's origin is a JavaScript domain of the grant's client. */
  readonly originOfClient: boolean;
}

/** The token is one of a living grant. */
export interface Authenticated extends Routed, Caller {}

/** Origin, environment, version and scope are right, and the user is an active one of the organization. */
export interface Authorized extends Authenticated {
  readonly space: Space;
  readonly user: CrmUser;
}

/** The limits have given the call its place and its credits. */
export interface Admitted extends Authorized {
  readonly pass: Pass;
}

/** Any stage, for those who tell of a request that went no further. */
export type Stage = Arrived & Partial<Omit<Admitted, keyof Arrived>>;

export function arrived(origin: Origin | null): Arrived {
  return { origin, ignoredKeys: new IgnoredKeys() };
}
