import { isOnFor } from '../../../config/settings.ts';
import type { TokenGrant } from '../../../oauth/token-authority.ts';
import { Refusal } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/operation.ts';
import type { CrmContext } from '../context.ts';
import type { Routed } from './stages.ts';

/**
 * Holds a call against its version and the scopes of its grant.
 * @throws Refusal API_NOT_SUPPORTED, OAUTH_SCOPE_MISMATCH
 */
export function checkScopes(
  { operation, path, version }: Routed,
  grant: TokenGrant,
  { compatibility }: Pick<CrmContext['settings'], 'compatibility'>,
): void {
  if (operation.since !== undefined && version.number < operation.since) {
    throw new Refusal('API_NOT_SUPPORTED', { details: { supported_version: operation.since } });
  }
  const needed = missingScopes(operation, path, grant, compatibility);
  if (needed === undefined) return;
  const isSearch = needsSearchScope(operation, needed);
  throw new Refusal('OAUTH_SCOPE_MISMATCH', {
    outcome: 'ScopeMissing',
    // RFC 6750 §3.1; the platform's own answer is 401.
    ...(grant.strict && { status: 403 }),
    reason: {
      needed,
      held: grant.scopes.toString(),
      ...(isSearch ? { switch: 'compatibility.searchWithoutScope', use: useOf(grant.clientId) } : {}),
    },
  });
}

/** The first scopes, one of which would do, that a grant lacks for an operation; undefined: it has all. */
export function missingScopes(
  operation: Operation,
  path: readonly string[],
  grant: TokenGrant,
  compatibility: CrmContext['settings']['compatibility'],
): readonly string[] | undefined {
  return operation.scopes(path).find((alternatives) => {
    if (alternatives.some((scope) => grant.scopes.covers(scope))) return false;
    if (!needsSearchScope(operation, alternatives)) return true;
    return !(grant.searchWithoutScope ?? isOnFor(compatibility.searchWithoutScope, grant.organizationId));
  });
}

const needsSearchScope = ({ searchScope }: Operation, alternatives: readonly string[]): boolean =>
  searchScope !== undefined && alternatives.includes(searchScope);

/** How an operator lets a client search that never asks for the scope. */
const useOf = (clientId: string): string =>
  `grantway client update --client-id ${clientId} --set searchWithoutScope=true`;
