import type { Queryable } from '../../../database/database.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { fromRow, type RecordRow, recordColumns, type StoredRecord } from '../../kernel/record/record.ts';
import { targetModule } from './read-conversion.ts';

/**
 * Whom a lead is already known as (crm-api 7.13): contacts with its e-mail address, accounts with its company's name.
 * The index over words finds candidates; the oldest comes first.
 */
export async function findMatches(
  queryable: Queryable,
  call: CrmCall,
  lead: StoredRecord,
  limit: number,
): Promise<{ readonly Contacts: readonly StoredRecord[]; readonly Accounts: readonly StoredRecord[] }> {
  const find = async (target: 'Contacts' | 'Accounts', field: string, value: unknown): Promise<StoredRecord[]> => {
    if (typeof value !== 'string' || value === '') return [];
    const rows = await queryable.query<RecordRow>({
      text: `SELECT ${recordColumns} FROM crm_record
             WHERE crm_terms(data_space, module, data) @@ crm_terms_of($1, $2, $4) AND data_space = $1 AND module = $2
               AND lower(data ->> $3) = lower($4)
             ORDER BY record_id LIMIT $5`,
      values: [call.space.dataSpace, targetModule(call, target).number, field, value, limit],
    });
    return rows.map(fromRow);
  };
  return {
    Contacts: await find('Contacts', 'Email', lead.data.Email),
    Accounts: await find('Accounts', 'Account_Name', lead.data.Company),
  };
}
