/** The entry of that name in a table; undefined for any other text, such as the names that every object inherits. */
export function ownEntry<Entry>(
  table: Readonly<Record<string, Entry>>,
  name: string | null | undefined,
): Entry | undefined {
  return typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined;
}
