import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { UsableFailure } from '../foundation/failure.ts';
import { insertRows, setSequences } from './content.ts';
import type { Queryable } from './database.ts';

/*
 * The content of databases as a file: gzip of lines of JSON. First the head; then for each chunk of a table a line that
 * says what it is, and a line with its rows; the sequences of each database; at last the SHA-256 of all lines before.
 * Rows stay texts: their numbers may be larger than JavaScript's.
 */

/** A kind of such files. */
export interface ContentFormat {
  /** Stands in the head. */
  readonly name: string;
  readonly version: number;
  /** The command that writes them, for messages. */
  readonly writtenBy: string;
}

/** What every head says, beside what its format adds. */
export interface ContentHead {
  readonly format: string;
  readonly version: number;
  /** That wrote it. */
  readonly release: string;
  /** Names of the databases' migrations, by label. */
  readonly migrations: Readonly<Record<string, readonly string[]>>;
}

/** Rows of one table, as a JSON list; or where the sequences of a database stand. */
export type ContentPart =
  | { readonly database: string; readonly table: string; readonly columns: readonly string[]; readonly rows: string }
  | {
      readonly database: string;
      readonly sequences: readonly { readonly name: string; readonly value: string; readonly called: boolean }[];
    };

/** RFC 6713. */
export const contentFileType = 'application/gzip';

/** The file, as it is written. */
export function writeContentFile<Head extends ContentHead>(
  { name, version }: ContentFormat,
  head: Omit<Head, 'format' | 'version'>,
  parts: AsyncIterable<ContentPart>,
): Readable {
  async function* lines() {
    const hash = createHash('sha256');
    const line = (text: string) => {
      hash.update(text).update('\n');
      return `${text}\n`;
    };
    yield line(JSON.stringify({ format: name, version, ...head }));
    for await (const part of parts) {
      if ('sequences' in part) yield line(JSON.stringify(part));
      else {
        const { rows, ...rest } = part;
        yield line(JSON.stringify(rest)) + line(rows);
      }
    }
    yield `${JSON.stringify({ sha256: hash.digest('hex') })}\n`;
  }
  const packed = new PassThrough();
  pipeline(Readable.from(lines()), createGzip({ level: 4 }), packed).catch((error: Error) => packed.destroy(error));
  return packed;
}

/**
 * Reads a file: its head once, then its parts, each with the number of its rows. When it turns out to be damaged at its very
 * end, all of them have been given: whoever takes them has to be able to throw them away.
 * @throws UsableFailure in one line that says where the file is damaged, and how.
 */
export async function readContentFile<Head extends ContentHead>(
  format: ContentFormat,
  file: Readable,
  take: { head(head: Head): Promise<void>; part(part: ContentPart, rows: number): Promise<void> },
): Promise<void> {
  const notOne = () => new UsableFailure(`expected a file that "${format.writtenBy}" wrote, got another`);
  const unpacked = new PassThrough();
  const unpacking = pipeline(file, createGunzip(), unpacked);
  unpacking.catch((error: Error) => unpacked.destroy(error));
  const lines = createInterface({ input: unpacked, crlfDelay: Number.POSITIVE_INFINITY });
  // Whoever takes the parts may give up, and close the file then: nobody reads the lines any more.
  lines.on('error', () => {});
  const hash = createHash('sha256');
  let waiting: Omit<Extract<ContentPart, { readonly table: string }>, 'rows'> | undefined;
  /** What was read last; undefined before the head was. */
  let place: string | undefined;
  let end: string | undefined;
  const cutOff = () =>
    damaged(place === undefined ? 'it ends in its head' : `it ends in ${place} or behind, too early`);
  try {
    for await (const line of lines) {
      if (end !== undefined) throw damaged('something comes behind its end');
      if (waiting) {
        hash.update(line).update('\n');
        const rows = parse(line);
        if (!Array.isArray(rows)) throw damaged(`${place} are not JSON as it was written`);
        await take.part({ ...waiting, rows: line }, rows.length);
        waiting = undefined;
        continue;
      }
      const value = parse(line);
      if (!isObject(value)) {
        throw place === undefined ? notOne() : damaged(`what comes behind ${place} is not JSON as it was written`);
      }
      if (place === undefined) {
        if (value.format !== format.name) throw notOne();
        checkVersion(format, value);
        await take.head(value as unknown as Head);
        place = 'its head';
      } else if (typeof value.sha256 === 'string') {
        end = value.sha256;
        continue;
      } else {
        const part = value as unknown as ContentPart;
        place = placeOf(part);
        if ('table' in part) waiting = part;
        else await take.part(part, 0);
      }
      hash.update(line).update('\n');
    }
    await unpacking;
  } catch (error) {
    const { code = '', message } = error as { code?: unknown; message: string };
    if (typeof code !== 'string') throw error;
    // What zlib says of a file that is no gzip at all.
    if (code === 'Z_BUF_ERROR') throw cutOff();
    if (code.startsWith('Z_')) {
      if (message === 'incorrect header check') throw notOne();
      throw damaged(`it cannot be unpacked, at ${place ?? 'its head'} or behind`);
    }
    if (code === 'ERR_STREAM_PREMATURE_CLOSE') throw place === undefined ? notOne() : cutOff();
    throw error;
  }
  if (end === undefined) throw place === undefined ? notOne() : cutOff();
  if (end !== hash.digest('hex')) throw damaged('its check sum is not that of its content');
}

/** Writes a part of a file into a database. @returns how many rows. @throws UsableFailure for rows that nobody wrote so. */
export async function takePart(database: Queryable, part: ContentPart): Promise<number> {
  try {
    if ('table' in part) {
      return await insertRows(database, { name: part.table, columns: part.columns }, part.rows);
    }
    await setSequences(database, part.sequences);
    return 0;
  } catch (error) {
    throw asFileFault(error, placeOf(part));
  }
}

/**
 * What to tell of an error while a file was written into a database: content that nobody wrote so is a fault of the file.
 * Classes 22, 23 and 42: data, constraints, names (PostgreSQL manual, Appendix A).
 */
export function asFileFault(error: unknown, place = 'what it has'): unknown {
  const { code = '' } = ((error as Error).cause ?? error) as { code?: unknown };
  if (typeof code !== 'string' || !/^(22|23|42)\w{3}$/.test(code)) return error;
  return damaged(`${place} cannot be written to the database (PostgreSQL's error ${code})`);
}

function placeOf(part: { readonly database: string; readonly table?: string }): string {
  const name = (text: string) => `"${String(text).slice(0, 63)}"`;
  return part.table === undefined
    ? `the sequences of ${name(part.database)}`
    : `the rows of the table ${name(part.table)} of ${name(part.database)}`;
}

/** The value of a line of JSON; undefined of another. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Told by the caller, who knows where it stands.
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkVersion({ version }: ContentFormat, head: Record<string, unknown>): void {
  if (head.version === version) return;
  throw new UsableFailure(
    `the file was written in version ${String(head.version).slice(0, 20)} of its format by release ${String(head.release).slice(0, 50)}; this release reads version ${version}`,
  );
}

const damaged = (how: string) => new UsableFailure(`the file is damaged: ${how}`);
