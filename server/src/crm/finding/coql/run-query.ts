import { comparisonOf } from '../../fields/field-kinds.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { columnSql, isTableColumn, jsonKey } from '../../language/query/column-sql.ts';
import { allOf, type Column, type Condition } from '../../language/query/condition.ts';
import { restSource, selectMatching, withModule } from '../../language/query/select-matching.ts';
import { StatementBuilder } from '../../language/query/statement-builder.ts';
import { usersModule } from '../../language/query/users-module.ts';
import { visibleOnly } from '../../store/records/visibility.ts';
import { type CheckedItem, type CheckedQuery, sortingOf } from './check-query.ts';
import { referenceOf, showValue } from './show-values.ts';

type Row = Record<string, unknown>;

/** The rows of a query, one more than its limit when there are more. */
export async function runQuery(call: CrmCall, query: CheckedQuery, extra: readonly Condition[]): Promise<object[]> {
  const all = allOf([query.condition, ...extra]);
  const condition = query.module === usersModule ? all : visibleOnly(call, query.module, all);
  const rows = query.grouped ? await groups(call, query, condition) : await records(call, query, condition);
  const nameOf = await namesOf(call, query, rows);
  return rows.map((row) => {
    const shown: Record<string, unknown> = {};
    for (const [index, { key, aggregate, column, idAlone }] of query.items.entries()) {
      const value = row[`c${index}`];
      const shows = column && (!aggregate || isMoment(aggregate, column));
      const answer = shows ? showValue(column, value, call, nameOf) : countOf(value);
      shown[key] = idAlone && !aggregate ? idOf(answer) : answer;
    }
    return query.grouped ? shown : { ...shown, id: row.row_id };
  });
}

/** Of a look-up as it is shown; what is no look-up is the id of a record. */
function idOf(shown: unknown): unknown {
  return typeof shown === 'object' && shown !== null ? (shown as { id: string }).id : shown;
}

function isMoment(aggregate: string, column: Column): boolean {
  return (aggregate === 'MIN' || aggregate === 'MAX') && comparisonOf(column.field)?.moment === true;
}

const decimals = 9;

function countOf(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(Number(value).toFixed(decimals));
}

function records(call: CrmCall, query: CheckedQuery, condition: Condition): Promise<Row[]> {
  const id = query.module === usersModule ? 'r.user_id' : 'r.record_id';
  return selectMatching<Row>(call.store.database, {
    dataSpace: call.space.dataSpace,
    module: query.module,
    condition,
    sorting: sortingOf(query),
    idsAscending: true,
    limit: query.limit + 1,
    offset: query.offset,
    output: (builder) =>
      [`${id} AS row_id`, ...query.items.map((item, index) => `${shownSql(item, builder)} AS c${index}`)].join(', '),
  });
}

async function groups({ store, space }: CrmCall, query: CheckedQuery, condition: Condition): Promise<Row[]> {
  const builder = new StatementBuilder(space.dataSpace, query.module);
  const { from, where } = restSource({ module: query.module, condition }, builder);
  const output = query.items.map((item, index) => `${shownSql(item, builder)} AS c${index}`).join(', ');
  const groupSql = query.groupBy.map((column) => shownSql({ column, aggregate: undefined }, builder));
  const order = query.orderBy.map(({ by, ascending }) => {
    const direction = ascending ? 'ASC NULLS FIRST' : 'DESC NULLS LAST';
    const sql = 'field' in by ? shownSql({ column: by, aggregate: undefined }, builder) : `c${query.items.indexOf(by)}`;
    return `${sql} ${direction}`;
  });
  const text = `SELECT ${output} FROM ${from} ${builder.joins} WHERE ${where}
    ${groupSql.length === 0 ? '' : `GROUP BY ${groupSql.join(', ')}`}
    ${order.length === 0 ? '' : `ORDER BY ${order.join(', ')}`}
    LIMIT ${builder.parameter(query.limit + 1)} OFFSET ${builder.parameter(query.offset)}`;
  return store.database.query<Row>({ text: withModule(text), values: builder.values });
}

/** The SQL of an item of the answer. Data stays JSON, so that its types survive. */
function shownSql({ column, aggregate }: Pick<CheckedItem, 'column' | 'aggregate'>, builder: StatementBuilder): string {
  if (!column) return 'count(*)';
  const alias = builder.source(column);
  const { module, field } = column;
  const inTable = isTableColumn(module, field);
  if (column.moduleOf) return builder.column(column);
  if (!aggregate) {
    if (inTable || field.apiName === 'Record_Status__s') {
      return columnSql(alias, module, field);
    }
    return `(${alias}.data -> ${jsonKey(field.key)})`;
  }
  const value = columnSql(alias, module, field);
  if (aggregate === 'COUNT') return `count(${value})`;
  const key = jsonKey(field.key);
  const data = { json: `(${alias}.data -> ${key})`, text: `(${alias}.data ->> ${key})` };
  return `${aggregate}(${inTable ? value : (comparisonOf(field)?.measureSql(data) ?? value)})`;
}

/** The names of everything that the rows point to, with at most one statement. */
async function namesOf(
  call: CrmCall,
  { items }: CheckedQuery,
  rows: readonly Row[],
): Promise<(id: string) => string | null | undefined> {
  const references = new Map<string, ReturnType<typeof referenceOf> & object>();
  for (const [index, { column, aggregate }] of items.entries()) {
    if (!column || aggregate) continue;
    for (const row of rows) {
      const reference = referenceOf(column, row[`c${index}`], call);
      if (reference) references.set(reference.id, reference);
    }
  }
  const targets = await call.store.records.targets(call.space.dataSpace, [...references.values()]);
  const names = new Map(targets.map(({ id, name }) => [id, name]));
  return (id) => names.get(id);
}
