/** CSV as text: lines are written with quotes where they are needed, and read however they come. */

/**
 * What becomes of cells that a spreadsheet would take for formulas: `plain` leaves them as they are; `guarded` puts an
 * apostrophe before them, which makes them text.
 */
export type CsvStyle = 'plain' | 'guarded';

/** How such cells begin: a regular expression that JavaScript and PostgreSQL read alike. */
export const formulaStart = '^([-=+@\\t\\r])';
const formula = new RegExp(formulaStart);

/** One line of a CSV file. */
export function csvLine(cells: readonly string[], style: CsvStyle = 'plain'): string {
  const shown = style === 'plain' ? cells : cells.map((cell) => cell.replace(formula, "'$1"));
  return `${shown.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\n`;
}

/** The text is no CSV. */
export class CsvFault extends Error {}

/**
 * Splits CSV text into rows as it arrives. Rows end as the first one does; empty ones are left out. A cell in quotes
 * holds anything, with quotes doubled; quotes anywhere else are part of the cell.
 */
export class CsvReader {
  readonly #delimiter: string;
  readonly #maxRowLength: number;
  #end: '\n' | '\r' | undefined;
  /** The beginning of a row whose end has not arrived. */
  #rest = '';

  constructor(delimiter: string, maxRowLength: number) {
    this.#delimiter = delimiter;
    this.#maxRowLength = maxRowLength;
  }

  /** The rows that are complete with `text`. @throws CsvFault when a row has no end. */
  read(text: string): string[][] {
    return this.#split(this.#rest + text, false);
  }

  /** The last row, which needs no line end. @throws CsvFault when a quote is not closed. */
  end(): string[][] {
    return this.#split(this.#rest, true);
  }

  #split(text: string, last: boolean): string[][] {
    const rows: string[][] = [];
    this.#end ??= firstLineEnd(text);
    const lineEnd = this.#end ?? '\n';
    let begin = 0;
    let quote = text.indexOf('"');
    while (begin < text.length) {
      const found = text.indexOf(lineEnd, begin);
      let end = found < 0 ? text.length : found;
      if (quote >= 0 && quote < begin) quote = text.indexOf('"', begin);
      if (quote >= 0 && quote < end) {
        const row = this.#quoted(text, begin, lineEnd, last);
        if (!row) break;
        rows.push(row.cells);
        end = row.end;
      } else {
        if (found < 0 && !last) break;
        const line = text.slice(begin, text[end - 1] === '\r' ? end - 1 : end);
        if (line !== '') rows.push(line.split(this.#delimiter));
      }
      if (end - begin > this.#maxRowLength) throw new CsvFault('a row is too long');
      begin = end + 1;
    }
    this.#rest = text.slice(begin);
    if (this.#rest.length > this.#maxRowLength) throw new CsvFault('a row is too long');
    return rows;
  }

  /** A row with quotes in it, and where its line ends; undefined when that has not arrived. */
  #quoted(text: string, begin: number, lineEnd: string, last: boolean): { cells: string[]; end: number } | undefined {
    const cells: string[] = [];
    for (let at = begin; ; ) {
      const close = text[at] === '"' ? closingQuote(text, at) : undefined;
      if (close === -1 || (close === text.length - 1 && !last)) {
        if (last) throw new CsvFault('a quote is not closed');
        return undefined;
      }
      const stop = nearest(text, this.#delimiter, lineEnd, close === undefined ? at : close + 1);
      if (stop < 0 && !last) return undefined;
      const end = stop < 0 ? text.length : stop;
      const ended = text[end] !== this.#delimiter;
      const cell = text.slice(at, ended && text[end - 1] === '\r' ? end - 1 : end);
      // What follows a closing quote makes the quotes part of the cell.
      const whole = close !== undefined && cell.length === close + 1 - at;
      cells.push(whole ? cell.slice(1, -1).replaceAll('""', '"') : cell);
      if (ended) return { cells, end };
      at = end + 1;
    }
  }
}

/** How lines end: as the first one does that is in no quotes; what follows it must be there already. */
function firstLineEnd(text: string): '\n' | '\r' | undefined {
  for (const [found] of text.matchAll(/"[^"]*(?:"|$)|\r?\n|\r(?=.)/gs)) {
    if (found[0] !== '"') return found === '\r' ? '\r' : '\n';
  }
  return undefined;
}

/** Where the quote at `open` is closed, or -1. */
function closingQuote(text: string, open: number): number {
  for (let at = open + 1; ; at += 2) {
    at = text.indexOf('"', at);
    if (at < 0 || text[at + 1] !== '"') return at;
  }
}

function nearest(text: string, one: string, other: string, from: number): number {
  const [first, second] = [text.indexOf(one, from), text.indexOf(other, from)];
  return first < 0 ? second : second < 0 ? first : Math.min(first, second);
}
