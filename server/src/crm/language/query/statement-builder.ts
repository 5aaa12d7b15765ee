import { kindOf } from '../../fields/field-kinds.ts';
import type { Field, Module } from '../../kernel/metadata/metadata.ts';
import { columnSql, jsonKey } from './column-sql.ts';
import type { Column, Step } from './condition.ts';
import { peopleTables, usersModule } from './users-module.ts';

/**
 * Collects the parameters and joins of one statement. SQL texts are made of constants, of API names from the metadata
 * and of parameters; nothing that a request brings becomes part of them.
 */
export class StatementBuilder {
  readonly values: unknown[];
  readonly #joins = new Map<string, { alias: string; sql: string }>();

  constructor(dataSpace: number, module: Module) {
    this.values = [dataSpace, module.number];
  }

  /** `$3` */
  parameter(value: unknown): string {
    return `$${this.values.push(value)}`;
  }

  /** The SQL of a column, with the joins that lead to it. */
  column(column: Column): string {
    const alias = this.source(column);
    return column.moduleOf ? moduleNameSql(alias, column.moduleOf) : columnSql(alias, column.module, column.field);
  }

  /** The alias of the row that a column is of: `r` for the records themselves. */
  source({ path }: Column): string {
    let alias = 'r';
    let key = '';
    for (const step of path) {
      key += `/${step.field.apiName}:${step.target.number}`;
      alias = this.#join(key, alias, step);
    }
    return alias;
  }

  #join(key: string, from: string, { field, target }: Step): string {
    const known = this.#joins.get(key);
    if (known) return known.alias;
    const alias = `j${this.#joins.size + 1}`;
    this.#joins.set(key, { alias, sql: joinSql(alias, from, field, target) });
    return alias;
  }

  get joins(): string {
    return [...this.#joins.values()].map((join) => join.sql).join('\n');
  }
}

/** The API name of the module that a look-up points into, as a text. */
function moduleNameSql(alias: string, field: Field): string {
  const { key: name, lookupModules } = field;
  const key = jsonKey(name);
  if (namesModule(field)) return `(${alias}.data -> ${key} ->> 'module')`;
  return `(CASE WHEN ${alias}.data -> ${key} IS NOT NULL THEN ${jsonKey(lookupModules[0] ?? '')} END)`;
}

/** Whether each value of a look-up names its module, one of several. */
function namesModule(field: Field): boolean {
  const { lookup } = kindOf(field);
  return lookup?.to === 'records' && lookup.several;
}

const userColumns: Readonly<Record<string, string>> = {
  Owner: 'owner_id',
  Created_By: 'created_by',
  Modified_By: 'modified_by',
};

function joinSql(alias: string, from: string, field: Field, target: Module): string {
  const table = peopleTables.get(target);
  if (table) {
    return `LEFT JOIN ${table.name} AS ${alias} ON ${alias}.data_space = $1 AND ${alias}.${table.id} = ${from}.${table.id}`;
  }
  const key = jsonKey(field.key);
  if (target === usersModule) {
    const column = userColumns[field.apiName];
    const id = column ? `${from}.${column}` : `(${from}.data ->> ${key})::bigint`;
    return `LEFT JOIN crm_user AS ${alias} ON ${alias}.data_space = $1 AND ${alias}.user_id = ${id}`;
  }
  const many = namesModule(field);
  const value = many ? `(${from}.data -> ${key} ->> 'id')` : `(${from}.data ->> ${key})`;
  const ofModule = many ? ` AND ${from}.data -> ${key} ->> 'module' = '${safe(target.apiName)}'` : '';
  return `LEFT JOIN crm_record AS ${alias} ON ${alias}.data_space = $1 AND ${alias}.module = ${target.number}
    AND ${alias}.record_id = ${value}::bigint${ofModule}`;
}

function safe(apiName: string): string {
  return jsonKey(apiName).slice(1, -1);
}
