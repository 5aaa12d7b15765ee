import type { ErrorPage } from '../error-pages.ts';
import type { StandardError } from '../standard-errors.ts';

/** One way in which an authorization can fail, and its form in the platform dialect. */
export interface OutcomeEntry {
  /** The sentence for people: what is wrong and what mends it. */
  readonly meaning: string;
  /** The page of the authorization endpoint. */
  readonly page?: ErrorPage;
  /** The body of the token endpoint: `error` and status. */
  readonly token?: { readonly error: string; readonly status: number };
  /**
   * The error of the standards for the same thing: of RFC 6749 §4.1.2.1 where it is sent to a redirect URI, of §5.2 in a
   * body. None: it never ends a request of the standard dialect.
   */
  readonly standard?: StandardError;
  /** What a client is told in words, where the whole meaning would tell it about another client's credentials. */
  readonly disclosed?: string;
  /** The `error` that the client is sent to its redirect URI with. */
  readonly redirect?: string;
}

export type Outcomes = Readonly<Record<string, OutcomeEntry>>;

// Bodies of the token endpoint that several outcomes have.
export const invalidClient = { error: 'invalid_client', status: 200 } as const;
export const invalidClientSecret = { error: 'invalid_client_secret', status: 200 } as const;
export const invalidCode = { error: 'invalid_code', status: 200 } as const;
export const invalidRequest = { error: 'invalid_request', status: 400 } as const;
