import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { apiOrigin, type Origin } from '../../config/data-centers.ts';
import { isOnFor } from '../../config/settings.ts';
import { maskSecret } from '../../foundation/secrets.ts';
import type { TokenGrant } from '../../oauth/token-authority.ts';
import { Refusal } from '../kernel/errors.ts';
import type { Operation } from '../kernel/operation.ts';
import { checkPermission } from '../kernel/permissions.ts';
import { IgnoredKeys } from '../kernel/record/ignored-keys.ts';
import type { CrmUser, Space } from '../kernel/space/space.ts';
import type { Pass } from '../kernel/store.ts';
import type { Version } from '../kernel/versions.ts';
import type { CrmContext } from './context.ts';
import { costOf } from './costs.ts';
import type { Match, Router } from './router.ts';
import { searchScope } from './search-scopes.ts';

/** What is known of a request so far. */
export class Admission {
  /** Origin of the page that calls; null for servers and for pages of the API's own origin. */
  readonly origin: Origin | null;
  /** Fields are set in the order of the checks. */
  operation: Operation | undefined;
  version: Version | undefined;
  path: readonly string[] = [];
  grant: TokenGrant | undefined;
  /** Whether `origin` is a JavaScript domain of the grant's client. */
  originOfClient = false;
  space: Space | undefined;
  user: CrmUser | undefined;
  /** Keys of its records that mean nothing to its version. */
  readonly ignoredKeys = new IgnoredKeys();
  /** Credits and place that the call was given. */
  pass: Pass | undefined;

  constructor(origin: Origin | null) {
    this.origin = origin;
  }
}

export const noAdmission = new Admission(null);

/** The origin that a request must be held against, if any. */
export function foreignOrigin(context: CrmContext, headers: IncomingHttpHeaders): Origin | null {
  const { origin } = headers;
  return origin === undefined || origin === ownOrigin(context) ? null : origin;
}

function ownOrigin({ content, dataCenter, environment }: CrmContext): Origin {
  return content ? dataCenter.origins.content : apiOrigin(dataCenter, environment);
}

/**
 * The checks that every call passes, in the order of the wire: path, method, token, origin, environment, scope,
 * organization and user, limits.
 * @throws Refusal with the precise reason.
 */
export async function admit(
  context: CrmContext,
  router: Router,
  request: FastifyRequest,
  admission: Admission,
): Promise<void> {
  const url = request.raw.url ?? '/';
  const end = url.indexOf('?');
  takeOperation(admission, router.find(request.method, end < 0 ? url : url.slice(0, end)));
  const grant = await checkToken(context, request.headers.authorization);
  admission.grant = grant;
  checkOrigin(admission, grant);
  checkEnvironment(context, grant);
  checkScopes(admission, grant, context.settings);
  await findUser(context, admission, grant);
  const { operation, space } = admission as { operation: Operation; space: Space };
  const pass = context.store.limits.enter(space.contents.organizationId, grant.clientId, costOf(operation));
  admission.pass = pass instanceof Promise ? await pass : pass;
}

/** A path that is no text: its percent signs stand before no UTF-8. */
export const unreadablePath = (): Refusal => new Refusal('INVALID_REQUEST', { outcome: 'PathUnreadable' });

export function takeOperation(admission: Admission, match: Match): void {
  if ('problem' in match) {
    if (match.problem === 'unreadablePath') throw unreadablePath();
    throw new Refusal(match.problem === 'unknownPath' ? 'INVALID_URL_PATTERN' : 'INVALID_REQUEST_METHOD');
  }
  admission.operation = match.operation;
  admission.version = match.version;
  admission.path = match.path;
}

const credentials = /^(?:zoho-oauthtoken|bearer) +([^\s]+) *$/i;

