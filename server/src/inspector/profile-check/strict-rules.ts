import type { ClientType } from '../../oauth/client.ts';
import { outcomes } from '../../oauth/outcomes.ts';

/** What a recorded request of a client tells of the way in which its app works. */
export interface Traffic {
  readonly atMs: number;
  readonly kind: string;
  readonly outcome: string;
  readonly path: string;
  /** As the event has them: credentials as fingerprints, confidential values hidden. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly status: number | null;
}

/** What came before it at the same data centre. */
export interface Earlier {
  /** When the code was given, by its fingerprint. */
  codeGivenAtMs(code: string): number | undefined;
  /** When the refresh token was first used, by its fingerprint. */
  refreshedAtMs(refreshToken: string): number | undefined;
  /** How long a replaced refresh token gets the same answer again. */
  readonly graceMs: number;
}

/** One thing that the strict profile refuses, or does otherwise, which an app may rely on. */
export interface StrictRule {
  readonly id: string;
  /** What the app did. */
  readonly what: string;
  /** What a strict client gets for it. */
  readonly effect: string;
  readonly mend: string;
  /** The clause that demands it. */
  readonly rule: string;
  /** The types of client whose apps can do it. */
  readonly types: readonly ClientType[];
  readonly meets: (request: Traffic, earlier: Earlier) => boolean;
}

const browserFlows: readonly ClientType[] = ['server', 'browser', 'mobile'];
const withRefreshTokens: readonly ClientType[] = ['server', 'self', 'device', 'mobile'];
const all: readonly ClientType[] = ['server', 'browser', 'self', 'device', 'mobile'];
/** Of codes of the redirect flow (RFC 9700, ASVS 10.4.3). */
const strictCodeMs = 60_000;

/** The table of all that a change from `compatible` to `strict` can break (docs/profiles.md). */
export const strictRules: readonly StrictRule[] = [
  {
    id: 'implicit-flow',
    what: 'asked for a token at the redirect URI (response_type=token), or renewed one silently',
    effect: 'refused: no token ever comes in an address',
    mend: "Ask for a code with a challenge and exchange it at /oauth2/token, which answers the client's JavaScript domains (flow: 'code' of @grantway/browser).",
    rule: 'RFC 9700 §2.1.2',
    types: ['browser'],
    meets: (request) =>
      (isAuthorization(request) && request.parameters.response_type === 'token') || isDone(request, 'silent-refresh'),
  },
  {
    id: 'no-challenge',
    what: 'asked for a code without code_challenge',
    effect: 'refused: the authorization request is answered by an error',
    mend: 'Send code_challenge with code_challenge_method=S256, and code_verifier at the exchange.',
    rule: 'OAuth 2.1 §4.1.1',
    types: browserFlows,
    meets: (request) => asksForCode(request) && request.parameters.code_challenge === undefined,
  },
  {
    id: 'plain-challenge',
    what: 'asked for a code with a challenge of the method plain',
    effect: 'refused: the authorization request is answered by an error',
    mend: 'Send code_challenge_method=S256 with the SHA-256 of the verifier; without a method it is plain.',
    rule: 'RFC 9700 §2.1.1',
    types: browserFlows,
    meets: (request) =>
      asksForCode(request) &&
      request.parameters.code_challenge !== undefined &&
      request.parameters.code_challenge_method !== 'S256',
  },
  {
    id: 'late-code',
    what: 'exchanged a code more than 60 seconds after it was given',
    effect: 'refused: codes of the redirect live 60 seconds at most',
    mend: 'Exchange the code in the same request that brings it.',
    rule: 'OAuth 2.1 §4.1.2',
    types: browserFlows,
    meets: (request, { codeGivenAtMs }) => {
      const givenAtMs = isDone(request, 'token') && codeGivenAtMs(request.parameters.code ?? '');
      return typeof givenAtMs === 'number' && request.atMs - givenAtMs > strictCodeMs;
    },
  },
  {
    id: 'code-twice',
    what: 'sent a code that it had exchanged before',
    effect: 'the tokens of its first use end',
    mend: 'Exchange each code once. When the answer was lost, ask the user again.',
    rule: 'RFC 6749 §4.1.2',
    types: ['server', 'self', 'device', 'mobile'],
    meets: ({ outcome }) => outcome === 'CodeUsed',
  },
  {
    id: 'refresh-token-twice',
    what: 'used a refresh token again, longer after its first use than the grace lasts',
    effect: 'refused, and all tokens of its family end',
    mend: 'Keep the refresh token of each answer in place of the one that was sent.',
    rule: 'RFC 9700 §4.14.2',
    types: withRefreshTokens,
    meets: (request, { graceMs, refreshedAtMs }) => {
      const firstAtMs = isRefresh(request) && refreshedAtMs(request.parameters.refresh_token ?? '');
      return typeof firstAtMs === 'number' && request.atMs - firstAtMs > graceMs;
    },
  },
  {
    id: 'refusal-forms',
    what: "was refused at the token endpoint in the original platform's words, mostly with status 200",
    effect: 'the refusal has the error name and the status of RFC 6749',
    mend: 'Look at the status first, then at error: invalid_grant, invalid_client and so on.',
    rule: 'RFC 6749 §5.2',
    types: all,
    meets: ({ kind, outcome, path }) =>
      refusedByTokenEndpoint.has(kind) && path.startsWith('/oauth/v2/') && hasStandardForm(outcome),
  },
  {
    id: 'missing-scope',
    what: 'called an API without the scope that the call needs, and got 401',
    effect: 'the refusal has the status 403',
    mend: 'Take 403 for a missing scope, and 401 for a token that is not valid.',
    rule: 'RFC 6750 §3.1',
    types: all,
    meets: ({ outcome, status }) => (outcome === 'ScopeMissing' || outcome === 'ScopeInsufficient') && status === 401,
  },
];

const authorizationPaths: ReadonlySet<string> = new Set(['/oauth/v2/auth', '/oauth/v2/org/auth', '/oauth2/authorize']);
const refusedByTokenEndpoint: ReadonlySet<string> = new Set(['token', 'scope-enhance', 'device-request']);

/** An authorization request as the app made it: one that pages lead back to carries its flow, or where it came from. */
function isAuthorization({ outcome, parameters, path }: Traffic): boolean {
  if (outcome !== 'Success') return false;
  if (path === '/oauth2/par') return true;
  const { continue: page, flow, hop, request_uri: pushed } = parameters;
  return authorizationPaths.has(path) && flow === undefined && hop === undefined && page === undefined && !pushed;
}

const asksForCode = (request: Traffic) => isAuthorization(request) && request.parameters.response_type === 'code';

const isDone = ({ kind, outcome }: Traffic, expected: string) => kind === expected && outcome === 'Success';

export const isRefresh = (request: Traffic) =>
  isDone(request, 'token') && request.parameters.grant_type === 'refresh_token';

function hasStandardForm(outcome: string): boolean {
  return Object.hasOwn(outcomes, outcome) && outcomes[outcome as keyof typeof outcomes].standard !== undefined;
}
