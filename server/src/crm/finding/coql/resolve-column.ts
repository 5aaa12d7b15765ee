import { kindOf } from '../../fields/field-kinds.ts';
import { Refusal } from '../../kernel/errors.ts';
import type { Field, Metadata, Module } from '../../kernel/metadata/metadata.ts';
import type { Column, Step } from '../../language/query/condition.ts';
import { peopleModules, usersModule } from '../../language/query/users-module.ts';
import type { ColumnName } from './syntax-tree.ts';

/** Look-ups that a query may follow on the way to one column. */
const maxSteps = 2;

/** Finds what a name in a query stands for. @throws Refusal INVALID_QUERY, LIMIT_EXCEEDED */
export function resolveColumn(name: ColumnName, base: Module, metadata: Metadata): Column {
  if (name.base !== undefined && name.base !== base.apiName) throw unknownColumn(name);
  const path: Step[] = [];
  let module = base;
  for (const [index, part] of name.parts.entries()) {
    const field = module.field.get(part.name);
    if (!field) throw unknownColumn(name);
    const next = name.parts[index + 1];
    // The id of what a look-up points to is the value of the look-up, unless only one of its modules is meant.
    const isId = next?.name === 'id' && index + 2 === name.parts.length && part.module === undefined;
    if (next === undefined || isId) return { module, field, path };
    if (namesModule(name, index) && isRecordLookup(field)) {
      return { module, field: { ...field, dataType: 'text', jsonType: 'string' }, moduleOf: field, path };
    }
    const target = targetOf(field, module, part.module, metadata);
    if (!target) throw unknownColumn(name);
    path.push({ field, target });
    if (path.length > maxSteps) {
      throw new Refusal('LIMIT_EXCEEDED', { details: { by: 'join', limit: maxSteps } });
    }
    module = target;
  }
  throw unknownColumn(name);
}

/** Whether the rest of a name is `module.api_name`. */
function namesModule({ parts }: ColumnName, index: number): boolean {
  return parts.length === index + 3 && parts[index + 1]?.name === 'module' && parts[index + 2]?.name === 'api_name';
}

function isRecordLookup(field: Field): boolean {
  return kindOf(field).lookup?.to === 'records';
}

function targetOf(field: Field, module: Module, named: string | undefined, metadata: Metadata): Module | undefined {
  const { lookup } = kindOf(field);
  if (!lookup) return undefined;
  if (lookup.to === 'users') return usersModule;
  if (module === usersModule) return peopleModules[field.apiName as keyof typeof peopleModules];
  const target = lookup.several ? field.lookupModules.find((each) => each === named) : field.lookupModules[0];
  return target === undefined ? undefined : metadata.find(target);
}

export function unknownColumn(name: ColumnName): Refusal {
  return invalidQuery({ column_name: name.text, reason: 'column given seems to be invalid' });
}

export function invalidQuery(details: Readonly<Record<string, unknown>>): Refusal {
  return new Refusal('INVALID_QUERY', { details, message: 'invalid query formed' });
}
