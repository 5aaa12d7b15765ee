import type { Service } from './data-centers.ts';

/**
 * The parts of a platform that may run in processes of their own. `jobs` is what nobody waits for: bulk jobs, notices to
 * channels, the deletion of what has expired. `admin` is the admin API.
 */
export const roles = ['accounts', 'api', 'console', 'jobs', 'admin'] as const;
export type Role = (typeof roles)[number];

/** What a process does that is the whole platform. */
export const allRoles: ReadonlySet<Role> = new Set(roles);

/** Whether a process with these roles works on nothing that belongs to the accounts server. */
export function isResourceServer(played: ReadonlySet<Role>): boolean {
  return played.size === 1 && played.has('api');
}

/** Whose listener it is. */
export const roleOf: Readonly<Record<Service, Role>> = {
  accounts: 'accounts',
  api: 'api',
  sandboxApi: 'api',
  developerApi: 'api',
  content: 'api',
  console: 'console',
};
