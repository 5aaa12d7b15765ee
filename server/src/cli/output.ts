/** What commands print: results on standard output, everything else on standard error. */

/** A command has failed and has said so in its result: nothing more is printed. */
export class FailureTold extends Error {
  override readonly name = 'FailureTold';
}

/** One JSON document, on one line. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function printLine(text = ''): void {
  process.stdout.write(`${text}\n`);
}

export function printError(json: boolean, code: string, message: string): void {
  if (json) printJson({ error: { code, message } });
  else process.stderr.write(`grantway: ${printable(message)}\n`);
}

/** Something that is probably a mistake, and that the command goes on with. */
export function printWarning(message: string): void {
  process.stderr.write(`grantway: warning: ${printable(message)}\n`);
}

/** One line of a text that somebody else wrote: it must not steer the terminal. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\t]/gu, '\ufffd');
}

/** Rows under headings, columns as wide as their widest cell. */
export function printTable(headings: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  for (const row of [headings, ...rows]) {
    printLine(
      row
        .map((cell, column) => printable(cell).padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

/** Name and value, one pair a line; lists are spread, absent values left out. */
export function printFacts(facts: Readonly<Record<string, unknown>>): void {
  const shown = Object.entries(facts).filter(([, value]) => value !== undefined && value !== null);
  const width = Math.max(...shown.map(([name]) => name.length));
  for (const [name, value] of shown) {
    const text = Array.isArray(value)
      ? value.join(', ') || '-'
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);
    printLine(`${name.padEnd(width)}  ${printable(text)}`);
  }
}
