import { completeRows } from '../csv-rows.ts';

/** Reading and writing the CSV files of bulk jobs, as streams. */

/** Rows of texts as they arrive; quotes may stand around any value, also with line ends in it (RFC 4180). */
export async function* csvRows(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    const { rows, used } = completeRows(rest, false);
    rest = rest.slice(used);
    yield* rows;
  }
  yield* completeRows(rest + decoder.decode(), true).rows;
}

/** One line with its end. Nothing is an empty cell; lists are joined as multi-select values are; objects with an id stand for it. */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map((value) => quoted(cellText(value))).join(',')}\n`;
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString().replace(/\.\d+Z$/, '+00:00');
  if (Array.isArray(value)) return value.map(cellText).join(';');
  if (typeof value === 'object' && 'id' in value) return String(value.id);
  return String(value);
}

function quoted(text: string): string {
  return /[",;:|\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
