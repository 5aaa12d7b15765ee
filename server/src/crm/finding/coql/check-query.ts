import { comparisonOf } from '../../fields/field-kinds.ts';
import { Refusal } from '../../kernel/errors.ts';
import { type Metadata, type Module, servesRecords } from '../../kernel/metadata/metadata.ts';
import type { Version } from '../../kernel/versions.ts';
import type { Column, Condition, Sorting } from '../../language/query/condition.ts';
import { usersModule } from '../../language/query/users-module.ts';
import { checkCondition } from './check-condition.ts';
import { exceeded } from './parse-coql.ts';
import type { Reader } from './reader-words.ts';
import { invalidQuery, resolveColumn, unknownColumn } from './resolve-column.ts';
import type { AggregateName, ColumnName, QueryTree, SelectItem } from './syntax-tree.ts';

/** A query that can be answered. */
export interface CheckedQuery {
  readonly module: Module;
  readonly view: string | undefined;
  readonly items: readonly CheckedItem[];
  /** The answer has groups, not records. */
  readonly grouped: boolean;
  readonly condition: Condition;
  readonly groupBy: readonly Column[];
  /** Of groups: by a column of the groups, or by an item of the answer. */
  readonly orderBy: readonly { readonly by: Column | CheckedItem; readonly ascending: boolean }[];
  readonly limit: number;
  readonly offset: number;
  /** All modules that the query looks into. */
  readonly modules: ReadonlySet<Module>;
}

export interface CheckedItem {
  /** What the answer calls it. */
  readonly key: string;
  readonly aggregate: AggregateName | undefined;
  /** Undefined for `COUNT(*)`. */
  readonly column: Column | undefined;
  /** The name ended with the `id` of a look-up: the answer is that id alone. */
  readonly idAlone: boolean;
}

interface Limits {
  readonly columns: number;
  readonly listValues: number;
  readonly rows: number;
  readonly window: number;
}

/** Limits by version (crm-api 8). */
function limitsOf({ number }: Version): Limits {
  return {
    columns: number >= 7 ? 500 : 50,
    listValues: number >= 7 ? 100 : 50,
    rows: number >= 8 ? 2_000 : 200,
    window: number >= 8 ? 100_000 : 10_000,
  };
}

const fixedLimits = { rows: 200, joins: 2, orderBy: 10, groupBy: 4, aggregates: 5 } as const;

/** @throws Refusal with the code of crm-api 8 for the first thing that is wrong. */
export function checkQuery(tree: QueryTree, metadata: Metadata, version: Version, reader: Reader): CheckedQuery {
  const limits = limitsOf(version);
  const module = findModule(tree.module, metadata);
  const modules = new Set([module]);
  const joins = new Set<string>();
  const use = (column: Column): void => {
    let key = '';
    for (const { field, target } of column.path) {
      modules.add(target);
      key += `/${field.apiName}:${target.number}`;
      joins.add(key);
    }
    if (joins.size > fixedLimits.joins) throw exceeded('join', fixedLimits.joins);
  };
  const resolve = (name: ColumnName): Column => {
    const column = resolveColumn(name, module, metadata);
    use(column);
    return column;
  };
  atMost('column', tree.columns.length, limits.columns);
  atMost('group by', tree.groupBy.length, fixedLimits.groupBy);
  atMost('order by', tree.orderBy.length, fixedLimits.orderBy);
  const items = tree.columns.map((item) => checkItem(item, resolve));
  atMost('aggregate', items.filter((item) => item.aggregate).length, fixedLimits.aggregates);
  checkKeys(tree.columns, items);
  checkOnce(tree.groupBy);
  checkOnce(tree.orderBy.map(({ column }) => column));
  const groupBy = tree.groupBy.map(resolve);
  const grouped = groupBy.length > 0 || items.some((item) => item.aggregate);
  if (grouped) checkGroups(tree.columns, items, groupBy);
  const orderBy = tree.orderBy.map(({ column: name, ascending }) => {
    const item = items.find((each) => each.key === name.text);
    const by = item && (grouped || !item.column) ? item : (item?.column ?? resolve(name));
    if ('field' in by) checkSortable(by, name, grouped ? groupBy : undefined);
    return { by, ascending };
  });
  const { limit = fixedLimits.rows, offset = 0 } = tree;
  if (limit > limits.rows || limit === 0) throw exceeded('limit', limits.rows);
  if (offset + limit > limits.window) throw exceeded('offset', limits.window);
  const condition = checkCondition(tree.where, { module, metadata, maxListValues: limits.listValues, reader, use });
  return { module, view: tree.view, items, grouped, condition, groupBy, orderBy, limit, offset, modules };
}

