import type { WriteResult } from '../../../common/errors.ts';
import { type CallOptions, type CrmCaller, part } from './call.ts';
import { pages } from './paging.ts';
import type { CrmRecord, ListOptions } from './records.ts';

/** One related list of one record: `crm.related('Leads', id, 'Notes')`. */
export class RelatedList {
  readonly #caller: CrmCaller;
  readonly #path: string;

  constructor(caller: CrmCaller, module: string, id: string, list: string) {
    this.#caller = caller;
    this.#path = `${part(module)}/${part(id)}/${part(list)}`;
  }

  /**
   * The related records.
   *
   * @example
   * for await (const note of crm.related('Leads', id, 'Notes').list({ fields: ['Note_Title'] })) console.log(note);
   */
  async *list({ fields, ids, sortBy, sortOrder, perPage = 200, ...options }: ListOptions): AsyncGenerator<CrmRecord> {
    const query = { fields, ids, sort_by: sortBy, sort_order: sortOrder, per_page: perPage };
    for await (const page of pages<CrmRecord>(this.#caller, { ...options, path: this.#path, query })) {
      yield* page.records;
    }
  }

  /**
   * Creates records in the list, such as notes.
   *
   * @example
   * await crm.related('Leads', id, 'Notes').create([{ Note_Title: 'Call', Note_Content: 'Tomorrow' }]);
   */
  create(data: readonly CrmRecord[], options: CallOptions = {}): Promise<WriteResult[]> {
    return this.#caller.write({ ...options, method: 'POST', path: this.#path, json: { data } });
  }

  /**
   * Links records that are there, or changes the link.
   *
   * @example
   * await crm.related('Leads', id, 'Products').link([{ id: product }]);
   */
  link(data: readonly CrmRecord[], options: CallOptions = {}): Promise<WriteResult[]> {
    return this.#caller.write({ ...options, method: 'PUT', path: this.#path, json: { data } });
  }

  /**
   * Takes links away; the records stay.
   *
   * @example
   * await crm.related('Leads', id, 'Products').unlink([product]);
   */
  unlink(ids: readonly string[], options: CallOptions = {}): Promise<WriteResult[]> {
    return this.#caller.write({ ...options, method: 'DELETE', path: this.#path, query: { ids } });
  }
}
