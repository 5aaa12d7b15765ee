import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { badInput } from '../../admin/failure.ts';

/*
 * The file of an exported snapshot is gzip of lines of JSON. First the head; then for each chunk of a table a line that
 * says what it is, and a line with its rows; the sequences of each database; at last the SHA-256 of all lines before.
 * Rows are never parsed here: their numbers may be larger than JavaScript's.
 */

const format = 'grantway-snapshot';
const fileVersion = 1;

/** What a file says first. */
export interface SnapshotHead {
  readonly format: typeof format;
  readonly version: number;
  /** That wrote it. */
  readonly release: string;
  readonly name: string;
  readonly saved_at_ms: number;
  readonly clock: { readonly offsetMs: number; readonly speed: number };
  /** Names of the databases' migrations, by label. */
  readonly migrations: Readonly<Record<string, readonly string[]>>;
  /** Keys that opened what is sealed in the databases, in hexadecimal digits. */
  readonly keys: Readonly<Record<'clientSecrets' | 'signing', string>>;
  readonly demo_accounts?: unknown;
}

/** Rows of one table, as a JSON list; or where the sequences of a database stand. */
export type SnapshotPart =
  | { readonly database: string; readonly table: string; readonly columns: readonly string[]; readonly rows: string }
  | {
      readonly database: string;
      readonly sequences: readonly { readonly name: string; readonly value: string; readonly called: boolean }[];
    };

export type NewHead = Omit<SnapshotHead, 'format' | 'version'>;

/** The file, as it is written. */
export function writeSnapshotFile(head: NewHead, parts: AsyncIterable<SnapshotPart>): Readable {
  async function* lines() {
    const hash = createHash('sha256');
    const line = (text: string) => {
      hash.update(text).update('\n');
      return `${text}\n`;
    };
    yield line(JSON.stringify({ format, version: fileVersion, ...head }));
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
 * @throws AdminFailure in one line that says what was expected.
 */
export async function readSnapshotFile(
  file: Readable,
  take: { head(head: SnapshotHead): Promise<void>; part(part: SnapshotPart): Promise<void> },
): Promise<void> {
  const unpacked = new PassThrough();
  const unpacking = pipeline(file, createGunzip(), unpacked);
  unpacking.catch((error: Error) => unpacked.destroy(error));
  const hash = createHash('sha256');
  let waiting: { database: string; table: string; columns: string[] } | undefined;
  let headed = false;
  let end: string | undefined;
  try {
    for await (const line of createInterface({ input: unpacked, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (end !== undefined) throw damaged('something after its end');
      if (waiting) {
        hash.update(line).update('\n');
        await take.part({ ...waiting, rows: line });
        waiting = undefined;
        continue;
      }
      const value = parse(line, headed);
      if (!headed) {
        await take.head(checkHead(value));
        headed = true;
      } else if (typeof value.sha256 === 'string') {
        end = value.sha256;
        continue;
      } else if (typeof value.table === 'string') waiting = value as unknown as NonNullable<typeof waiting>;
      else await take.part(value as SnapshotPart);
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

function parse(line: string, headed: boolean): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw headed ? damaged('other content than was written') : notOne();
}

function checkHead(value: Record<string, unknown>): SnapshotHead {
  if (value.format !== format) throw notOne();
  if (value.version !== fileVersion) {
    throw badInput(
      `the file was written in version ${String(value.version).slice(0, 20)} of its format by release ${String(value.release).slice(0, 50)}; this release reads version ${fileVersion}`,
    );
  }
  return value as unknown as SnapshotHead;
}

const notOne = () => badInput('expected a file that "lab snapshot export" wrote, got another');
const damaged = (came: string) => badInput(`the file is damaged: expected all that was written, got ${came}`);
