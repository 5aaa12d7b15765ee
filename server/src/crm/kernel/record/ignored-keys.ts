import type { Module } from '../metadata/metadata.ts';
import { isSystemKey } from '../metadata/system-keys.ts';

/** Most keys that are remembered of a call, and how much of a long one. */
const mostKeys = 20;
const longestKey = 60;

/** The names of keys in the records of one request that mean nothing to it, without their values. */
export class IgnoredKeys {
  readonly names: string[] = [];

  add(name: string): void {
    const short = name.slice(0, longestKey).toWellFormed();
    if (this.names.length < mostKeys && !this.names.includes(short)) this.names.push(short);
  }
}

/** Keys of items that say something of the request and are no fields. */
const instructions: ReadonlySet<string> = new Set([
  'id',
  '_delete',
  'delete',
  '$append_values',
  '$approved',
  '$se_module',
  'se_module',
]);

/**
 * Notes what of an item, or of a row, no field of the module is meant by. Like the original, the platform takes no
 * offence at such keys, in no version: clients send back what they read, and what other versions call their fields.
 */
export function noteIgnored(
  item: Readonly<Record<string, unknown>>,
  module: Module,
  jsonPath: string,
  ignored: IgnoredKeys | undefined,
): void {
  if (!ignored) return;
  for (const key of Object.keys(item)) {
    if (module.field.has(key) || instructions.has(key) || isSystemKey(key, module)) continue;
    if (module.fields.some(({ alsoNamed }) => alsoNamed.includes(key))) continue;
    ignored.add(`${inRecord(jsonPath)}${key}`);
  }
}

/** Where in a record an item stands: `` for `$.data[3]`, `Quoted_Items[].` for a row of it. */
function inRecord(jsonPath: string): string {
  const [, ...parts] = jsonPath
    .replaceAll(/\[\d+\]/g, '[]')
    .split('.')
    .slice(1);
  return parts.map((part) => `${part}.`).join('');
}
