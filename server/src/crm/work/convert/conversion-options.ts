import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { checkPermission } from '../../kernel/permissions.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import { recordModule } from '../../records/record-module.ts';
import { namesFor } from '../../records/view/record-view.ts';
import { recordShape, renderRecord } from '../../records/view/render-record.ts';
import { pathId } from '../../wire/parameters.ts';
import { findMatches, matchedFields } from './find-matches.ts';
import { leadModule, targetModule } from './read-conversion.ts';

const maxMatches = 10;

/** GET /Leads/{id}/__conversion_options (crm-api 7.13): the contacts and accounts that the lead may become part of. */
export async function getConversionOptions(call: CrmCall): Promise<CrmAnswer> {
  const { space, store, user } = call;
  const leads = recordModule(call, 'View');
  leadModule(call);
  const id = readId(pathId(call.path[1] as string, 1)) as string;
  const lead = await store.records.read({ dataSpace: space.dataSpace, module: leads.number, id });
  const details = { resource_path_index: 1 };
  if (!lead) throw new Refusal('INVALID_DATA', { details, message: idInvalid });
  if (lead.converted) throw new Refusal('ID_ALREADY_CONVERTED', { details });
  const matches = await findMatches(store.database, call, lead, maxMatches);
  const show = async (target: 'Contacts' | 'Accounts', records: readonly StoredRecord[]): Promise<unknown> => {
    checkPermission(user, `Crm_Implied_View_${target}`);
    if (records.length === 0) return null;
    const shape = recordShape(targetModule(call, target), call.version);
    const names = await namesFor(store.records, space, shape.referring, records);
    return records.map((record) =>
      JSON.parse(renderRecord(shape, record, { space, timeZone: user.timeZone, nowMs: call.nowMs, names })),
    );
  };
  const matched = (target: 'Contacts' | 'Accounts', records: readonly StoredRecord[]) => {
    if (records.length === 0) return null;
    const shown = matchedFields(call, target).flatMap(([current, mapped]) => {
      const field = leads.field.get(current);
      const value = field && lead.data[field.key];
      const key = targetModule(call, target).field.get(mapped)?.key ?? mapped;
      const same = (held: unknown) => String(held ?? '').toLowerCase() === String(value).toLowerCase();
      if (!field || value === undefined || !records.some(({ data }) => same(data[key]))) return [];
      return [{ field: { api_name: current, id: space.id(field.idSuffix) }, matched_lead_value: value }];
    });
    return shown.length === 0 ? null : shown;
  };
  const preference = targetModule(call, 'Contacts');
  return {
    status: 200,
    json: {
      __conversion_options: {
        module_preference: { api_name: preference.apiName, id: space.moduleId(preference) },
        Contacts: await show('Contacts', matches.Contacts),
        Deals: null,
        Accounts: await show('Accounts', matches.Accounts),
        preference_field_matched_value: {
          Contacts: matched('Contacts', matches.Contacts),
          Deals: null,
          Accounts: matched('Accounts', matches.Accounts),
        },
        modules_with_multiple_layouts: [],
      },
    },
  };
}
