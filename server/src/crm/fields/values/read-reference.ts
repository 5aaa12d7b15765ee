import { idInvalid } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import type { Field } from '../../kernel/metadata/metadata.ts';
import { type Reading, type ValueReader, wrongType } from '../../kernel/record/reading.ts';

/** Reads `{"id":"…"}`, or a bare id, which old clients send. */
function idIn(raw: unknown): { id: string } | { problem: Reading } {
  if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) {
    const id = readId((raw as { id?: unknown }).id);
    return id === undefined ? { problem: badId(`.${nameIn(raw)}`) } : { id };
  }
  const id = readId(raw);
  if (id !== undefined) return { id };
  return { problem: typeof raw === 'string' ? badId('') : wrongType('jsonobject') };
}

/** What a look-up is told by: its id, or the only key that there is, an external one. */
function nameIn(raw: object): string {
  const [first, ...others] = Object.keys(raw);
  return first !== undefined && others.length === 0 && /^\w{1,120}$/.test(first) ? first : 'id';
}

function badId(at: string): Reading {
  return { problem: { code: 'INVALID_DATA', details: {}, message: idInvalid, at } };
}

export const readRecordLookup: ValueReader = (raw, field) => {
  const found = idIn(raw);
  if ('problem' in found) return found.problem;
  return { value: found.id, reference: { kind: 'record', id: found.id, module: field.lookupModules[0] as string } };
};

export const readUserLookup: ValueReader = (raw) => {
  const found = idIn(raw);
  return 'problem' in found ? found.problem : { value: found.id, reference: { kind: 'user', id: found.id } };
};

/** A lookup into one of several modules, which the value or a key beside it names. */
export const readAnyModuleLookup: ValueReader = (raw, field, { item }) => {
  const found = idIn(raw);
  if ('problem' in found) return found.problem;
  const name = moduleName(raw, item);
  if (name === undefined) {
    const dependee = field.typeKey === '$se_module' ? '$se_module' : 'module';
    return {
      problem: { code: 'DEPENDENT_FIELD_MISSING', details: { dependee: { api_name: dependee, json_path: dependee } } },
    };
  }
  const module = allowedModule(field, name);
  if (module === undefined) {
    return { problem: { code: 'INVALID_DATA', details: { supported_values: field.lookupModules }, at: '.module' } };
  }
  return { value: { id: found.id, module }, reference: { kind: 'record', id: found.id, module } };
};

function moduleName(raw: unknown, item: Readonly<Record<string, unknown>>): string | undefined {
  const inside = (raw as { module?: unknown }).module;
  const named = typeof inside === 'object' && inside !== null ? (inside as { api_name?: unknown }).api_name : inside;
  const name = named ?? item.$se_module ?? item.se_module;
  return typeof name === 'string' ? name : undefined;
}

function allowedModule(field: Field, name: string): string | undefined {
  return field.lookupModules.find((module) => module.toLowerCase() === name.toLowerCase());
}

/** The territory of a deal: `[{"id":"…"}]`, or the one item alone. Whether it exists is known where it is stored. */
export const readTerritory: ValueReader = (raw) => {
  const items: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
  if (items.length > 1) return { problem: { code: 'LIMIT_EXCEEDED', details: { limit: 1 } } };
  if (items.length === 0) return { value: null };
  const found = idIn(items[0]);
  return 'problem' in found ? found.problem : { value: [{ territory: found.id }] };
};
