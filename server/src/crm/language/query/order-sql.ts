import { comparisonOf } from '../../fields/field-kinds.ts';
import type { Field, Module } from '../../kernel/metadata/metadata.ts';
import { columnSql, isTableColumn } from './column-sql.ts';
import type { Column, Sorting } from './condition.ts';
import type { StatementBuilder } from './statement-builder.ts';
import { isPeople, usersModule } from './users-module.ts';

/**
 * Whether the index over names has the order of this field: people are ordered by family name, all others by what
 * look-ups call them (migration 0014).
 */
export function isName(module: Module, field: Field): boolean {
  if (isPeople(module) || comparisonOf(field)?.freeText !== true) return false;
  return field.apiName === (module.traits.orderedBy ?? module.displayField);
}

/** The SQL that records are ordered by when they are ordered by a field. Texts have no case. */
export function sortKeySql(alias: string, module: Module, field: Field): string {
  if (isName(module, field)) {
    return `lower(CASE WHEN ${alias}.module IN (2175, 2179) THEN ${alias}.data ->> 'Last_Name' ELSE ${alias}.name END)`;
  }
  return foldedSql(columnSql(alias, module, field), field);
}

function foldedSql(sql: string, field: Field): string {
  return comparisonOf(field)?.folded ? `lower(${sql})` : sql;
}

/** One item of an ORDER BY: empty values come first in ascending order, as if they were smaller than all others. */
export function directed(sql: string, ascending: boolean, mayBeEmpty: boolean): string {
  return `${sql} ${ascending ? 'ASC' : 'DESC'}${mayBeEmpty ? (ascending ? ' NULLS FIRST' : ' NULLS LAST') : ''}`;
}

/** The ORDER BY of a query. */
export interface Order {
  /** What records are ordered by first, when it is an expression: the index that has it has it for `r`. */
  readonly key: string | undefined;
  /** The items, with `first` in place of the expression. */
  readonly sql: (first?: string) => string;
}

/** @param idsAscending the order of the ids of what is otherwise equal. */
export function orderOf(
  module: Module,
  sorting: readonly Sorting[],
  idsAscending: boolean,
  builder: StatementBuilder,
): Order {
  const items = sorting.map(({ column, ascending }) => {
    const plain = isTableColumn(column.module, column.field);
    return { sql: keySql(column, builder), ascending, plain, mayBeEmpty: !plain || column.path.length > 0 };
  });
  const byId = sorting.some(({ column }) => column.path.length === 0 && column.field.apiName === 'id');
  const id = module === usersModule ? 'r.user_id' : 'r.record_id';
  const last = byId ? [] : [directed(id, sorting.at(-1)?.ascending ?? idsAscending, false)];
  return {
    key: items[0]?.plain === false ? items[0].sql : undefined,
    sql: (first) =>
      [
        ...items.map(({ sql, ascending, mayBeEmpty }, index) =>
          directed((index === 0 ? first : undefined) ?? sql, ascending, mayBeEmpty),
        ),
        ...last,
      ].join(', '),
  };
}

function keySql(column: Column, builder: StatementBuilder): string {
  const { module, field, path, moduleOf } = column;
  if (path.length === 0 && !moduleOf) return sortKeySql('r', module, field);
  return foldedSql(builder.column(column), field);
}
