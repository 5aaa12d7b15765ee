import { distributionColumn, distributions } from '../distribution.ts';

const read = /\b(?:FROM|JOIN|UPDATE|USING)\s+(?:ONLY\s+)?(\w+)/g;
const inserted = /\bINTO\s+(\w+)\s*(?:AS\s+\w+\s*)?(?:\(([^)]*)\))?/g;
/** The column equals something: a value, or the column of another row. */
const equality = (key: string) => new RegExp(String.raw`\b${key}\s*(?:=|\)?\s*IN\b)|\bUSING\s*\(\s*${key}\b`, 'g');
/** What says which shard it is: a parameter, what a template puts in, or rows that are no table's. */
const anchor = (key: string) => new RegExp(String.raw`\b${key}\s*(?:=\s*(?:\$|ANY\b|\?)|IN\s*\(\s*\$)`);
const rowsOfNoTable = /\b(?:FROM|JOIN|USING)\s+(?:\?|\(\s*\?|(\w+))/g;

/**
 * Why a text of SQL that names distributed tables cannot be seen to keep to shards that it names, or undefined: each of
 * them has to have an equality on its column, one of them with a value, and each inserted row has to have it. It goes by words, so
 * that it also takes parts of statements, with `?` for what is put in.
 */
export function shardsFault(text: string): string | undefined {
  const isDistributed = (name: string | undefined) => name !== undefined && distributionColumn(name) !== undefined;
  let named = false;
  for (const [, table, columns = ''] of text.matchAll(inserted)) {
    if (!isDistributed(table)) continue;
    named = true;
    if (
      !columns.trim().startsWith('?') &&
      !columns.split(/\W+/).includes(distributionColumn(table as string) as string)
    )
      return `rows of ${table} come without their ${distributionColumn(table as string)}`;
  }
  const tables = [...text.matchAll(read)].map(([, name]) => name).filter(isDistributed) as string[];
  if (tables.length === 0) return undefined;
  const [key, ...others] = new Set(tables.map(distributionColumn)) as Set<string>;
  if (key === undefined || others.length > 0) return `${tables.join(', ')}: are not spread by one column`;
  const equalities = text.match(equality(key))?.length ?? 0;
  if (equalities < tables.length) return `${tables.join(', ')}: ${equalities} equalities on the column`;
  const noTable = [...text.matchAll(rowsOfNoTable)].some(([, name]) => name === undefined || !(name in distributions));
  return named || anchor(key).test(text) || noTable ? undefined : `${tables.join(', ')}: no value for the column`;
}

/** A node of `EXPLAIN (FORMAT JSON)`. */
export interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly Alias?: string;
  readonly Plans?: readonly PlanNode[];
  readonly [property: string]: unknown;
}

const scanConditions = ['Index Cond', 'Recheck Cond', 'Filter', 'TID Cond'];
const joinConditions = ['Hash Cond', 'Merge Cond', 'Join Filter'];

/** The scans of distributed tables in a plan that nothing ties to the column: neither a condition of their own nor a join's. */
export function scansOfAllShards(plan: PlanNode, joins: readonly unknown[] = []): string[] {
  const around = [...joins, ...joinConditions.map((name) => plan[name])];
  const below = (plan.Plans ?? []).flatMap((each) => scansOfAllShards(each, around));
  const { 'Relation Name': table, Alias: alias } = plan;
  const key = table === undefined ? undefined : distributionColumn(table);
  if (key === undefined || plan['Node Type'] === 'ModifyTable') return below;
  const own = [plan, ...(plan.Plans ?? [])].flatMap((node) => scanConditions.map((name) => node[name]));
  const equals = (column: string) => new RegExp(String.raw`\b${column}(?:\)::numeric)? = |= \(?(?:\w+\.)?${column}\b`);
  const tied =
    own.some((condition) => equals(key).test(String(condition))) ||
    around.some((condition) => new RegExp(String.raw`\b${alias}\.${key}\b`).test(String(condition)));
  return tied ? below : [...below, `${plan['Node Type']} of ${table}`];
}
