import { type Module, nameOfKey } from '../../kernel/metadata/metadata.ts';

/** What the wire calls API names. */
export const apiNamePattern = '^[A-Za-z][A-Za-z0-9_]*$';
const pattern = new RegExp(apiNamePattern);
const longestName = 80;

/**
 * Whether a text may be an API name: names that every JavaScript object has would be found where nothing is, and those
 * that end like `Locked__s` are the platform's own.
 */
export function isApiName(text: string): boolean {
  return pattern.test(text) && text.length <= longestName && !text.endsWith('__s') && !(text in Object.prototype);
}

/**
 * An API name made of a label ("Größe (cm)" is `Grosse_cm`), with a number behind it when it is taken.
 * @param fallback for labels without any Latin letter.
 */
export function apiNameFor(label: string, fallback: string, isTaken: (name: string) => boolean): string {
  const plain = label
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^[_0-9]+|_+$/g, '')
    .slice(0, longestName - 6);
  const base = plain === '' ? fallback : plain;
  let name = base;
  for (let number = 1; !isApiName(name) || isTaken(name); number++) name = `${base}${number}`;
  return name;
}

/** Whether a module has a field of that name, whatever its capital letters. */
export function hasField(module: Module, name: string): boolean {
  const folded = name.toLowerCase();
  return folded === 'id' || module.fields.some(({ apiName }) => apiName.toLowerCase() === folded);
}

/**
 * The key under which a new field keeps its values: its API name, or the next one that no field has ever had.
 * @param spent keys of the module's fields that are gone.
 */
export function newKey(module: Module, apiName: string, spent: readonly string[]): string {
  const taken = new Set([...spent, ...module.fields.map(({ key }) => key)]);
  if (!taken.has(apiName)) return apiName;
  const generations = [...taken]
    .filter((key) => nameOfKey(key) === apiName)
    .map((key) => Number(key.split('~')[1] ?? 1));
  return `${apiName}~${Math.max(...generations) + 1}`;
}
