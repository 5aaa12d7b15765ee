import { showUserBriefly } from '../../fields/model/view.ts';
import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmCall } from '../../kernel/call.ts';
import type { Territory } from '../../kernel/space/territory.ts';
import { territoryModules } from '../../kernel/space/territory-rules.ts';

/** Territories of one page of a list. */
export const territoriesPerPage = 2_000;

/** A territory as the calls about territories show it. */
export function territoryAnswer(territory: Territory, { space, user }: CrmCall): Record<string, unknown> {
  const above = territory.reportsTo === null ? undefined : space.territory(territory.reportsTo);
  const answer: Record<string, unknown> = {
    created_time: formatDateTime(territory.createdAtMs, user.timeZone),
    permission_type: territory.permissionType,
    modified_time: formatDateTime(territory.modifiedAtMs, user.timeZone),
    manager: territory.managerId === null ? null : showUserBriefly(space, territory.managerId),
    api_name: territory.apiName,
    name: territory.name,
    modified_by: showUserBriefly(space, territory.modifiedBy),
    description: territory.description,
    id: territory.id,
    reporting_to: above ? { name: above.name, id: above.id } : null,
    created_by: showUserBriefly(space, territory.createdBy),
  };
  for (const [module, { criteriaKey }] of territoryModules) {
    if (criteriaKey !== null) answer[criteriaKey] = territory.criteria[module] ?? null;
  }
  return answer;
}
