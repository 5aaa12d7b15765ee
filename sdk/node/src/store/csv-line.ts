/**
 * Lines of comma-separated values. Quotes stand only around values that need them, so that a reader which splits at commas
 * understands all others.
 */

/** One line without its end. */
export function toCsvLine(values: readonly string[]): string {
  return values.map((value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(',');
}

/** The values of all lines. */
export function parseCsvLines(text: string): string[][] {
  const lines: string[][] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  let values: string[] = [];
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (!match) throw new SyntaxError('a quote is not closed');
    const [, quoted, plain = '', end] = match;
    values.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') {
      if (cell.lastIndex < text.length) continue;
      values.push('');
    }
    lines.push(values);
    values = [];
  }
  return lines;
}
