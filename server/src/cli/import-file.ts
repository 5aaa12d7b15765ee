import { createReadStream, existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { csvRows } from '../crm/work/bulk/write/csv-rows.ts';
import { CsvFault, type CsvStyle, csvLine } from '../foundation/csv.ts';
import { UsableFailure } from '../foundation/failure.ts';
import { checkReadableFile } from '../foundation/text-file.ts';
import type { AdminCall } from './admin-client.ts';

/** Rows and characters of one request; the admin API takes 256 kB. */
const maxRows = 250;
const maxCharacters = 60_000;

export interface ImportTask {
  readonly target: {
    readonly dataCenter: string;
    readonly organizationId: string;
    readonly environment: string;
    readonly module: string;
  };
  readonly file: string;
  /** Where rows that are refused go, with why. */
  readonly errorsFile: string;
  readonly dryRun: boolean;
  /** Forget an earlier import that was cut short. */
  readonly restart: boolean;
}

export interface ImportReport {
  readonly rows: number;
  readonly imported: number;
  readonly refused: number;
  readonly dry_run: boolean;
  readonly errors_file: string | null;
  /** Names in the header that no field which may be written has. */
  readonly ignored_columns: readonly string[];
}

interface Opened {
  readonly import_id: string;
  readonly rows_done: number;
  readonly rows_failed: number;
}

interface Outcome {
  readonly rows_done: number;
  readonly failures: readonly { readonly row: number; readonly errors: string }[];
  readonly ignored_columns: readonly string[];
  readonly csv_style: CsvStyle;
}

/**
 * Sends a CSV file to the admin API, chunk by chunk. A note beside the file says which import it belongs to until its
 * end, so that the same command goes on behind the last row that was stored.
 */
export async function importFile(call: AdminCall, task: ImportTask): Promise<ImportReport> {
  const { file, errorsFile, dryRun, target } = task;
  checkReadableFile(file);
  const note = dryRun ? undefined : await openImport(call, task);
  const progress = new ProgressBar(statSync(file).size);
  let header: readonly string[] | undefined;
  let chunk: (readonly string[])[] = [];
  let characters = 0;
  let ignored: readonly string[] | undefined;
  let read = 0;
  let done = note?.opened.rows_done ?? 0;
  let refused = note?.opened.rows_failed ?? 0;
  let errorsBegun = refused > 0;

  const send = async (): Promise<void> => {
    if (chunk.length === 0 || !header) return;
    const rows = chunk;
    const firstRow = done;
    const body = { ...target, firstRow, header, rows, ...(note ? { importId: note.opened.import_id } : {}) };
    const outcome = await call<Outcome>('POST', '/imports/rows', body);
    if (!ignored) {
      ignored = outcome.ignored_columns;
      if (ignored.length > 0) {
        process.stderr.write(`Ignored, since they are no fields that may be written: ${ignored.join(', ')}\n`);
      }
    }
    const style = outcome.csv_style;
    if (outcome.failures.length > 0) {
      const lines = outcome.failures.map(({ row, errors }) =>
        csvLine([String(row + 1), errors, ...(rows[row - firstRow] ?? [])], style),
      );
      if (!errorsBegun) await writeFile(errorsFile, csvLine(['ROW', 'ERRORS', ...header], style));
      errorsBegun = true;
      await appendFile(errorsFile, lines.join(''));
      refused += outcome.failures.length;
    }
    done = outcome.rows_done;
    chunk = [];
    characters = 0;
    progress.show(done, refused);
  };

  try {
    for await (const row of csvRows(createReadStream(file), 'utf-8')) {
      progress.pass(row);
      if (!header) {
        header = row.map((name) => name.trim());
        continue;
      }
      if (read++ < done + chunk.length) continue;
      chunk.push(row);
      characters += row.reduce((sum, cell) => sum + cell.length + 3, 0);
      if (chunk.length >= maxRows || characters >= maxCharacters) await send();
    }
    await send();
    progress.complete(done, refused);
  } catch (error) {
    if (error instanceof CsvFault) throw new UsableFailure(`"${file}" cannot be read as CSV: ${error.message}`);
    throw error;
  } finally {
    progress.end();
  }
  if (note) {
    await call('POST', '/imports/close', { ...target, importId: note.opened.import_id });
    rmSync(note.path, { force: true });
  }
  return {
    rows: done,
    imported: done - refused,
    refused,
    dry_run: dryRun,
    errors_file: errorsBegun ? errorsFile : null,
    ignored_columns: ignored ?? [],
  };
}

/** Begins an import, or takes up the one that the note beside the file names. */
async function openImport(call: AdminCall, { target, file, restart }: ImportTask) {
  const path = `${file}.import.json`;
  const fact = { ...target, sizeBytes: statSync(file).size };
  const known = !restart && existsSync(path) ? readNote(path) : undefined;
  const { importId, ...knownFact } = known ?? {};
  if (known && JSON.stringify(knownFact) !== JSON.stringify(fact)) {
    throw new UsableFailure(
      `"${path}" tells of an import of another file or to another place; finish that one, or use --restart`,
    );
  }
  const opened = await call<Opened>('POST', '/imports', { ...target, ...(known ? { importId } : {}) });
  if (known) process.stderr.write(`Going on behind row ${opened.rows_done} of ${basename(file)}.\n`);
  await writeFile(path, JSON.stringify({ ...fact, importId: opened.import_id }));
  return { path, opened };
}

function readNote(path: string): Record<string, unknown> {
  try {
    return { ...JSON.parse(readFileSync(path, 'utf8')) };
  } catch (error) {
    throw new UsableFailure(
      `"${path}" does not tell how far the import is (${(error as Error).message}); use --restart to begin at the first row`,
    );
  }
}

/** How far the import is, on standard error: a bar on a terminal, now and then a line elsewhere. */
class ProgressBar {
  readonly #totalBytes: number;
  readonly #terminal = process.stderr.isTTY === true;
  /** Of the rows that were passed on; quotes are not counted, so it stays a little behind until the end. */
  #bytes = 0;
  #shownTenths = 0;

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes;
  }

  pass(row: readonly string[]): void {
    for (const cell of row) this.#bytes += Buffer.byteLength(cell) + 1;
  }

  show(rows: number, refused: number): void {
    this.#print(Math.min(this.#bytes / this.#totalBytes, 0.99), rows, refused);
  }

  complete(rows: number, refused: number): void {
    this.#print(1, rows, refused);
  }

  #print(share: number, rows: number, refused: number): void {
    const tenths = Math.floor(share * 10);
    const text = `${String(Math.floor(share * 100)).padStart(3)} %  ${rows} rows, ${refused} refused`;
    if (this.#terminal) {
      const filled = Math.floor(share * 30);
      process.stderr.write(`\r[${'#'.repeat(filled)}${' '.repeat(30 - filled)}] ${text}`);
    } else if (tenths > this.#shownTenths) process.stderr.write(`${text}\n`);
    this.#shownTenths = tenths;
  }

  end(): void {
    if (this.#terminal) process.stderr.write('\n');
  }
}
