/**
 * Reads comma-separated values; quotes may stand around any value, also with line ends in it (RFC 4180).
 *
 * @param last whether nothing follows the text; else its last row counts only when it has its end.
 * @returns the rows that end within the text, and how much of it they are.
 * @throws SyntaxError when a quote is not closed.
 */
export function completeRows(text: string, last: boolean): { rows: string[][]; used: number } {
  const rows: string[][] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|$)/y;
  let row: string[] = [];
  let used = 0;
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (!match) {
      if (last) throw new SyntaxError('a quote in the CSV file is not closed');
      break;
    }
    const [, quoted, plain = '', end] = match;
    // Without an end the value may go on in the next piece.
    if (end === '' && !last) break;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',' && cell.lastIndex === text.length && last) row.push('');
    if (end === ',' && cell.lastIndex < text.length) continue;
    if (end === ',' && !last) break;
    rows.push(row);
    row = [];
    used = cell.lastIndex;
  }
  return { rows, used };
}
