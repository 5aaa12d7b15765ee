import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { convertInventory } from './convert-inventory.ts';
import { convertLead } from './convert-lead.ts';

/** POST /{module}/{id}/actions/convert: what a record becomes depends on its module. */
export function convertRecord(call: CrmCall): Promise<CrmAnswer> {
  const module = call.space.metadata.find(call.path[0] as string);
  return module?.traits.convertsTo ? convertInventory(call) : convertLead(call);
}
