import type { Database, Statement } from '../../database/database.ts';
import type { Module } from '../metadata/metadata.ts';
import { isTableColumn } from './column-sql.ts';
import { type Condition, type Sorting, type Test, valueKind } from './condition.ts';
import { indexedRange, indexedRangeSql, isIndexedOrder } from './index-range.ts';
import { afterTerms, impliesTerms, isSelective, termsSql } from './index-terms.ts';
import { predicateSql } from './predicate.ts';
import { StatementBuilder } from './statement-builder.ts';
import { usersModule } from './users-module.ts';

/** What is asked for: some columns of the records that fulfil a condition, in an order, a page of them. */
export interface MatchQuery {
  readonly dataSpace: number;
  readonly module: Module;
  readonly condition: Condition;
  readonly sorting: readonly Sorting[];
  /** The order of the ids of what is otherwise equal. */
  readonly idsAscending: boolean;
  readonly limit: number;
  readonly offset: number;
  /** The SQL of the select list; records are `r`. */
  readonly output: (builder: StatementBuilder) => string;
}

/**
 * Where a statement looks for records. Nobody knows beforehand how many records fulfil a condition: when they are many,
 * reading in the order of the answer soon has enough of them; when they are few, an index names all of them. So each
 * way is tried up to a bound, and only what both ways cannot answer costs more.
 */
type Stage =
  | { readonly source: 'order'; readonly bound: number }
  | { readonly source: 'terms'; readonly bound: number }
  | { readonly source: 'range'; readonly bound: number; readonly test: Test }
  | { readonly source: 'rest' };

const bounds = { firstWalk: 10_000, secondWalk: 50_000, candidates: 5_000 } as const;

/** The rows of the page. */
export async function selectMatching<Row>(database: Database, query: MatchQuery): Promise<Row[]> {
  for (const stage of stagesOf(query)) {
    const rows = await database.query<Row & { candidates?: string; hit?: boolean | null }>(statementOf(query, stage));
    if (stage.source === 'rest') return rows;
    if (stage.source === 'order') {
      if (rows.length === query.limit) return rows;
    } else if (Number(rows[0]?.candidates) <= stage.bound) {
      return rows.filter((row) => row.hit);
    }
  }
  throw new Error('the last stage answers');
}

/** How many records fulfil the condition: the time follows from how many the index names. */
export async function countMatching(
  database: Database,
  query: Pick<MatchQuery, 'dataSpace' | 'module' | 'condition'>,
): Promise<number> {
  const builder = new StatementBuilder(query.dataSpace, query.module);
  const { from, where } = restSource(query, builder);
  const text = `SELECT count(*) FROM ${from} ${builder.joins} WHERE ${where}`;
  const [row] = await database.query<{ count: string }>({ text: withModule(text), values: builder.values });
  return Number(row?.count ?? 0);
}

export function stagesOf({ module, condition, sorting }: MatchQuery): Stage[] {
  const rest: Stage = { source: 'rest' };
  if (module === usersModule || namesIds(condition)) return [rest];
  const terms = impliesTerms(condition);
  const range = indexedRange(condition);
  const byTerms: Stage = { source: 'terms', bound: bounds.candidates };
  const walk = (bound: number): Stage[] => (isIndexedOrder(sorting) ? [{ source: 'order', bound }] : []);
  if (terms && isSelective(condition)) return [byTerms, ...walk(bounds.secondWalk), rest];
  return [
    ...(terms || range ? walk(bounds.firstWalk) : []),
    ...(range ? [{ source: 'range', bound: bounds.candidates, test: range } as const] : []),
    ...(terms ? [byTerms] : []),
    ...(terms || range ? walk(bounds.secondWalk) : []),
    rest,
  ];
}

function namesIds(condition: Condition): boolean {
  if (condition.kind === 'all') return condition.parts.some(namesIds);
  if (condition.kind !== 'test' || condition.negated) return false;
  const { column, operator } = condition;
  return column.path.length === 0 && column.field.apiName === 'id' && operator !== 'empty';
}

