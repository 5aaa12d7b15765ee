import type { Queryable } from '../../../database/database.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { wholeModule } from '../../kernel/metadata/metadata.ts';
import { restSource } from '../../language/query/select-matching.ts';
import { StatementBuilder } from '../../language/query/statement-builder.ts';

/** Whether a pipeline has deals; asked by the index of words. */
export async function dealsIn(queryable: Queryable, { space }: CrmCall, pipeline: string): Promise<boolean> {
  const deals = space.metadata.having('stages');
  const field = deals && wholeModule(deals).field.get('Pipeline');
  if (!deals || !field) return false;
  const module = wholeModule(deals);
  const column = { module, field, path: [] };
  const condition = { kind: 'test', column, operator: 'equals', negated: false, values: [pipeline] } as const;
  const builder = new StatementBuilder(space.dataSpace, module);
  const { from, where } = restSource({ module, condition }, builder);
  const rows = await queryable.query({ text: `SELECT 1 FROM ${from} WHERE ${where} LIMIT 1`, values: builder.values });
  return rows.length > 0;
}
