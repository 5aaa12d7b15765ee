import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { columnNames, fromColumns, storeFailure, toColumns } from './columns.ts';
import { parseCsvLines, toCsvLine } from './csv-line.ts';
import { withFileLock } from './file-lock.ts';
import type { StoredToken, StoreOptions, TokenRow, TokenStore } from './token-store.ts';

/** The columns of the vendor's file, which its readers find by their position; ours follow. */
const vendorColumns = [
  'id',
  'user_name',
  'client_id',
  'client_secret',
  'refresh_token',
  'access_token',
  'grant_token',
  'expiry_time',
  'redirect_url',
  'api_domain',
];
const ownColumns = columnNames.filter((name) => !vendorColumns.includes(name));
const header = [...vendorColumns, ...ownColumns];

interface Line {
  readonly id: string;
  readonly stored: StoredToken;
}

/** The file: our lines, and those that the vendor's SDK wrote, which stay as they are. */
interface Content {
  readonly lines: Line[];
  readonly foreign: readonly string[][];
}

/**
 * Keeps tokens in a file of comma-separated values, for any number of processes of one machine. The first ten columns are
 * those of the vendor's `FileStore`. Writes are made under a lock, into a new file that takes the old one's place; only the
 * owner may read it (mode 0600).
 *
 * @example
 * const store = new FileTokenStore('/var/lib/my-app/tokens.csv');
 */
export class FileTokenStore implements TokenStore {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async get(key: string, { signal }: StoreOptions = {}): Promise<StoredToken | undefined> {
    signal?.throwIfAborted();
    return (await this.#read()).lines.find(({ stored }) => stored.key === key)?.stored;
  }

  async list({ signal }: StoreOptions = {}): Promise<StoredToken[]> {
    signal?.throwIfAborted();
    return (await this.#read()).lines.map(({ stored }) => stored);
  }

  async compareAndSwap(
    key: string,
    version: string | null,
    row: TokenRow | null,
    { signal }: StoreOptions = {},
  ): Promise<{ version: string } | undefined> {
    signal?.throwIfAborted();
    try {
      return await withFileLock(`${this.#path}.lock`, () => this.#swap(key, version, row), signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw storeFailure('written', error);
    }
  }

  async close(): Promise<void> {}

  async #swap(key: string, version: string | null, row: TokenRow | null): Promise<{ version: string } | undefined> {
    const { lines, foreign } = await this.#read();
    const place = lines.findIndex(({ stored }) => stored.key === key);
    if ((lines[place]?.stored.version ?? null) !== version) return undefined;
    const written = randomUUID();
    if (row !== null) {
      const line = { id: lines[place]?.id ?? nextId(lines, foreign), stored: { key, version: written, row } };
      if (place < 0) lines.push(line);
      else lines[place] = line;
    } else if (place >= 0) lines.splice(place, 1);
    await this.#write({ lines, foreign });
    return { version: written };
  }

  async #read(): Promise<Content> {
    try {
      return readContent(await readFile(this.#path, 'utf8'));
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ENOENT') return { lines: [], foreign: [] };
      throw storeFailure('read', error);
    }
  }

  async #write({ lines, foreign }: Content): Promise<void> {
    const text = [header, ...lines.map(valuesOf), ...foreign].map((values) => `${toCsvLine(values)}\n`).join('');
    const fresh = `${this.#path}.${randomUUID()}`;
    try {
      const file = await open(fresh, 'wx', 0o600);
      await file
        .writeFile(text)
        .then(() => file.sync())
        .finally(() => file.close());
      await rename(fresh, this.#path);
    } finally {
      await rm(fresh, { force: true });
    }
  }
}

/** Numbers, so that the eleventh comes after the tenth. */
function nextId(lines: readonly Line[], foreign: readonly string[][]): string {
  const ids = [...lines.map(({ id }) => id), ...foreign.map(([id]) => id)];
  return String(Math.max(0, ...ids.map((id) => Number(id) || 0)) + 1);
}

function valuesOf({ id, stored }: Line): string[] {
  const columns: Readonly<Record<string, string>> = toColumns(stored);
  const { email, organizationId } = stored.row;
  const vendor: Readonly<Record<string, string>> = {
    id,
    user_name: email && organizationId ? `${email}:${organizationId}` : email,
    expiry_time: columns.expires_at_ms ?? '',
  };
  return header.map((name) => vendor[name] ?? columns[name] ?? '');
}

/** Columns are found by their names: a later version may have more. */
function readContent(text: string): Content {
  const [names = [], ...rows] = parseCsvLines(text);
  const content = { lines: [] as Line[], foreign: [] as string[][] };
  for (const values of rows) {
    const columns = Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
    if (columns.version) content.lines.push({ id: columns.id ?? '', stored: fromColumns(columns) });
    else if (values.some((value) => value !== '')) content.foreign.push(values);
  }
  return content;
}
