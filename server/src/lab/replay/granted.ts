import type { Flow } from '../../inspector/flows/flow-reader.ts';
import type { FlowStep } from '../../inspector/flows/flow-step.ts';
import { beforeCredentials, type CredentialNames, NotRepeatable } from './credential-names.ts';
import { type GrantPart, givenVariables, type Text } from './plan.ts';

/** Outcomes of what was shown too late. */
const expired: ReadonlySet<string> = new Set(['CodeExpired', 'TokenExpired']);
/** Outcomes that steps before the first one of the flow have brought about. */
const ofHistory: ReadonlySet<string> = new Set([
  'CodeUsed',
  'RefreshTokenEvicted',
  'RefreshTokenReused',
  'TokenEvicted',
  'TokenRevoked',
  'CodeOfOtherClient',
  'RefreshTokenOfOtherClient',
]);
const secondMs = 1_000;
const authorizationPath = /^\/oauth2?(\/v\d)?\/auth/;

/** What a browser asked for on the way to a code or token; a refusal of the authorization address itself is a request. */
export function isBrowserWork({ caller, failed, request }: FlowStep): boolean {
  if (caller !== 'browser') return false;
  return !(failed && request?.method === 'GET' && authorizationPath.test(request.path));
}

/** The grant that stands for a step which gave the app a code or token without a request of its own. */
export function grantOf(
  step: FlowStep,
  flow: Flow,
  names: CredentialNames,
): Omit<GrantPart, 'steps' | 'waitMs'> | undefined {
  const { dataCenter, detail, kind } = step;
  const common = {
    do: 'grant',
    dataCenter,
    userId: step.userId,
    environment: typeof detail.environment === 'string' ? detail.environment : 'production',
  } as const;
  if (kind === 'grant' || kind === 'self-client-code') {
    const scopes = String(detail.scope ?? '').split(/[ ,]+/);
    const why = kind === 'grant' ? 'the lab granted it' : 'a code for the self client';
    const gives = {
      ...(typeof detail.code === 'string' && { code: names.name('code', detail.code) }),
      ...(typeof detail.accessToken === 'string' && { accessToken: names.name('accessToken', detail.accessToken) }),
      ...(typeof detail.refreshToken === 'string' && { refreshToken: names.name('refreshToken', detail.refreshToken) }),
    };
    const redirectUri = typeof detail.redirectUri === 'string' ? detail.redirectUri : null;
    return { ...common, scopes, redirectUri, codeVerifier: verifierIn(flow), gives, why };
  }
  const location = step.answer?.headers?.location ?? '';
  const [, sort, fingerprint = ''] = /[?#&](code|access_token)=(#[0-9a-f]{10})/.exec(location) ?? [];
  if (step.caller !== 'browser' || sort === undefined) return undefined;
  const asked = flow.steps.find(({ request }) => authorizationPath.test(request?.path ?? ''))?.request?.parameters;
  const code = sort === 'code';
  return {
    ...common,
    scopes: names.scopes() ?? [],
    redirectUri: asked?.redirect_uri ?? null,
    codeVerifier: code ? verifierIn(flow) : null,
    gives: code ? { code: names.name('code', fingerprint) } : { accessToken: names.name('accessToken', fingerprint) },
    why: 'in place of what the user does in the browser: the lab grants the same client the same',
  };
}

/**
 * The grant that has to come before a step, because it shows a code or token that no step of the flow gave.
 * @throws NotRepeatable
 */
export function lastingCredentialsOf(
  step: FlowStep,
  flow: Flow,
  names: CredentialNames,
): (Omit<GrantPart, 'steps' | 'waitMs'> & { readonly thenWaitMs: number }) | undefined {
  const shown = shownBy(step);
  if (!shown || names.has(shown.fingerprint) || step.outcome.endsWith('Unknown')) return undefined;
  if (beforeCredentials.test(step.outcome)) return undefined;
  const { fingerprint, sort } = shown;
  if (ofHistory.has(step.outcome)) {
    throw new NotRepeatable(`what happened to ${fingerprint} before is not in the flow`);
  }
  const scopes = names.scopes();
  if (!scopes)
    throw new NotRepeatable(`the flow does not tell the scopes of ${fingerprint}, which it did not begin with`);
  const { detail, outcome } = step;
  const { accessTokenTtlMs = 0, codeTtlMs = 0 } = names.client ?? {};
  const gone = expired.has(outcome) ? Number(detail.expiredSecondsAgo ?? 1) * secondMs + secondMs : undefined;
  return {
    do: 'grant',
    dataCenter: typeof detail.issuedBy === 'string' ? detail.issuedBy : step.dataCenter,
    userId: flow.userId,
    scopes,
    environment: environmentOf(step),
    redirectUri: null,
    codeVerifier: sort === 'code' ? verifierIn(flow) : null,
    gives: { [sort]: names.name(sort, fingerprint) },
    why: `${fingerprint} was given before the flow began`,
    thenWaitMs: gone === undefined ? 0 : gone + (sort === 'code' ? codeTtlMs : accessTokenTtlMs),
  };
}

/** That of the token which a request to an API shows. */
function environmentOf({ detail, outcome, request }: FlowStep): string {
  if (outcome === 'TokenOfOtherEnvironment' && typeof detail.came === 'string') return detail.came;
  return request?.environment ?? 'production';
}

/** The code or token that a request shows. */
function shownBy({
  request,
}: FlowStep): { fingerprint: string; sort: 'code' | 'accessToken' | 'refreshToken' } | undefined {
  const { code, refresh_token, token, grant_type, access_token } = request?.parameters ?? {};
  const inHeader = /^[\w-]+ (#[0-9a-f]{10})$/.exec(request?.headers?.authorization ?? '')?.[1];
  const isToken = (text: string | undefined): text is string => text?.startsWith('#') === true;
  if (isToken(code) && !grant_type?.includes('device')) return { fingerprint: code, sort: 'code' };
  if (isToken(refresh_token)) return { fingerprint: refresh_token, sort: 'refreshToken' };
  if (isToken(token)) return { fingerprint: token, sort: 'refreshToken' };
  const access = access_token ?? inHeader;
  return isToken(access) ? { fingerprint: access, sort: 'accessToken' } : undefined;
}

function verifierIn(flow: Flow): { readonly variable: string } | null {
  const asked = flow.steps.some(({ request }) => request?.parameters?.code_challenge !== undefined);
  const sent = flow.steps.some(
    ({ outcome, request }) => request?.parameters?.code_verifier !== undefined && outcome !== 'VerifierUnexpected',
  );
  const missed = flow.steps.some(({ outcome }) => outcome === 'VerifierMissing');
  return asked || sent || missed ? { variable: givenVariables.codeVerifier } : null;
}

/** The verifier that a step sends: the right one, unless it was told that it was not. */
export function pkceOf({ outcome }: FlowStep): Text {
  return outcome === 'VerifierMismatch' ? ['w'.repeat(43)] : [{ variable: givenVariables.codeVerifier }];
}
