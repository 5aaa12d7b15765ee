/** A number with its noun, in a sentence: `1 row`, `2 rows`, `0 rows`. The plural is made with an "s". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
