import type { FastifyRequest } from 'fastify';
import { apiOrigin } from '../../../config/data-centers.ts';
import { isOriginOf } from '../../../oauth/javascript-domains.ts';
import type { Resource } from '../../../oauth/resources.ts';
import type { TokenGrant } from '../../../oauth/token-authority.ts';
import { Refusal } from '../../kernel/errors.ts';
import { checkPermission } from '../../kernel/permissions.ts';
import type { CrmContext } from '../context.ts';
import { costOf } from '../costs.ts';
import type { Router } from '../router.ts';
import { checkScopes } from './check-scopes.ts';
import { checkToken, ownResources } from './check-token.ts';
import type { Admitted, Arrived, Authenticated, Authorized, Caller, Routed, Stage } from './stages.ts';

/**
 * The checks that every call passes, in the order of the wire: path, method, token, origin, environment, version and
 * scope, organization and user, limits. `reached` is told of each stage, for the answer to a call that gets no further.
 * @throws Refusal with the precise reason.
 */
export async function admit(
  context: CrmContext,
  router: Router,
  request: FastifyRequest,
  came: Arrived,
  reached: (stage: Stage) => void,
): Promise<Admitted> {
  const { url } = request;
  const end = url.indexOf('?');
  const routed = route(router, came, request.method, end < 0 ? url : url.slice(0, end));
  reached(routed);
  return admitCaller(context, await identify(context, routed, request, ownResources(context), reached), reached);
}

/**
 * The checks of who calls: token, origin, environment. `resources` are those that the token may be for.
 * @throws Refusal AUTHENTICATION_FAILURE, INVALID_TOKEN
 */
export async function identify<Came extends Arrived>(
  context: CrmContext,
  came: Came,
  request: FastifyRequest,
  resources: readonly Resource[],
  reached: (stage: Stage) => void,
): Promise<Came & Caller> {
  const grant = await checkToken(context, request, resources);
  const { origin } = came;
  const caller = { ...came, grant, originOfClient: origin !== null && isOriginOf(grant, origin) };
  reached(caller);
  checkOrigin(caller);
  checkEnvironment(context, grant);
  return caller;
}

/**
 * The checks of what a known caller calls: version and scope, organization and user, limits.
 * @throws Refusal with the precise reason.
 */
export async function admitCaller(
  context: CrmContext,
  authenticated: Authenticated,
  reached: (stage: Stage) => void,
): Promise<Admitted> {
  checkScopes(authenticated, authenticated.grant, context.settings);
  const authorized = await authorize(context, authenticated);
  reached(authorized);
  const admitted = await enter(context, authorized);
  reached(admitted);
  return admitted;
}

/** A path that is no text: its percent signs stand before no UTF-8. */
export const unreadablePath = (): Refusal => new Refusal('INVALID_REQUEST', { outcome: 'PathUnreadable' });

/** The operation of a path. @throws Refusal INVALID_URL_PATTERN, INVALID_REQUEST_METHOD, INVALID_REQUEST */
export function route(router: Router, came: Arrived, method: string, path: string): Routed {
  const match = router.find(method, path);
  if (!('problem' in match)) return { ...came, ...match };
  if (match.problem === 'unreadablePath') throw unreadablePath();
  if ('methods' in match) throw new Refusal('INVALID_REQUEST_METHOD', { reason: { expected: match.methods } });
  throw new Refusal('INVALID_URL_PATTERN');
}

function checkOrigin({ grant, origin, originOfClient }: Arrived & Caller): void {
  if (origin === null || originOfClient) return;
  throw new Refusal('INVALID_TOKEN', {
    outcome: 'OriginNotOfClient',
    reason: { origin, javascriptDomains: grant.javascriptDomains },
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

/** Finds the data space of the grant, as its user sees it. */
async function authorize(context: CrmContext, authenticated: Authenticated): Promise<Authorized> {
  const { grant, version } = authenticated;
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
  return { ...authenticated, space: space.seenBy(user.profile).inVersion(version), user };
}

async function enter(context: CrmContext, authorized: Authorized): Promise<Admitted> {
  const { grant, operation, space } = authorized;
  const pass = context.store.limits.enter(space.contents.organizationId, grant.clientId, costOf(operation));
  return { ...authorized, pass: pass instanceof Promise ? await pass : pass };
}
