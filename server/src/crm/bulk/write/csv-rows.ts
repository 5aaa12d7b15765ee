import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';

const delimiters = [',', ';', ':', '|'] as const;
const headSize = 64 * 1024;
/** Longest row; the longest field has 50,000 characters. */
const maxRowSize = 1024 * 1024;

/** The text is no CSV file. */
export class CsvFault extends Error {}

/**
 * The rows of a CSV file as they arrive, the header first. Delimiters are `,` `;` `:` or `|` (crm-api 9.2), whichever
 * the first line has most of. Cells are text and nothing else: what looks like a formula is stored as it is.
 * @throws CsvFault
 */
export async function* csvRows(bytes: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<readonly string[]> {
  const texts = decoded(bytes, encoding);
  let head = '';
  let ended = false;
  while (!ended && head.length < headSize && !head.includes('\n')) {
    const next = await texts.next();
    if (next.done) ended = true;
    else head += next.value;
  }
  async function* all(): AsyncGenerator<string> {
    yield head;
    if (!ended) yield* texts;
  }
  const parser = parse({
    delimiter: delimiterOf(head),
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: maxRowSize,
  });
  // Ends the source with the parser and the parser with the source, whichever breaks; iterating tells of it.
  pipeline(Readable.from(all()), parser, () => {});
  try {
    for await (const row of parser as AsyncIterable<string[]>) yield row;
  } catch (error) {
    throw error instanceof CsvError ? new CsvFault(error.message.slice(0, 200)) : error;
  }
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
