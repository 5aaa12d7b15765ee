import { completeRows } from '../csv-rows.ts';

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
  return completeRows(text, true).rows;
}
