import type { Queryable } from '../../../database/database.ts';

/** What is computed of records that point to some others; SQL is over `r`, one of these records. */
export interface RollupQuery {
  /** What the value is called. */
  readonly key: string;
  /** Number of the module of the records. */
  readonly module: number;
  /** The key of their look-up. */
  readonly lookup: string;
  /** The id that the look-up holds, as a text. */
  readonly pointing: string;
  /** `sum(…)` and the like. */
  readonly value: string;
  readonly condition: (parameter: (value: unknown) => string) => string;
}

/** The values for some records, by one statement; those that nothing points to are missing. */
export async function selectRollups(
  queryable: Queryable,
  dataSpace: number,
  ids: readonly string[],
  queries: readonly RollupQuery[],
): Promise<readonly { readonly id: string; readonly key: string; readonly value: string | null }[]> {
  const values: unknown[] = [dataSpace, ids];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const parts = queries.map(
    ({ key, module, lookup, pointing, value, condition }) => `
      SELECT target_id AS id, ${parameter(key)}::text AS key, ${value}::text AS value
      FROM crm_reference AS pointing JOIN crm_record AS r USING (data_space, module, record_id)
      WHERE pointing.data_space = $1 AND target_id = ANY ($2::bigint[]) AND pointing.module = ${parameter(module)}::integer
        AND pointing.field = ${parameter(lookup)}::text AND ${pointing} = target_id::text AND ${condition(parameter)}
      GROUP BY target_id`,
  );
  return queryable.query({ text: parts.join(' UNION ALL '), values });
}
