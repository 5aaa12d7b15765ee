import type { Database, Queryable } from '../../database/database.ts';
import type { GrantId } from '../../oauth/ids.ts';
import { type NewAccessToken, saveAccessTokens } from './access-tokens.ts';
import { type AuthorizationCount, countAuthorization } from './authorization-counts.ts';
import { type GrantTarget, saveGrant } from './grants.ts';

/** An access token that a client gets by itself, for the data of its owner. */
export interface ClientGrant extends AuthorizationCount, Omit<NewAccessToken, 'grantId'> {
  readonly target: GrantTarget;
}

/**
 * Makes the tokens in one transaction: calls of one client would wait for each other otherwise, each for the commit of the one
 * before.
 * @returns of each the end of the window (milliseconds) when its limit has been reached, else undefined.
 */
export function makeClientGrants(
  database: Database,
  jobs: readonly ClientGrant[],
): Promise<readonly (number | undefined)[]> {
  return database.transaction(async (transaction) => {
    const results = new Map<ClientGrant, number | undefined>();
    const groups = Map.groupBy(jobs, ({ userId, clientId }) => `${userId} ${clientId}`);
    // One order for everybody, so that two transactions never wait for each other.
    for (const key of [...groups.keys()].sort()) {
      for (const [job, end] of await countGroup(transaction, groups.get(key) ?? [])) results.set(job, end);
    }
    const granted = jobs.filter((job) => results.get(job) === undefined);
    const grantIds = new Map<string, GrantId>();
    for (const [key, [job]] of [...Map.groupBy(granted, grantKey)].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (job) grantIds.set(key, await saveGrant(transaction, job));
    }
    await saveAccessTokens(
      transaction,
      granted.map((job) => ({ ...job, grantId: grantIds.get(grantKey(job)) as GrantId })),
    );
    return jobs.map((job) => results.get(job));
  });
}

const grantKey = ({ clientId, scopes, target, userId }: ClientGrant) =>
  JSON.stringify([userId, clientId, target, scopes]);

/** Counts the jobs of one user and client at once; one by one where not all of them may be within the limit. */
async function countGroup(
  transaction: Queryable,
  group: readonly ClientGrant[],
): Promise<(readonly [ClientGrant, number | undefined])[]> {
  const [first] = group;
  if (!first) return [];
  const { codesPerUserAndClientPerWindow: limit } = first.limits;
  if (limit === 0 || group.length <= limit) {
    if ((await countAuthorization(transaction, first, group.length)) === undefined) {
      return group.map((job) => [job, undefined] as const);
    }
  }
  const counted: (readonly [ClientGrant, number | undefined])[] = [];
  for (const job of group) counted.push([job, await countAuthorization(transaction, job)]);
  return counted;
}
