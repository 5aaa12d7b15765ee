import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { UsableFailure } from '../foundation/failure.ts';

/*
 * The content of databases as a file: gzip of lines of JSON. First the head; then for each chunk of a table a line that
 * says what it is, and a line with its rows; the sequences of each database; at last the SHA-256 of all lines before.
 * Rows are never parsed here: their numbers may be larger than JavaScript's.
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
 * Reads a file: its head once, then its parts. When it turns out to be damaged at its very end, all of them have been
 * given: whoever takes them has to be able to throw them away.
 * @throws UsableFailure in one line that says what was expected.
 */
export async function readContentFile<Head extends ContentHead>(
  format: ContentFormat,
  file: Readable,
  take: { head(head: Head): Promise<void>; part(part: ContentPart): Promise<void> },
): Promise<void> {
  const notOne = () => new UsableFailure(`expected a file that "${format.writtenBy}" wrote, got another`);
  const unpacked = new PassThrough();
  const unpacking = pipeline(file, createGunzip(), unpacked);
  unpacking.catch((error: Error) => unpacked.destroy(error));
  const lines = createInterface({ input: unpacked, crlfDelay: Number.POSITIVE_INFINITY });
  // Whoever takes the parts may give up, and close the file then: nobody reads the lines any more.
  lines.on('error', () => {});
  const hash = createHash('sha256');
  let waiting: { database: string; table: string; columns: string[] } | undefined;
  let headed = false;
  let end: string | undefined;
  try {
    for await (const line of lines) {
      if (end !== undefined) throw damaged('something after its end');
      if (waiting) {
        hash.update(line).update('\n');
        await take.part({ ...waiting, rows: line });
        waiting = undefined;
        continue;
      }
      const value = parse(line);
      if (!value) throw headed ? damaged('other content than was written') : notOne();
      if (!headed) {
        if (value.format !== format.name) throw notOne();
        checkVersion(format, value);
        await take.head(value as unknown as Head);
        headed = true;
      } else if (typeof value.sha256 === 'string') {
        end = value.sha256;
        continue;
      } else if (typeof value.table === 'string') waiting = value as unknown as NonNullable<typeof waiting>;
      else await take.part(value as unknown as ContentPart);
      hash.update(line).update('\n');
    }
    await unpacking;
  } catch (error) {
    const { code = '', message } = error as { code?: unknown; message: string };
    if (typeof code !== 'string') throw error;
    // What zlib says of a file that is no gzip at all.
    if (code === 'Z_BUF_ERROR') throw damaged('a part of it');
    if (code.startsWith('Z_')) throw message === 'incorrect header check' ? notOne() : damaged('other content');
    if (code === 'ERR_STREAM_PREMATURE_CLOSE') throw headed ? damaged('a part of it') : notOne();
    throw error;
  }
  if (end === undefined) throw headed ? damaged('a part of it') : notOne();
  if (end !== hash.digest('hex')) throw damaged('other content than was written');
}

/**
 * What to tell of an error while parts were written into a database: rows that nobody wrote so are a fault of the file.
 * Classes 22, 23 and 42: data, constraints, names (PostgreSQL manual, Appendix A).
 */
export function asFileFault(error: unknown): unknown {
  const { code = '', message } = ((error as Error).cause ?? error) as { code?: unknown; message: string };
  if (typeof code !== 'string' || !/^(22|23|42)\w{3}$/.test(code)) return error;
  return damaged(String(message.split('\n', 1)[0]).slice(0, 200));
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Told by the caller, who knows where it stands.
  }
  return undefined;
}

function checkVersion({ version }: ContentFormat, head: Record<string, unknown>): void {
  if (head.version === version) return;
  throw new UsableFailure(
    `the file was written in version ${String(head.version).slice(0, 20)} of its format by release ${String(head.release).slice(0, 50)}; this release reads version ${version}`,
  );
}

const damaged = (came: string) => new UsableFailure(`the file is damaged: expected all that was written, got ${came}`);
