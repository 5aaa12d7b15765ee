import { type Environment, environments } from '../../config/data-centers.ts';
import type { OrganizationId, UserId } from '../../oauth/ids.ts';
import { environmentOf, type Resource } from '../../oauth/resources.ts';
import type { ScopeSet } from '../../oauth/scopes.ts';
import { slotOf } from '../../oauth/slots.ts';
import type { AccountsContext, UserOrganization } from '../context.ts';
import type { GrantTarget } from '../store/grants.ts';
import type { AuthorizationRequest } from './authorization-request.ts';

/** An organization's environment that a grant may be bound to, with its name for people. */
export interface Candidate extends GrantTarget {
  readonly organizationName: string | null;
}

const unbound: Candidate = { organizationId: null, environment: 'production', organizationName: null };

/**
 * What the user can choose from for these scopes; one nameless candidate when no scope needs an organization. For an
 * instance-level grant only the organizations that the user administers.
 */
export async function candidateTargets(
  context: AccountsContext,
  userId: UserId,
  authorization: {
    readonly scopes: ScopeSet;
    /** The user grants for the whole organization. */
    readonly endpoint: { readonly instance: boolean };
    /** Only environments with one of these are offered. */
    readonly resources?: readonly Resource[] | null;
  },
): Promise<Candidate[]> {
  const { scopes, endpoint, resources } = authorization;
  if (!scopes.organizationBound && !endpoint.instance) return [unbound];
  const organizations = await context.organizations.listForUser(userId);
  const all = toCandidates(endpoint.instance ? organizations.filter((each) => each.administrator) : organizations);
  if (!resources) return all;
  return all.filter(({ environment }) => resourcesIn(context, resources, environment).length > 0);
}

/** Those of the resources that an environment has. */
export function resourcesIn(
  { dataCenter }: Pick<AccountsContext, 'dataCenter'>,
  resources: readonly Resource[],
  environment: Environment,
): Resource[] {
  return resources.filter((each) => environmentOf(dataCenter, each) === environment);
}

function toCandidates(organizations: readonly UserOrganization[]): Candidate[] {
  return organizations.flatMap((organization) =>
    organization.environments.map(({ environment }) => ({
      organizationId: organization.organizationId,
      environment,
      organizationName: organization.name,
    })),
  );
}

/** The candidates for which the user has already granted this client everything it asks for. */
export async function grantedTargets(
  context: AccountsContext,
  userId: UserId,
  authorization: AuthorizationRequest,
  candidates: readonly Candidate[],
): Promise<Candidate[]> {
  const rows = await context.database.query<{
    organization_id: OrganizationId | null;
    environment: Environment;
    scopes: string[];
  }>({
    name: 'grants-of-client',
    text: `SELECT organization_id, environment, scopes FROM user_grant
           WHERE user_id = $1 AND slot = $4 AND client_id = $2 AND instance = $3`,
    values: [userId, authorization.client.clientId, authorization.endpoint.instance, slotOf(userId)],
  });
  return candidates.filter((candidate) =>
    rows.some(
      (row) =>
        row.organization_id === candidate.organizationId &&
        row.environment === candidate.environment &&
        context.scopes.setOf(row.scopes).includesAll(authorization.scopes.scopes),
    ),
  );
}

/** How a choice travels in forms and addresses: `<organization>:<environment>`, without an organization `-:production`. */
export function encodeTarget(target: GrantTarget): string {
  return `${target.organizationId ?? '-'}:${target.environment}`;
}

/** The candidate that `text` names; undefined for anything that is not the user's to choose. */
export function decodeTarget(text: string | null | undefined, candidates: readonly Candidate[]): Candidate | undefined {
  return candidates.find((candidate) => encodeTarget(candidate) === text);
}

/**
 * The candidates as the pages offer them: one group of radio buttons for each organization, production before sandbox
 * before developer; the first production environment is chosen beforehand.
 */
export function groupChoices(context: AccountsContext, candidates: readonly Candidate[]) {
  const { environments: labels, environmentHints } = context.pages.messages;
  const groups = Map.groupBy(candidates, (candidate) => candidate.organizationId);
  return [...groups.values()].map((group, groupIndex) => ({
    name: group[0]?.organizationName ?? '',
    choices: group.toSorted(byEnvironment).map((candidate, index) => ({
      value: encodeTarget(candidate),
      label: labels[candidate.environment],
      hint: environmentHints[candidate.environment],
      checked: groupIndex === 0 && index === 0,
    })),
  }));
}

function byEnvironment(a: Candidate, b: Candidate): number {
  return environments.indexOf(a.environment) - environments.indexOf(b.environment);
}
