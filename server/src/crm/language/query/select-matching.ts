import type { Database, Statement } from '../../../database/database.ts';
import { boundedRead } from './bounded-read.ts';
import type { Test } from './condition.ts';
import { inOrderSql } from './in-order.ts';
import { indexedRange, indexedRangeSql, orderedRangeSql } from './index-range.ts';
import { afterTerms, impliesTerms, recordsOfTermsSql, termsSql } from './index-terms.ts';
import type { MatchQuery } from './match-query.ts';
import { orderOf } from './order-sql.ts';
import { predicateSql } from './predicate.ts';
import { candidateLimit, namesIds, noteOverfull, type Stage, stagesOf } from './stages.ts';
import { StatementBuilder } from './statement-builder.ts';
import { usersModule } from './users-module.ts';

/** The rows of the page. */
export async function selectMatching<Row>(database: Database, query: MatchQuery): Promise<Row[]> {
  for (const stage of stagesOf(query)) {
    const statement = statementOf(query, stage);
    if (stage.source === 'rest')
      return stage.few ? database.query(statement) : boundedRead(database, query.dataSpace, statement);
    const rows = await database.query<Row & { candidates?: string; hit?: boolean | null }>(statement);
    if (stage.source === 'order') {
      if (rows.length === query.limit) return rows;
    } else if (Number(rows[0]?.candidates) <= stage.bound) {
      return rows.filter((row) => row.hit);
    } else noteOverfull(query, stage);
  }
  throw new Error('the last stage answers');
}

/** How many records fulfil the condition: the time follows from how many the index names. */
export async function countMatching(
  database: Database,
  query: Pick<MatchQuery, 'dataSpace' | 'module' | 'condition'>,
): Promise<number> {
  const few = await countInRange(database, query);
  if (few !== undefined) return few;
  const builder = new StatementBuilder(query.dataSpace, query.module);
  const { from, where } = restSource(query, builder);
  const text = `SELECT count(*) FROM ${from} ${builder.joins} WHERE ${where}`;
  const [row] = await boundedRead<{ count: string }>(database, query.dataSpace, {
    text: withModule(text),
    values: builder.values,
  });
  return Number(row?.count ?? 0);
}

/** The same by an index over a range, when it has few records; undefined when it does not help. */
async function countInRange(
  database: Database,
  { dataSpace, module, condition }: Pick<MatchQuery, 'dataSpace' | 'module' | 'condition'>,
): Promise<number | undefined> {
  const test = module === usersModule ? undefined : indexedRange(condition);
  if (!test) return undefined;
  const builder = new StatementBuilder(dataSpace, module);
  const predicate = predicateSql(condition, builder);
  const source = rangeSource({ test, bound: candidateLimit }, builder);
  const [row] = await database.query<{ candidates: string; count: string }>({
    text: `WITH candidates AS MATERIALIZED (${source} LIMIT ${candidateLimit + 1})
      SELECT (SELECT count(*) FROM candidates) AS candidates,
             (SELECT count(*) FROM candidates AS r ${builder.joins}
              WHERE (SELECT count(*) FROM candidates) <= ${candidateLimit} AND ${predicate}) AS count`,
    values: builder.values,
  });
  return row && Number(row.candidates) <= candidateLimit ? Number(row.count) : undefined;
}

export function statementOf(query: MatchQuery, stage: Stage): Statement {
  const builder = new StatementBuilder(query.dataSpace, query.module);
  const output = query.output(builder);
  const order = orderOf(query.module, query.sorting, query.idsAscending, builder);
  const limits = () => `LIMIT ${builder.parameter(query.limit)} OFFSET ${builder.parameter(query.offset)}`;
  if (stage.source === 'rest') {
    const { from, where } = restSource(query, builder);
    const text = `SELECT ${output} FROM ${from} ${builder.joins} WHERE ${where} ORDER BY ${order.sql()} ${limits()}`;
    return { text: withModule(text), values: builder.values };
  }
  const found = stage.source === 'terms' ? afterTerms(query.condition) : query.condition;
  const predicate = predicateSql(found, builder);
  if (stage.source === 'order') {
    // An order by an expression outlives the inner statement only as one of its columns.
    const text = `SELECT ${output}
      FROM (SELECT ${order.key === undefined ? '*' : `*, ${order.key} AS walk_key`} FROM crm_record AS r
            WHERE data_space = $1 AND module = $2 AND ${inOrderSql('record_id')}
            ORDER BY ${order.sql()} LIMIT ${stage.bound}) AS r
      ${builder.joins} WHERE ${predicate}
      ORDER BY ${order.sql(order.key === undefined ? undefined : 'r.walk_key')} ${limits()}`;
    return { text, values: builder.values };
  }
  const source =
    stage.source === 'range'
      ? rangeSource(stage, builder)
      : recordsOfTermsSql(termsSql(query.condition, builder) as string);
  // Too many are only counted.
  const text = `WITH candidates AS MATERIALIZED (${source} LIMIT ${stage.bound + 1})
    SELECT (SELECT count(*) FROM candidates) AS candidates, found.*
    FROM (VALUES (1)) AS once LEFT JOIN LATERAL (
      SELECT true AS hit, ${output} FROM candidates AS r ${builder.joins}
      WHERE (SELECT count(*) FROM candidates) <= ${stage.bound}
        AND r.data_space = $1 AND r.module = $2 AND ${predicate} ORDER BY ${order.sql()} ${limits()}
    ) AS found ON true`;
  return { text, values: builder.values };
}

/** Records whose value is in a range. */
function rangeSource(
  { test, bound }: { readonly test: Test; readonly bound: number },
  builder: StatementBuilder,
): string {
  const records = 'SELECT * FROM crm_record WHERE data_space = $1 AND module = $2';
  if (test.column.field.ordered) return `${records} AND ${orderedRangeSql(test, builder, bound + 1)}`;
  const { condition, order } = indexedRangeSql(test, builder);
  return `${records} AND ${condition} AND ${inOrderSql('record_id')} ORDER BY ${order}`;
}

/** All records that may fulfil the condition: those that the terms name, or all of the module. */
export function restSource(
  query: Pick<MatchQuery, 'module' | 'condition'>,
  builder: StatementBuilder,
): { from: string; where: string } {
  const byTerms = query.module !== usersModule && impliesTerms(query.condition) && !namesIds(query.condition);
  const predicate = predicateSql(byTerms ? afterTerms(query.condition) : query.condition, builder);
  if (query.module === usersModule) return { from: 'crm_user AS r', where: `r.data_space = $1 AND ${predicate}` };
  const where = `r.data_space = $1 AND r.module = $2 AND ${predicate}`;
  const terms = byTerms ? termsSql(query.condition, builder) : undefined;
  if (terms === undefined) return { from: 'crm_record AS r', where };
  // Without its own limit the planner might prefer another index to the terms.
  return { from: `(${recordsOfTermsSql(terms)} OFFSET 0) AS r`, where };
}

/** Users have no module, but the parameter is there for all statements. */
export function withModule(text: string): string {
  return text.includes('$2') ? text : text.replace('r.data_space = $1', 'r.data_space = $1 AND $2::integer = 0');
}
