import { countOpenJobs } from '../crm/jobs/open-jobs.ts';
import { type OrganizationMembers, organizationsOf } from '../crm/store/space/members.ts';
import type { Queryable } from '../database/database.ts';

/** Who moves together: users, and the organizations that nobody else works in. */
export interface MovingGroup {
  readonly userIds: readonly string[];
  readonly organizations: readonly OrganizationMembers[];
  readonly dataSpaces: readonly number[];
}

/** Everybody who works in an organization of the user, everybody who works in one of theirs, and so on. */
export async function groupOf(queryable: Queryable, userId: string): Promise<MovingGroup> {
  for (let userIds = [userId]; ; ) {
    const organizations = await organizationsOf(queryable, userIds);
    const members = new Set([...userIds, ...organizations.flatMap((each) => each.userIds ?? [])]);
    if (members.size === userIds.length) {
      return { userIds, organizations, dataSpaces: organizations.flatMap(({ dataSpaces }) => dataSpaces) };
    }
    userIds = [...members];
  }
}

/** Jobs of the group that are not at their end. */
export const openJobsOf = (queryable: Queryable, { dataSpaces }: MovingGroup) => countOpenJobs(queryable, dataSpaces);
