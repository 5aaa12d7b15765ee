/** Most slips of a hand (a letter too many, too few, another, or two exchanged) between a name and what was meant by it. */
const mostSlips = 3;

/** The known name that was probably meant, or undefined where none is near: a third of its letters at most may differ. */
export function nearName(came: string, known: readonly string[]): string | undefined {
  const near = known
    .map((name) => ({ name, slips: slipsBetween(came.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, slips }) => slips <= Math.min(mostSlips, Math.floor(name.length / 3)))
    .sort((one, other) => one.slips - other.slips);
  return near[0]?.name;
}

/** Optimal string alignment distance; `mostSlips + 1` for texts whose lengths alone say that they are far apart. */
function slipsBetween(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > mostSlips) return mostSlips + 1;
  let before: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const next = [row];
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1];
      const exchanged =
        row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      next[column] = Math.min(
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        exchanged ? (before[column - 2] ?? 0) + 1 : mostSlips + 1 + row,
      );
    }
    before = last;
    last = next;
  }
  return last[other.length] ?? 0;
}
