import type { Queryable } from '../../../database/database.ts';
import type { CurrencyDefinition } from '../../kernel/space/setting.ts';

/** Notes the home currency among the facts of the organization, which answers about it and reports use. */
export async function storeHomeCurrency(
  transaction: Queryable,
  dataSpace: number,
  { name, symbol, isoCode }: CurrencyDefinition,
): Promise<void> {
  await transaction.query({
    text: `UPDATE crm_data_space
           SET settings = settings || jsonb_build_object('currency', $2::text, 'currencySymbol', $3::text,
                                                         'isoCode', $4::text, 'currencyLocale', $4::text)
           WHERE data_space = $1`,
    values: [dataSpace, name, symbol, isoCode],
  });
}