function atMost(by: string, count: number, limit: number): void {
  if (count > limit) throw exceeded(by, limit);
}

/** Modules are named exactly, as the metadata writes them. */
function findModule(name: string, metadata: Metadata): Module {
  if (name === usersModule.apiName) return usersModule;
  const module = metadata.find(name);
  if (module?.apiName === name && servesRecords(module)) return module;
  throw invalidQuery({ module: name, reason: 'module name given seems to be invalid' });
}

function checkItem({ aggregate, column: name, alias }: SelectItem, resolve: (name: ColumnName) => Column): CheckedItem {
  if (!name) return { key: alias ?? 'COUNT(*)', aggregate, column: undefined, idAlone: false };
  const column = resolve(name);
  const comparison = comparisonOf(column.field);
  if (aggregate && !comparison?.aggregates.includes(aggregate)) {
    const reason = `${aggregate} is not supported for the data type of the column`;
    throw invalidQuery({ column_name: name.text, reason });
  }
  if (!comparison) {
    throw invalidQuery({ column_name: name.text, reason: 'unsupported data type', data_type: column.field.dataType });
  }
  const idAlone = name.parts.length > 1 && name.parts.at(-1)?.name === 'id';
  return { key: alias ?? (aggregate ? `${aggregate}(${name.text})` : name.text), aggregate, column, idAlone };
}

/** The keys of the answer: no column twice, no alias twice, none that hides the id. */
function checkKeys(written: readonly SelectItem[], items: readonly CheckedItem[]): void {
  const aliases = new Set<string>();
  const seen = new Set<string>();
  for (const [index, { alias, aggregate, column }] of written.entries()) {
    const name = aggregate ? `${aggregate}(${column?.text ?? '*'})` : (column?.text ?? '');
    if (alias !== undefined) {
      if (!/^[\p{L}_][\p{L}\p{N}_ -]{0,99}$/u.test(alias) || alias === 'id') {
        throw new Refusal('INVALID_ALIAS', { details: { alias } });
      }
      if (aliases.has(alias)) {
        const referred_columns = written.flatMap((each) => (each.alias === alias ? [each.column?.text ?? '*'] : []));
        throw new Refusal('DUPLICATE_ALIAS', { details: { alias, referred_columns } });
      }
      aliases.add(alias);
    }
    if (seen.has(name)) throw duplicate(name);
    seen.add(name);
    const clash = items.some(
      (item, other) => other !== index && item.key === alias && written[other]?.alias === undefined,
    );
    if (clash) throw new Refusal('INVALID_ALIAS', { details: { alias } });
  }
}

/** @throws Refusal DUPLICATE_DATA when a list names a column twice. */
function checkOnce(names: readonly ColumnName[]): void {
  const texts = names.map(({ text }) => text);
  const twice = texts.find((text, index) => texts.indexOf(text) !== index);
  if (twice !== undefined) throw duplicate(twice);
}

function duplicate(column_name: string): Refusal {
  return new Refusal('DUPLICATE_DATA', { details: { column_name, api_name: column_name } });
}

function sameColumn(a: Column, b: Column): boolean {
  return (
    (a.moduleOf ?? a.field) === (b.moduleOf ?? b.field) &&
    (a.moduleOf === undefined) === (b.moduleOf === undefined) &&
    a.path.length === b.path.length &&
    a.path.every((step, index) => step.field === b.path[index]?.field && step.target === b.path[index]?.target)
  );
}

function checkGroups(written: readonly SelectItem[], items: readonly CheckedItem[], groupBy: readonly Column[]): void {
  for (const [index, { aggregate, column }] of items.entries()) {
    if (aggregate || !column || groupBy.some((each) => sameColumn(each, column))) continue;
    throw invalidQuery({
      column_name: written[index]?.column?.text,
      reason: 'column given is neither in group by nor in an aggregate function',
    });
  }
}

function checkSortable(column: Column, name: ColumnName, groupBy: readonly Column[] | undefined): void {
  if (!comparisonOf(column.field)?.sortable) {
    throw invalidQuery({ column_name: name.text, reason: 'unsupported data type', data_type: column.field.dataType });
  }
  if (groupBy && !groupBy.some((each) => sameColumn(each, column))) throw unknownColumn(name);
}

/** The order of records, for queries without groups. */
export function sortingOf({ orderBy }: CheckedQuery): Sorting[] {
  return orderBy.flatMap(({ by, ascending }) => ('field' in by ? [{ column: by, ascending }] : []));
}
