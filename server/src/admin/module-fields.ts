import { servesRecords } from '../crm/kernel/metadata/metadata.ts';
import { listFields } from '../crm/settings/fields/fields.ts';
import type { AdminContext } from './context.ts';
import { notFound } from './failure.ts';
import { type OrganizationTarget, organizationCall } from './organization-call.ts';

/** The fields of a module, or of each module that has records, as the CRM API tells them. */
export async function moduleFields(
  context: AdminContext,
  { module: wanted, ...target }: OrganizationTarget & { readonly module?: string | undefined },
) {
  const call = await organizationCall(context, target);
  const modules = call.space.metadata.modules.filter(
    (module) => servesRecords(module) && (wanted === undefined || module.apiName === wanted),
  );
  if (modules.length === 0) throw notFound(`there is no module "${wanted}" with records`);
  return Promise.all(
    modules.map(async ({ apiName }) => {
      const { json } = await listFields({ ...call, query: new URLSearchParams({ module: apiName }) });
      const { fields = [] } = (json ?? {}) as { fields?: readonly object[] };
      return { module: apiName, fields };
    }),
  );
}
