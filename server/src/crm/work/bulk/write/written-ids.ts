import { CsvReader } from '../../../../foundation/csv.ts';
import { maxRowLength } from './csv-rows.ts';

/**
 * The ids of the records that the rows of a resource became, by the text of one column of its file (crm-api 9.2): how
 * look-ups of a later resource name records that are written in the same job.
 * @param lists of the file's rows, the header first.
 * @param results lines of the result's file, the header first, in pieces that end with a line.
 */
export async function idsByColumn(
  lists: AsyncIterable<readonly (readonly string[])[]>,
  results: AsyncIterable<string>,
  column: number,
): Promise<ReadonlyMap<string, string>> {
  const ids = idsOf(results);
  const found = new Map<string, string>();
  let isHeader = true;
  for await (const rows of lists) {
    for (const row of rows) {
      if (isHeader) {
        isHeader = false;
        continue;
      }
      const { value: id, done } = await ids.next();
      if (done) return found;
      const text = (row[column] ?? '').trim();
      if (id !== '' && text !== '' && !found.has(text)) found.set(text, id);
    }
  }
  return found;
}

/** The cells of the column RECORD_ID, which stands before the last one. */
async function* idsOf(results: AsyncIterable<string>): AsyncGenerator<string> {
  let isHeader = true;
  const reader = new CsvReader(',', maxRowLength);
  for await (const piece of results) {
    for (const cells of reader.read(piece)) {
      if (!isHeader) yield cells.at(-2) ?? '';
      isHeader = false;
    }
  }
}
