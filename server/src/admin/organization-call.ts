import { environments } from '../config/data-centers.ts';
import { internalCall } from '../crm/jobs/job-call.ts';
import type { CrmCall } from '../crm/kernel/call.ts';
import { isId } from '../crm/kernel/ids.ts';
import type { AdminContext } from './context.ts';
import { AdminFailure, badInput, notFound } from './failure.ts';
import { administered } from './users.ts';

/** An environment of an organization. */
export interface OrganizationTarget {
  readonly dataCenter: string;
  readonly organizationId: string;
  readonly environment: string;
}

/** A call as the organization's first administrator. @throws AdminFailure when there is none. */
export async function organizationCall(
  context: AdminContext,
  { dataCenter, organizationId, environment: wanted }: OrganizationTarget,
): Promise<CrmCall> {
  const { crm } = administered(context, dataCenter);
  const environment = environments.find((each) => each === wanted);
  if (!environment) throw badInput(`environment: expected one of ${environments.join(', ')}, got "${wanted}"`);
  const space = isId(organizationId) ? await crm.spaces.get(organizationId, environment) : undefined;
  if (!space) throw notFound(`data centre "${dataCenter}" has no organization ${organizationId}`);
  const user = space.contents.users.find(
    ({ status, profile }) => status === 'active' && profile.name === 'Administrator',
  );
  if (!user) throw new AdminFailure(409, 'CONFLICT', `organization ${organizationId} has no active administrator`);
  return internalCall(crm, context.random, space, user, context.clock.nowMs());
}
