import type { Queryable } from '../../../database/database.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { wholeModule } from '../../kernel/metadata/metadata.ts';
import { fromRow, type RecordRow, recordColumns, type StoredRecord } from '../../kernel/record/record.ts';
import { recordsOfTermsSql } from '../../language/query/index-terms.ts';
import { leadModuleOf, targetModule } from './read-conversion.ts';

type Target = 'Contacts' | 'Accounts';
/** API names of a lead's field and of that which it is held against. */
type Pair = readonly [current: string, mapped: string];

/** By which fields leads are known when nobody has set others. */
const usual: Readonly<Record<Target, readonly Pair[]>> = {
  Contacts: [['Email', 'Email']],
  Accounts: [['Company', 'Account_Name']],
};

/** The fields that the duplicate-check preference names for the module, or else the usual ones. */
export function matchedFields(call: CrmCall, target: Target): readonly Pair[] {
  const { number } = targetModule(call, target);
  const [preference] = call.space.list('duplicate_check', leadModuleOf(call).number);
  const mapping = preference?.definition.mappings.find(({ module }) => module === number);
  return mapping?.fields.map(({ current, mapped }): Pair => [current, mapped]) ?? usual[target];
}

/**
 * Whom a lead is already known as (crm-api 7.13): contacts with its e-mail address, accounts with its company's name, or
 * those that have the same in a field of the duplicate-check preference. The index over words finds candidates; the
 * oldest comes first.
 */
export async function findMatches(
  queryable: Queryable,
  call: CrmCall,
  lead: StoredRecord,
  limit: number,
): Promise<Readonly<Record<Target, readonly StoredRecord[]>>> {
  const find = async (target: Target): Promise<StoredRecord[]> => {
    const found = new Map<string, StoredRecord>();
    const module = wholeModule(targetModule(call, target));
    for (const [current, mapped] of matchedFields(call, target)) {
      const value = lead.data[leadModuleOf(call).field.get(current)?.key ?? ''];
      const field = module.field.get(mapped);
      if (typeof value !== 'string' || value === '' || !field || found.size >= limit) continue;
      const rows = await queryable.query<RecordRow>({
        text: `SELECT ${recordColumns} FROM (${recordsOfTermsSql('crm_terms_of($1, $2, $4)')} OFFSET 0) AS named
               WHERE data_space = $1 AND module = $2 AND lower(data ->> $3) = lower($4)
               ORDER BY record_id LIMIT $5`,
        values: [call.space.dataSpace, module.number, field.key, value, limit],
      });
      for (const row of rows) if (found.size < limit) found.set(row.record_id, fromRow(row));
    }
    return [...found.values()];
  };
  return { Contacts: await find('Contacts'), Accounts: await find('Accounts') };
}
