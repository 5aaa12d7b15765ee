import type { Environment } from '../config/data-centers.ts';
import type { EpochMs } from '../foundation/kinds.ts';
import type { AccessToken, ClientId, OrganizationId, UserId } from './ids.ts';
import type { LateExplanation, Refusal } from './refusal.ts';
import type { ScopeSet } from './scopes.ts';
import type { TokenBinding } from './token-binding.ts';

/**
 * What an access token stands for: the grant behind it. This is all that a resource server learns of a token, whether
 * it asks the accounts server in the same process or over HTTP (RFC 7662).
 */
export interface TokenGrant {
  /** Stands for the token where events are joined; nobody can use it. A job that runs in a user's name has none. */
  readonly key?: string | undefined;
  readonly clientId: ClientId;
  /** The user's id in the data centre where the user lives (ZUID), a decimal string. */
  readonly userId: UserId;
  readonly scopes: ScopeSet;
  /** The organization and environment the token is bound to; null when its scopes need none. */
  readonly organizationId: OrganizationId | null;
  readonly environment: Environment;
  /** Origins whose pages may use this token: the JavaScript domains of its client. */
  readonly javascriptDomains: readonly string[];
  /** Milliseconds since 1970. */
  readonly expiresAtMs: EpochMs;
  /** The resources that the token is for, and the key that its holder must prove. */
  readonly binding: TokenBinding;
  /** Its client is of the strict profile: refusals are those of the standards. */
  readonly strict?: boolean;
  /** The client's own `compatibility.searchWithoutScope`; without it the platform's holds. */
  readonly searchWithoutScope?: boolean | undefined;
}

/** Why a token is refused. The wire may hide which; events and the log never do. */
export type TokenRefusal =
  | 'TokenUnknown'
  | 'TokenExpired'
  | 'TokenRevoked'
  | 'TokenEvicted'
  | 'RefreshTokenEvicted'
  | 'UserInactive'
  | 'ClientDisabled';

/** Why a token that lives is not taken the way it came. */
export type BindingRefusal =
  | 'TokenOfOtherResource'
  | 'TokenOfOtherKey'
  | 'TokenNotBound'
  | 'ProofMissing'
  | 'ProofInvalid'
  | 'ProofNonceNeeded';

/** A token that is no longer good, or not here. */
export interface KnownToken {
  readonly clientId: ClientId;
  readonly userId: UserId;
  readonly detail: Readonly<Record<string, unknown>>;
}

export type TokenCheck =
  | {
      readonly grant: TokenGrant;
      readonly refusal?: undefined;
      readonly explanation?: undefined;
      readonly known?: undefined;
    }
  | {
      readonly refusal: TokenRefusal;
      /** For events: `TokenOfOtherDataCenter`, where another data centre of this platform knows the token. */
      readonly explanation?: LateExplanation;
      /** What is known of a token that is refused, for events: whose it is, its end, the limit that ended it. */
      readonly known?: KnownToken;
      readonly grant?: undefined;
    };

/** The schemes of the Authorization header; the platform's own is a bearer's. */
export type TokenScheme = 'Bearer' | 'DPoP';

/** The scheme that a token is to be used with: one that is bound to a key comes with a proof of it (RFC 9449 §5, §7.1). */
export function schemeOf({ binding }: Pick<TokenGrant, 'binding'>): TokenScheme {
  return binding.keyThumbprint === null ? 'Bearer' : 'DPoP';
}

/** How a token came. */
export interface Presentation {
  readonly accessToken: AccessToken;
  readonly scheme: TokenScheme;
  /** The value of the DPoP header. */
  readonly proof: string | undefined;
  readonly method: string;
  /** The address that was called, as the world calls it. */
  readonly url: string;
}

/** The one thing that a resource server asks of an authorization server: token in, grant out. */
export interface TokenAuthority {
  check(accessToken: AccessToken): Promise<TokenCheck>;
  /**
   * Why a living token may not be used the way it came: tokens that are bound to a key come with the scheme DPoP and a
   * proof, and others never do (RFC 9449 §7). Undefined: it may. Costs nothing for tokens that are not bound.
   */
  prove(grant: Pick<TokenGrant, 'binding'>, presentation: Presentation): Promise<Refusal | undefined>;
  /** The nonce that the next proof should carry (RFC 9449 §9). */
  proofNonce(): string;
  /** Whether `origin` is a JavaScript domain of some client that is enabled here (for preflights, which carry no token). */
  allowsOrigin(origin: string): Promise<boolean>;
}
