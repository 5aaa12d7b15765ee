import type { CrmCall } from '../../kernel/call.ts';
import type { RecordKey, StoredRecord } from '../../kernel/record/record.ts';
import type { Records } from '../../kernel/record/writes.ts';
import type { CrmStore } from '../../kernel/store.ts';
import { matches } from '../../language/query/matches.ts';
import { sharesOf } from './record-shares.ts';
import { type Access, accessTo, isLimited } from './visibility.ts';

/** How far a user gets with a record. */
type Reach = 'none' | 'read' | 'write';

/**
 * The records that a user sees: others are not there, whatever a call does with them. Those that the user may only read
 * say so, and nothing writes them (`records/rules/check-access.ts`).
 */
class LimitedRecords implements Records {
  readonly #all: Records;
  readonly #store: CrmStore;
  readonly #viewer: Pick<CrmCall, 'space' | 'user' | 'store'>;
  readonly transaction: Records['transaction'];
  readonly targets: Records['targets'];
  readonly insert: Records['insert'];
  readonly update: Records['update'];

  constructor(store: CrmStore, viewer: Pick<CrmCall, 'space' | 'user'>) {
    const all = store.records;
    this.#all = all;
    this.#store = store;
    this.#viewer = { ...viewer, store };
    this.transaction = all.transaction;
    // Names of what look-ups point to are told to everybody; what is written was read before.
    this.targets = (...given) => all.targets(...given);
    this.insert = (...given) => all.insert(...given);
    this.update = (...given) => all.update(...given);
  }

  async read(key: RecordKey): Promise<StoredRecord | undefined> {
    const record = await this.#all.read(key);
    return record && (await this.#seen(key.module, [record])).get(record.id);
  }

  async readMany(dataSpace: number, module: number, ids: readonly string[]): Promise<Map<string, StoredRecord>> {
    const records = await this.#all.readMany(dataSpace, module, ids);
    return this.#seen(module, [...records.values()]);
  }

  async delete(...[dataSpace, module, ids, ...others]: Parameters<Records['delete']>): ReturnType<Records['delete']> {
    const seen = await this.readMany(dataSpace, module, ids);
    const own = [...seen.values()].filter(({ readOnly }) => !readOnly).map(({ id }) => id);
    return this.#all.delete(dataSpace, module, own, ...others);
  }

  async #seen(number: number, records: readonly StoredRecord[]): Promise<Map<string, StoredRecord>> {
    const module = this.#viewer.space.metadata.byNumber(number);
    const access = module ? accessTo(this.#viewer, module) : {};
    const reaches = new Map(records.map((record) => [record.id, reachOf(access, record)]));
    // What owners and criteria do not decide may have been shared by itself.
    const open = records.filter(({ id }) => reaches.get(id) !== 'write').map(({ id }) => id);
    const { space, user } = this.#viewer;
    const shares = open.length === 0 ? [] : await sharesOf(this.#store.database, space.dataSpace, open, user.id);
    for (const { record_id: id, permission } of shares) {
      if (permission !== 'read_only') reaches.set(id, 'write');
      else if (reaches.get(id) === 'none') reaches.set(id, 'read');
    }
    return new Map(
      records
        .filter(({ id }) => reaches.get(id) !== 'none')
        .map((record) => [record.id, reaches.get(record.id) === 'read' ? { ...record, readOnly: true } : record]),
    );
  }
}

function reachOf({ visible, editable }: Access, record: StoredRecord): Reach {
  if (!editable || matches(editable, record)) return 'write';
  return !visible || matches(visible, record) ? 'read' : 'none';
}

/** The store as a user sees it: without the records that the user may not see. */
export function storeFor(store: CrmStore, viewer: Pick<CrmCall, 'space' | 'user'>): CrmStore {
  return isLimited({ ...viewer, store }) ? { ...store, records: new LimitedRecords(store, viewer) } : store;
}
