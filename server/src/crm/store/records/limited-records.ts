import type { CrmCall } from '../../kernel/call.ts';
import type { RecordKey, StoredRecord } from '../../kernel/record/record.ts';
import type { Records } from '../../kernel/record/writes.ts';
import type { CrmStore } from '../../kernel/store.ts';
import { visibleOwners } from './visibility.ts';

/** The records of some owners only: those of others are not there, whatever a call does with them. */
class LimitedRecords implements Records {
  readonly #all: Records;
  readonly #owners: ReadonlySet<string>;
  readonly targets: Records['targets'];
  readonly insert: Records['insert'];
  readonly update: Records['update'];

  constructor(all: Records, owners: readonly string[]) {
    this.#all = all;
    this.#owners = new Set(owners);
    // Names of what look-ups point to are told to everybody; what is written was read before.
    this.targets = (...given) => all.targets(...given);
    this.insert = (...given) => all.insert(...given);
    this.update = (...given) => all.update(...given);
  }

  async read(key: RecordKey): Promise<StoredRecord | undefined> {
    const record = await this.#all.read(key);
    return record && this.#owners.has(record.ownerId) ? record : undefined;
  }

  async readMany(dataSpace: number, module: number, ids: readonly string[]): Promise<Map<string, StoredRecord>> {
    const records = await this.#all.readMany(dataSpace, module, ids);
    return new Map([...records].filter(([, { ownerId }]) => this.#owners.has(ownerId)));
  }

  async delete(...[dataSpace, module, ids, ...others]: Parameters<Records['delete']>): ReturnType<Records['delete']> {
    const visible = await this.readMany(dataSpace, module, ids);
    return this.#all.delete(dataSpace, module, [...visible.keys()], ...others);
  }
}

/** The store as a user sees it: without the records that the user may not see. */
export function storeFor(store: CrmStore, viewer: Pick<CrmCall, 'space' | 'user'>): CrmStore {
  const owners = visibleOwners({ ...viewer, store });
  return owners ? { ...store, records: new LimitedRecords(store.records, owners) } : store;
}
