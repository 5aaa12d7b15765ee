import { listAllOrganizations } from '../../crm/store/space/all-organizations.ts';
import { type ConsoleRoute, defineRoute, pageQuery, perPage, readPage } from '../route.ts';
import { isoTime } from '../texts.ts';
import * as wire from '../wire-administration.ts';

/** The organizations of this data centre. */
export const organizationRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/administration/organizations',
    summary: 'Organizations, newest first',
    operator: true,
    query: { ...pageQuery, search: 'A part of the name, or an organization id of an environment' },
    answer: wire.administeredOrganizationList,
    handle: async ({ context: { database }, query }): Promise<wire.AdministeredOrganizationList> => {
      const { page, ...place } = readPage(query);
      const found = await listAllOrganizations(database, { ...place, search: query.get('search') ?? '' });
      const organizations = found.organizations.map(({ createdAtMs, environments, ...facts }) => ({
        ...facts,
        createdAt: isoTime(createdAtMs),
        environments: [...environments],
      }));
      return { organizations, page, perPage, total: found.total };
    },
  }),
];
