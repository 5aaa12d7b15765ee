import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A saved state of the whole platform. */
export interface Snapshot {
  readonly name: string;
  /** Milliseconds since 1970, by the machine's clock. */
  readonly savedAtMs: number;
  readonly clock: { readonly offsetMs: number; readonly speed: number };
  /** The copy of each database, by its label. */
  readonly databases: Readonly<Record<string, string>>;
  /** Tells whether the secret key is still the one that its data was sealed with. */
  readonly keyMark: string;
  /** Accounts of the demo with their passwords, as `grantway demo` tells them. */
  readonly demoAccounts?: unknown;
}

/** What snapshots there are: a file in the data directory. The states themselves are databases. */
export class SnapshotRegistry {
  readonly #file: string;
  #snapshots: readonly Snapshot[];

  constructor(dataDirectory: string) {
    const folder = join(dataDirectory, 'lab');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#file = join(folder, 'snapshots.json');
    this.#snapshots = read(this.#file);
  }

  list(): readonly Snapshot[] {
    return this.#snapshots;
  }

  find(name: string): Snapshot | undefined {
    return this.#snapshots.find((snapshot) => snapshot.name === name);
  }

  put(snapshot: Snapshot): void {
    this.#write([...this.#snapshots.filter(({ name }) => name !== snapshot.name), snapshot]);
  }

  remove(name: string): void {
    this.#write(this.#snapshots.filter((snapshot) => snapshot.name !== name));
  }

  #write(snapshots: readonly Snapshot[]): void {
    writeFileSync(`${this.#file}.new`, `${JSON.stringify(snapshots, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
    this.#snapshots = snapshots;
  }
}

function read(file: string): readonly Snapshot[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Snapshot[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
