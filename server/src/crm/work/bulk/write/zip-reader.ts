import { Readable } from 'node:stream';
import { type Entry, fromRandomAccessReader, RandomAccessReader, type ZipFile } from 'yauzl';
import type { Database } from '../../../../database/database.ts';

/** Most entries of an upload, and most bytes of one of its files: 25,000 rows of 10 kB. */
const maxEntries = 20;
const maxUnpackedBytes = 256 * 1024 * 1024;

/** The zip file is none, or breaks a limit. */
export class ZipFault extends Error {}

interface Piece {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/** Reads a zip file where it is, piece by piece; nothing is ever unpacked to a disk, or held as a whole. */
class StoredFileReader extends RandomAccessReader {
  readonly #database: Database;
  readonly #dataSpace: number;
  readonly #fileId: string;
  readonly #pieces: readonly Piece[];

  constructor(database: Database, dataSpace: number, fileId: string, pieces: readonly Piece[]) {
    super();
    this.#database = database;
    this.#dataSpace = dataSpace;
    this.#fileId = fileId;
    this.#pieces = pieces;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#range(start, end), { objectMode: false });
  }

  async *#range(start: number, end: number): AsyncGenerator<Buffer> {
    for (const piece of this.#pieces) {
      if (piece.end <= start || piece.start >= end) continue;
      const [row] = await this.#database.query<{ bytes: Buffer }>({
        text: 'SELECT bytes FROM crm_file_piece WHERE data_space = $1 AND file_id = $2 AND number = $3',
        values: [this.#dataSpace, this.#fileId, piece.number],
      });
      if (!row) throw new ZipFault('the file has gone');
      yield row.bytes.subarray(Math.max(start - piece.start, 0), Math.min(end, piece.end) - piece.start);
    }
  }
}

async function openZip(database: Database, dataSpace: number, fileId: string): Promise<ZipFile> {
  const rows = await database.query<{ number: number; size: number }>({
    text: `SELECT number, octet_length(bytes) AS size FROM crm_file_piece
           WHERE data_space = $1 AND file_id = $2 ORDER BY number`,
    values: [dataSpace, fileId],
  });
  let end = 0;
  const pieces = rows.map(({ number, size }): Piece => {
    end += size;
    return { number, start: end - size, end };
  });
  const reader = new StoredFileReader(database, dataSpace, fileId, pieces);
  return new Promise((resolve, reject) => {
    fromRandomAccessReader(reader, end, { lazyEntries: true, autoClose: false, strictFileNames: true }, (error, zip) =>
      error ? reject(new ZipFault(error.message)) : resolve(zip),
    );
  });
}

/**
 * The CSV files of an upload. Sizes are those that the zip file states; what it holds is counted again when it is read.
 * @throws ZipFault when it is no zip file, too full, or holds files with paths.
 */
export async function listCsvFiles(database: Database, dataSpace: number, fileId: string): Promise<string[]> {
  const zip = await openZip(database, dataSpace, fileId);
  try {
    const names = (await entriesOf(zip)).map((entry) => {
      if (/[/\\]/.test(entry.fileName)) throw new ZipFault('a file in the zip file has a path');
      if (entry.isEncrypted()) throw new ZipFault('a file in the zip file is encrypted');
      if (entry.uncompressedSize > maxUnpackedBytes) throw new ZipFault('a file in the zip file is too large');
      return entry.fileName;
    });
    const csv = names.filter((name) => name.toLowerCase().endsWith('.csv') && name.length <= 255);
    if (csv.length === 0) throw new ZipFault('the zip file holds no CSV file');
    return csv;
  } finally {
    zip.close();
  }
}

function entriesOf(zip: ZipFile): Promise<Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: Entry[] = [];
    zip.on('entry', (entry: Entry) => {
      entries.push(entry);
      if (entries.length > maxEntries) reject(new ZipFault('the zip file holds too many files'));
      else zip.readEntry();
    });
    zip.on('end', () => resolve(entries));
    zip.on('error', (error: Error) => reject(new ZipFault(error.message)));
    zip.readEntry();
  });
}

/** The bytes of one CSV file, as fast as they are taken. @throws ZipFault */
export async function* csvBytes(
  database: Database,
  dataSpace: number,
  fileId: string,
  name: string,
): AsyncGenerator<Buffer> {
  const zip = await openZip(database, dataSpace, fileId);
  try {
    const entry = (await entriesOf(zip)).find(({ fileName }) => fileName === name);
    if (!entry) throw new ZipFault('the file has gone');
    const stream = await new Promise<Readable>((resolve, reject) => {
      zip.openReadStream(entry, (error, opened) => (error ? reject(new ZipFault(error.message)) : resolve(opened)));
    });
    let bytes = 0;
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > maxUnpackedBytes) throw new ZipFault('the CSV file is too large');
        yield chunk;
      }
    } catch (error) {
      throw isDatabaseError(error) ? error : new ZipFault((error as Error).message);
    }
  } finally {
    zip.close();
  }
}

/** What PostgreSQL or the network says passes, and is tried again; what zlib says does not. */
function isDatabaseError(error: unknown): boolean {
  const { code = '' } = error as { code?: string };
  return /^([0-9A-Z]{5}|E[A-Z]+)$/.test(code) && !code.startsWith('Z_');
}
