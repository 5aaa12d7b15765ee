import { parse } from 'csv-parse/sync';

/**
 * The ids of the records that the rows of a resource became, by the text of one column of its file (crm-api 9.2): how
 * look-ups of a later resource name records that are written in the same job.
 * @param rows of the file, the header first.
 * @param results lines of the result's file, the header first, in pieces that end with a line.
 */
export async function idsByColumn(
  rows: AsyncIterable<readonly string[]>,
  results: AsyncIterable<string>,
  column: number,
): Promise<ReadonlyMap<string, string>> {
  const ids = idsOf(results);
  const found = new Map<string, string>();
  let isHeader = true;
  for await (const row of rows) {
    if (isHeader) {
      isHeader = false;
      continue;
    }
    const { value: id, done } = await ids.next();
    if (done) break;
    const text = (row[column] ?? '').trim();
    if (id !== '' && text !== '' && !found.has(text)) found.set(text, id);
  }
  return found;
}

/** The cells of the column RECORD_ID, which stands before the last one. */
async function* idsOf(results: AsyncIterable<string>): AsyncGenerator<string> {
  let isHeader = true;
  for await (const piece of results) {
    for (const cells of parse(piece) as string[][]) {
      if (!isHeader) yield cells.at(-2) ?? '';
      isHeader = false;
    }
  }
}
