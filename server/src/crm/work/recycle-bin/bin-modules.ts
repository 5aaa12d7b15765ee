import type { CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { type Module, servesRecords } from '../../kernel/metadata/metadata.ts';
import { isLimited } from '../../store/records/visibility.ts';

/** @throws Refusal for users who see the records of some owners only: the bin is everybody's. */
export function modulesFor(call: CrmCall, permission: 'View' | 'Delete'): Map<number, Module> {
  if (isLimited(call)) throw new Refusal('NO_PERMISSION', { details: { permissions: ['Crm_Implied_View_All'] } });
  const { denied } = call.user.profile;
  const modules = call.space.metadata.modules.filter(
    // Links go and come with what they link, and are nothing that anybody would restore by itself.
    (module) =>
      servesRecords(module) &&
      module.generatedType !== 'linking' &&
      !denied.has(`Crm_Implied_${permission}_${module.apiName}`),
  );
  return new Map(modules.map((module) => [module.number, module]));
}
