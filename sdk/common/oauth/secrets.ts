/**
 * Whether two secrets are equal, in a time that does not tell where they differ. Only their lengths show.
 *
 * @example
 * sameSecret(given, expected);
 */
export function sameSecret(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let index = 0; index < other.length; index++) difference |= one.charCodeAt(index) ^ other.charCodeAt(index);
  return difference === 0;
}
