import { type CsvStyle, formulaStart } from '../../../../foundation/csv.ts';
import { layoutId } from '../../../kernel/ids.ts';
import { valueType } from '../../../kernel/metadata/metadata.ts';
import { columnSql, isTableColumn, jsonKey } from '../../../language/query/column-sql.ts';
import type { Column } from '../../../language/query/condition.ts';
import type { StatementBuilder } from '../../../language/query/statement-builder.ts';
import { usersModule } from '../../../language/query/users-module.ts';

export interface CellOptions {
  readonly dataSpace: number;
  /** SQL of the reader's time zone. */
  readonly zone: string;
  readonly style: CsvStyle;
}

/**
 * The SQL of a column as a cell of a result (crm-api 9.1): look-ups as their id, choices joined by `;`, times in the
 * reader's zone, what is empty as nothing. Made in the database, so that a million records are never objects here.
 */
export function cellSql(column: Column, builder: StatementBuilder, { dataSpace, zone, style }: CellOptions): string {
  const { module, field } = column;
  const alias = builder.source(column);
  const { apiName, dataType } = field;
  // Only texts can hold what must be quoted.
  const plain = (sql: string) => `coalesce((${sql})::text, '')`;
  const cell = (sql: string) => textCell(sql, style);
  const flag = (sql: string) => `CASE WHEN ${sql} THEN 'true' ELSE 'false' END`;
  const time = (sql: string) => `coalesce(crm_csv_time((${sql})::bigint, ${zone}), '')`;
  if (isTableColumn(module, field)) {
    const sql = columnSql(alias, module, field);
    if (dataType === 'datetime') return time(sql);
    if (dataType === 'boolean') return flag(sql);
    return module === usersModule ? cell(`${sql}::text`) : plain(sql);
  }
  if (apiName === 'Record_Status__s') return `'Available'`;
  if (dataType === 'layout') return `'${layoutId(dataSpace, module.number)}'`;
  const key = jsonKey(field.key);
  const text = `${alias}.data ->> ${key}`;
  if (apiName === 'Tag') return cell(tagsSql(alias));
  switch (valueType(field)) {
    case 'datetime':
    case 'event_reminder':
      return time(text);
    case 'boolean':
      return `coalesce(${text}, 'false')`;
    case 'multiselectpicklist':
      return cell(`(SELECT string_agg(choice, ';') FROM jsonb_array_elements_text(${alias}.data -> ${key}) AS choice)`);
    case 'territories':
      return plain(
        `(SELECT string_agg(place ->> 'territory', ';') FROM jsonb_array_elements(${alias}.data -> ${key}) AS place)`,
      );
    case 'multi_module_lookup':
      return plain(`${alias}.data -> ${key} ->> 'id'`);
    case 'integer':
    case 'bigint':
    case 'double':
    case 'currency':
    case 'percent':
    case 'date':
    case 'lookup':
    case 'userlookup':
      return plain(text);
    default:
      return cell(text);
  }
}

/** A text as a cell; numbers, ids and times need no guard, for they are no formulas. */
function textCell(sql: string, style: CsvStyle): string {
  return style === 'plain' ? `crm_csv(${sql})` : `crm_csv(regexp_replace(${sql}, '${formulaStart}', '''\\1'))`;
}

function tagsSql(alias: string): string {
  return `(SELECT string_agg(tag.name, ';' ORDER BY tag.name)
    FROM jsonb_array_elements_text(${alias}.data -> 'Tag') AS named
    JOIN crm_tag AS tag ON tag.data_space = $1 AND tag.module = ${alias}.module AND tag.tag_id = named::bigint)`;
}