export function statementOf(query: MatchQuery, stage: Stage): Statement {
  const builder = new StatementBuilder(query.dataSpace, query.module);
  const output = query.output(builder);
  const order = orderSql(query, builder);
  const limits = () => `LIMIT ${builder.parameter(query.limit)} OFFSET ${builder.parameter(query.offset)}`;
  const tenant = `data_space = $1 AND module = $2`;
  if (stage.source === 'rest') {
    const { from, where } = restSource(query, builder);
    const text = `SELECT ${output} FROM ${from} ${builder.joins} WHERE ${where} ORDER BY ${order} ${limits()}`;
    return { text: withModule(text), values: builder.values };
  }
  const found = stage.source === 'terms' ? afterTerms(query.condition) : query.condition;
  const predicate = predicateSql(found, builder);
  if (stage.source === 'order') {
    const [first] = query.sorting;
    // An order by an expression outlives the inner statement only as one of its columns.
    const key =
      first && !isTableColumn(first.column.module, first.column.field) ? builder.column(first.column) : undefined;
    const text = `SELECT ${output}
      FROM (SELECT ${key === undefined ? '*' : `*, ${key} AS walk_key`} FROM crm_record AS r
            WHERE ${tenant} ORDER BY ${order} LIMIT ${stage.bound}) AS r
      ${builder.joins} WHERE ${predicate}
      ORDER BY ${key === undefined ? order : order.replace(key, 'r.walk_key')} ${limits()}`;
    return { text, values: builder.values };
  }
  const candidates =
    stage.source === 'range'
      ? rangeSource(stage.test, tenant, builder)
      : `crm_terms(data_space, module, data) @@ ${termsSql(query.condition, builder)}`;
  const text = `WITH candidates AS MATERIALIZED (SELECT * FROM crm_record WHERE ${candidates} LIMIT ${stage.bound + 1})
    SELECT (SELECT count(*) FROM candidates) AS candidates, found.*
    FROM (VALUES (1)) AS once LEFT JOIN LATERAL (
      SELECT true AS hit, ${output} FROM candidates AS r ${builder.joins}
      WHERE r.data_space = $1 AND r.module = $2 AND ${predicate} ORDER BY ${order} ${limits()}
    ) AS found ON true`;
  return { text, values: builder.values };
}

function rangeSource(test: Test, tenant: string, builder: StatementBuilder): string {
  const { condition, order } = indexedRangeSql(test, builder);
  return `${tenant} AND ${condition} ORDER BY ${order}`;
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
  const from = `(SELECT * FROM crm_record WHERE crm_terms(data_space, module, data) @@ ${terms} OFFSET 0) AS r`;
  return { from, where };
}

/** Users have no module, but the parameter is there for all statements. */
export function withModule(text: string): string {
  return text.includes('$2') ? text : text.replace('r.data_space = $1', 'r.data_space = $1 AND $2::integer = 0');
}

/** Empty values come first in ascending order, as if they were smaller than all others. */
function orderSql({ module, sorting, idsAscending }: MatchQuery, builder: StatementBuilder): string {
  const items = sorting.map(({ column, ascending }) => {
    const sql = builder.column(column);
    const text = valueKind(column.field) === 'text' || valueKind(column.field) === 'choice';
    const empties = isTableColumn(column.module, column.field) && column.path.length === 0;
    const nulls = empties ? '' : ascending ? ' NULLS FIRST' : ' NULLS LAST';
    return `${text ? `lower(${sql})` : sql} ${ascending ? 'ASC' : 'DESC'}${nulls}`;
  });
  const byId = sorting.some(({ column }) => column.path.length === 0 && column.field.apiName === 'id');
  const last = sorting.at(-1)?.ascending ?? idsAscending;
  const id = module === usersModule ? 'r.user_id' : 'r.record_id';
  return [...items, ...(byId ? [] : [`${id} ${last ? 'ASC' : 'DESC'}`])].join(', ');
}
