import { CsvReader } from '../../../../foundation/csv.ts';

const delimiters = [',', ';', ':', '|'] as const;
const headSize = 64 * 1024;
/** Longest row; the longest field has 50,000 characters. */
export const maxRowLength = 1024 * 1024;

/**
 * The rows of a CSV file in lists, as they arrive, the header first. Delimiters are `,` `;` `:` or `|` (crm-api 9.2),
 * whichever the first line has most of.
 * @throws CsvFault
 */
export async function* csvRowLists(
  bytes: AsyncIterable<Buffer>,
  encoding: string,
): AsyncGenerator<readonly (readonly string[])[]> {
  let reader: CsvReader | undefined;
  let head = '';
  for await (const text of decoded(bytes, encoding)) {
    if (reader) {
      yield reader.read(text);
      continue;
    }
    head += text;
    if (head.length < headSize && !head.includes('\n')) continue;
    reader = new CsvReader(delimiterOf(head), maxRowLength);
    yield reader.read(head);
  }
  if (reader) return yield reader.end();
  reader = new CsvReader(delimiterOf(head), maxRowLength);
  yield [...reader.read(head), ...reader.end()];
}

/** The same, row by row. */
export async function* csvRows(bytes: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<readonly string[]> {
  for await (const rows of csvRowLists(bytes, encoding)) yield* rows;
}

async function* decoded(bytes: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of bytes) {
    const text = decoder.decode(chunk, { stream: true });
    if (text !== '') yield text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

function delimiterOf(head: string): string {
  const line = (head.split('\n', 1)[0] ?? '').replaceAll(/"[^"]*"/g, '');
  const counts = delimiters.map((delimiter) => line.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}
