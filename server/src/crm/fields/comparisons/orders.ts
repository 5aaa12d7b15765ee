/** Orders as the database has them. */

/** Numbers, and what can be held against each other as numbers are. */
export function byValue<Value extends number | bigint>(a: Value, b: Value): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Texts by their code points, which is the order of the databases' locale. */
export function byCodePoint(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}
