import { type CsvStyle, formulaStart } from '../../../../foundation/csv.ts';
import { valueKindOf } from '../../../fields/field-kinds.ts';
import type { CellWriter } from '../../../fields/model/kind.ts';
import type { Module } from '../../../kernel/metadata/metadata.ts';
import { layoutsOf } from '../../../kernel/space/layouts-of.ts';
import type { Space } from '../../../kernel/space/space.ts';
import { columnSql, isTableColumn, jsonKey } from '../../../language/query/column-sql.ts';
import type { Column } from '../../../language/query/condition.ts';
import type { StatementBuilder } from '../../../language/query/statement-builder.ts';
import { usersModule } from '../../../language/query/users-module.ts';

export interface CellOptions {
  readonly space: Space;
  /** SQL of the reader's time zone. */
  readonly zone: string;
  readonly style: CsvStyle;
}

/**
 * The SQL of a column as a cell of a result (crm-api 9.1): look-ups as their id, choices joined by `;`, times in the
 * reader's zone, what is empty as nothing. Made in the database, so that a million records are never objects here.
 */
export function cellSql(column: Column, builder: StatementBuilder, { space, zone, style }: CellOptions): string {
  const { module, field } = column;
  const alias = builder.source(column);
  const writer = cellWriter(style, zone);
  const { cell, holds } = valueKindOf(field);
  if (isTableColumn(module, field)) {
    const sql = columnSql(alias, module, field);
    if (cell.columnSql) return cell.columnSql(sql, writer);
    return module === usersModule ? writer.text(`${sql}::text`) : writer.plain(sql);
  }
  if (field.apiName === 'Record_Status__s') return `'Available'`;
  if (holds === 'layout') return layoutSql(space, module, `(${alias}.data ->> ${jsonKey(field.key)})`);
  if (field.apiName === 'Tag') return writer.text(tagsSql(alias));
  const key = jsonKey(field.key);
  const data = { json: `(${alias}.data -> ${key})`, text: `(${alias}.data ->> ${key})` };
  return cell.sql?.(data, writer) ?? `''`;
}

/** Makes SQL expressions to cells; `zone` is the SQL of the reader's time zone. */
export function cellWriter(style: CsvStyle, zone: string): CellWriter {
  return {
    text: (sql) => textCell(sql, style),
    plain: (sql) => `coalesce((${sql})::text, '')`,
    time: (sql) => `coalesce(crm_csv_time((${sql})::bigint, ${zone}), '')`,
  };
}

/** A text as a cell; numbers, ids and times need no guard, for they are no formulas. */
function textCell(sql: string, style: CsvStyle): string {
  return style === 'plain' ? `crm_csv(${sql})` : `crm_csv(regexp_replace(${sql}, '${formulaStart}', '''\\1'))`;
}

/** Ids and keys of layouts are digits. */
function layoutSql(space: Space, module: Module, key: string): string {
  const [standard, ...others] = layoutsOf(space, module);
  const cases = others.flatMap(({ id, definition }) =>
    definition.keys.map((each) => ` WHEN ${key} = '${each}' THEN '${id}'`),
  );
  return cases.length === 0 ? `'${standard?.id}'` : `CASE${cases.join('')} ELSE '${standard?.id}' END`;
}

function tagsSql(alias: string): string {
  return `(SELECT string_agg(tag.name, ';' ORDER BY tag.name)
    FROM jsonb_array_elements_text(${alias}.data -> 'Tag') AS named
    JOIN crm_tag AS tag ON tag.data_space = $1 AND tag.module = ${alias}.module AND tag.tag_id = named::bigint)`;
}