async function checkToken(context: CrmContext, authorization: string | undefined): Promise<TokenGrant> {
  const token = credentials.exec(authorization ?? '')?.[1];
  if (token === undefined) {
    throw new Refusal('AUTHENTICATION_FAILURE', {
      outcome: 'NoToken',
      reason: { expected: 'Authorization: Zoho-oauthtoken <token>', came: describeHeader(authorization) },
    });
  }
  const check = await context.authority.check(token);
  if (check.grant) return check.grant;
  const { explanation, refusal } = check;
  throw new Refusal('INVALID_TOKEN', { outcome: refusal, reason: { token: maskSecret(token) }, explanation });
}

/** What may be said of a header that holds no usable token: its scheme, never what follows it. */
function describeHeader(authorization: string | undefined): string {
  if (authorization === undefined) return 'no Authorization header';
  const scheme = /^[A-Za-z][A-Za-z0-9-]{0,30}(?= )/.exec(authorization)?.[0];
  return scheme === undefined ? 'a header without a scheme' : `scheme ${scheme}`;
}

function checkOrigin(admission: Admission, grant: TokenGrant): void {
  if (admission.origin === null) return;
  admission.originOfClient = grant.javascriptDomains.includes(admission.origin);
  if (admission.originOfClient) return;
  throw new Refusal('INVALID_TOKEN', {
    outcome: 'OriginNotOfClient',
    reason: { origin: admission.origin, javascriptDomains: grant.javascriptDomains },
  });
}

function checkEnvironment(context: CrmContext, grant: TokenGrant): void {
  if (
    context.content ||
    grant.environment === context.environment ||
    !context.settings.compatibility.environmentBinding
  )
    return;
  throw new Refusal('INVALID_TOKEN', {
    outcome: 'TokenOfOtherEnvironment',
    reason: {
      expected: context.environment,
      came: grant.environment,
      use: apiOrigin(context.dataCenter, grant.environment),
    },
  });
}

/** @throws Refusal API_NOT_SUPPORTED, OAUTH_SCOPE_MISMATCH */
export function checkScopes(
  admission: Admission,
  grant: TokenGrant,
  { compatibility }: Pick<CrmContext['settings'], 'compatibility'>,
): void {
  const { operation, path, version } = admission;
  if (operation?.since !== undefined && (version?.number ?? 0) < operation.since) {
    throw new Refusal('API_NOT_SUPPORTED', { details: { supported_version: operation.since } });
  }
  for (const alternatives of operation?.scopes(path) ?? []) {
    if (alternatives.some((scope) => grant.scopes.covers(scope))) continue;
    const isSearch = alternatives === searchScope;
    if (isSearch && (grant.searchWithoutScope ?? isOnFor(compatibility.searchWithoutScope, grant.organizationId))) {
      continue;
    }
    throw new Refusal('OAUTH_SCOPE_MISMATCH', {
      outcome: 'ScopeMissing',
      reason: {
        needed: alternatives,
        held: grant.scopes.toString(),
        ...(isSearch ? { switch: 'compatibility.searchWithoutScope', use: useOf(grant.clientId) } : {}),
      },
    });
  }
}

/** How an operator lets a client search that never asks for the scope. */
const useOf = (clientId: string): string =>
  `grantway client update --client-id ${clientId} --set searchWithoutScope=true`;

async function findUser(context: CrmContext, admission: Admission, grant: TokenGrant): Promise<void> {
  const { organizationId } = grant;
  // A grant without an organization has scopes that need none, and none of those opens a CRM call.
  const environment = context.content ? grant.environment : context.environment;
  const cached = organizationId === null ? undefined : context.store.spaces.get(organizationId, environment);
  const space = cached instanceof Promise ? await cached : cached;
  if (!space) {
    throw new Refusal('INVALID_TOKEN', { outcome: 'OrganizationUnknown', reason: { organizationId } });
  }
  const user = space.userOfAccount(grant.userId);
  if (user?.status !== 'active') {
    throw new Refusal('AUTHORIZATION_FAILED', {
      outcome: user ? 'UserNotActive' : 'UserNotInOrganization',
      reason: { organizationId, status: user?.status ?? 'none' },
    });
  }
  checkPermission(user, 'Crm_Implied_Api_Access');
  admission.space = space.seenBy(user.profile).inVersion(admission.version as Version);
  admission.user = user;
}
