import type { Queryable } from '../../database/database.ts';
import { comparisonOf, decimalsOf, kindOf } from '../fields/field-kinds.ts';
import { rounded } from '../fields/values/formulas.ts';
import { type Field, Metadata, type Module, type Rollup, wholeModule } from '../kernel/metadata/metadata.ts';
import type { RecordData, StoredValue } from '../kernel/record/record.ts';
import type { Space } from '../kernel/space/space.ts';
import { jsonKey } from '../language/query/column-sql.ts';
import type { Condition } from '../language/query/condition.ts';
import { ruleCondition } from '../language/query/rule-criteria.ts';
import { type RollupQuery, selectRollups } from '../store/records/select-rollups.ts';
import { conditionSql } from '../store/records/visibility.ts';
import { relatedListsOf } from './list/related-lists.ts';

/**
 * Roll-up fields (crm-api 5.2): what they say of the records in a related list, computed by the database from all of them
 * whenever one of them is written.
 */

/** What a roll-up is computed from: the records of a module whose look-up leads to the record. */
export interface RollupSource {
  readonly child: Module;
  readonly lookup: Field;
}

/** @returns undefined when the list is not one of those, or not any more. */
export function rollupSource(metadata: Metadata, module: Module, { list: name }: Pick<Rollup, 'list'>) {
  const list = relatedListsOf(module, metadata).find(({ apiName }) => apiName === name);
  const found = list?.module ? metadata.find(list.module) : undefined;
  // Which activities are over, time decides, and nobody writes it.
  if (!list || !found || list.source.kind !== 'lookup' || list.closed !== undefined) return undefined;
  const { field: key } = list.source;
  const child = wholeModule(found);
  const lookup = child.fields.find((field) => field.key === key);
  return lookup && kindOf(lookup).lookup?.to === 'records' ? ({ child, lookup } satisfies RollupSource) : undefined;
}

/** A roll-up with the module that has it. */
interface OwnRollup extends RollupSource {
  readonly parent: Module;
  readonly field: Field;
  readonly rollup: Rollup;
}

const known = new WeakMap<Metadata, readonly OwnRollup[]>();

/** All roll-ups of an organization. */
export function rollupsOf(metadata: Metadata): readonly OwnRollup[] {
  let all = known.get(metadata);
  if (!all) {
    // What a profile does not see counts all the same.
    const whole = new Metadata(metadata.modules.map(wholeModule), metadata.modifiedAtMs);
    all = whole.modules.flatMap((parent) => {
      return parent.fields.flatMap((field) => {
        const source = field.rollup && rollupSource(whole, parent, field.rollup);
        return field.rollup && source ? [{ parent, field, rollup: field.rollup, ...source }] : [];
      });
    });
    known.set(metadata, all);
  }
  return all;
}

/** The roll-ups that a field of the records which they are computed from is part of. */
export function rollupsWith(metadata: Metadata, { number }: Module, { key, apiName }: Field): readonly Field[] {
  return rollupsOf(metadata).flatMap(({ child, lookup, rollup, field }) => {
    if (child.number !== number) return [];
    const condition = rollup.criteria && ruleCondition(child, rollup.criteria);
    const tested = condition ? fieldsOf(condition) : [];
    const uses = lookup.key === key || rollup.field === apiName || tested.some((each) => each.key === key);
    return uses ? [field] : [];
  });
}

/** The fields that a condition tests. */
export function fieldsOf(condition: Condition): readonly Field[] {
  if (condition.kind === 'test') return [condition.column.field];
  return condition.kind === 'all' || condition.kind === 'any' ? condition.parts.flatMap(fieldsOf) : [];
}

/** Whether roll-ups are computed from the records of a module. */
export function isRolledUp(metadata: Metadata, { number }: Module): boolean {
  return rollupsOf(metadata).some(({ child }) => child.number === number);
}

/** Whether records of a module have roll-ups. */
export function hasRollups(metadata: Metadata, { number }: Module): boolean {
  return rollupsOf(metadata).some(({ parent }) => parent.number === number);
}

/** Ids of records by the numbers of their modules. */
export type Places = ReadonlyMap<number, ReadonlySet<string>>;

/** The records with roll-ups that records of a module point to. */
export function rolledParents(metadata: Metadata, { number }: Module, records: readonly RecordData[]): Places {
  const places = new Map<number, Set<string>>();
  for (const { child, parent, lookup } of rollupsOf(metadata)) {
    if (child.number !== number) continue;
    const { lookup: way } = kindOf(lookup);
    if (way?.to !== 'records') continue;
    const ids = places.get(parent.number) ?? new Set();
    places.set(parent.number, ids);
    for (const data of records) {
      const value = data[lookup.key];
      if (value === undefined) continue;
      const target = way.target(value, lookup);
      if (metadata.find(target.module)?.number === parent.number) ids.add(target.id);
    }
  }
  return places;
}

type Rollups = readonly (readonly [key: string, value: number])[];

/** Modules never change; every new record asks. */
const emptyOf = new WeakMap<Module, Rollups>();

/** Roll-ups of a record that nothing points to yet; other functions than these have no value then. */
export function emptyRollups(module: Module): Rollups {
  const known = emptyOf.get(module);
  if (known) return known;
  const empty = wholeModule(module).fields.flatMap(({ key, rollup }) =>
    rollup?.function === 'count' || rollup?.function === 'sum' ? [[key, 0] as const] : [],
  );
  emptyOf.set(module, empty);
  return empty;
}

const sqlFunctions = { count: 'count', sum: 'sum', average: 'avg', minimum: 'min', maximum: 'max' } as const;

/**
 * The values of a module's roll-ups for some of its records, by one statement: by id, then by key; null: none.
 * @returns undefined when the module has no roll-ups.
 */
export async function rolledValues(
  queryable: Queryable,
  { dataSpace, metadata }: Space,
  { number }: Module,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, StoredValue | null>> | undefined> {
  const own = rollupsOf(metadata).filter(({ parent }) => parent.number === number);
  if (own.length === 0) return undefined;
  const rows = await selectRollups(queryable, dataSpace, ids, own.map(queryOf));
  const none = new Map<string, StoredValue | null>(own.map(({ field }) => [field.key, null]));
  for (const [key, value] of emptyRollups(own[0]?.parent as Module)) none.set(key, value);
  const found = new Map(ids.map((id) => [id, new Map(none)]));
  const fields = new Map(own.map(({ field }) => [field.key, field]));
  for (const { id, key, value } of rows) {
    const field = fields.get(key);
    if (field && value !== null) found.get(id)?.set(key, rounded(Number(value), decimalsOf(field)));
  }
  return found;
}

function queryOf({ child, lookup, field, rollup }: OwnRollup): RollupQuery {
  const way = kindOf(lookup).lookup;
  const dataOf = ({ key }: Field) => ({ json: `(r.data -> ${jsonKey(key)})`, text: `(r.data ->> ${jsonKey(key)})` });
  const measured = rollup.field === null ? undefined : child.field.get(rollup.field);
  const measure = measured ? comparisonOf(measured)?.measureSql(dataOf(measured)) : '*';
  const { criteria } = rollup;
  const condition = criteria && ruleCondition(child, criteria);
  return {
    ...{ key: field.key, module: child.number, lookup: lookup.key },
    pointing: way?.to === 'records' ? way.idSql(dataOf(lookup)) : 'NULL',
    value: `${sqlFunctions[rollup.function]}(${measure})`,
    // Criteria over a field that is gone fit nothing.
    condition: (parameter) => (condition ? conditionSql(condition, 'r', parameter) : String(criteria === null)),
  };
}
