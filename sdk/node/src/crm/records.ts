import { ApiError, type WriteResult } from '../../../common/errors.ts';
import { type CallOptions, type CrmCaller, part, single } from './call.ts';
import { type Page, pages } from './paging.ts';

/** A record as the API gives it: fields by their API names. */
export type CrmRecord = { readonly id?: string } & Readonly<Record<string, unknown>>;

/** Modules and the types of their records, as `grantway crm types` writes them. */
// biome-ignore lint/suspicious/noExplicitAny: any interface of records will do
export type ModuleTypes = Record<string, any>;
export type ModuleName<M> = (keyof M & string) | (string & {});
export type RecordOf<M, N> = N extends keyof M ? M[N] & { readonly id?: string } : CrmRecord;

export interface ListOptions extends CallOptions {
  /** API names; the API wants at least one. */
  readonly fields: readonly string[];
  readonly ids?: readonly string[] | undefined;
  readonly sortBy?: 'id' | 'Created_Time' | 'Modified_Time' | undefined;
  readonly sortOrder?: 'asc' | 'desc' | undefined;
  /** Custom view. */
  readonly cvid?: string | undefined;
  /** Records of a page, 200 at most. Default 200. */
  readonly perPage?: number | undefined;
  /** Only what was changed since. */
  readonly modifiedSince?: Date | undefined;
  /** Any other parameter, by its name on the wire. */
  readonly parameters?: Readonly<Record<string, string | boolean>> | undefined;
}

/** What to search by; one of the four. */
export interface SearchOptions extends Omit<ListOptions, 'fields' | 'ids' | 'sortBy' | 'sortOrder' | 'modifiedSince'> {
  readonly criteria?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly word?: string | undefined;
  readonly fields?: readonly string[] | undefined;
}

export interface WriteOptions extends CallOptions {
  /** Workflow triggers to run; `[]` for none. */
  readonly trigger?: readonly string[] | undefined;
}

export interface UpsertOptions extends WriteOptions {
  readonly duplicateCheckFields?: readonly string[] | undefined;
}

const recordsPerCall = 100;

/** Records of all modules. */
export class Records<M extends ModuleTypes = ModuleTypes> {
  readonly #caller: CrmCaller;

  constructor(caller: CrmCaller) {
    this.#caller = caller;
  }

  /**
   * All records of a module, page after page; the page token takes over where page numbers end (2,000 records).
   *
   * @example
   * for await (const lead of crm.records.list('Leads', { fields: ['Last_Name', 'Email'] })) console.log(lead.Last_Name);
   */
  async *list<N extends ModuleName<M>>(module: N, options: ListOptions): AsyncGenerator<RecordOf<M, N>> {
    for await (const page of this.pages(module, options)) yield* page.records;
  }

  /**
   * The same in pages.
   *
   * @example
   * for await (const { records, info } of crm.records.pages('Leads', { fields: ['Last_Name'] })) console.log(info.count);
   */
  pages<N extends ModuleName<M>>(module: N, options: ListOptions): AsyncGenerator<Page<RecordOf<M, N>>> {
    const {
      fields,
      ids,
      sortBy,
      sortOrder,
      cvid,
      perPage = 200,
      modifiedSince,
      parameters,
      headers,
      ...rest
    } = options;
    const since = modifiedSince && { 'if-modified-since': modifiedSince.toUTCString() };
    return pages<RecordOf<M, N>>(this.#caller, {
      ...rest,
      path: part(module),
      query: { fields, ids, sort_by: sortBy, sort_order: sortOrder, cvid, per_page: perPage, ...parameters },
      headers: { ...since, ...headers },
    });
  }

  /**
   * One record with all its fields, or null.
   *
   * @example
   * const lead = await crm.records.get('Leads', id);
   */
  async get<N extends ModuleName<M>>(
    module: N,
    id: string,
    { fields, ...rest }: CallOptions & { readonly fields?: readonly string[] } = {},
  ): Promise<RecordOf<M, N> | null> {
    const path = `${part(module)}/${part(id)}`;
    const answer = await this.#caller.json<{ data: RecordOf<M, N>[] }>({
      ...rest,
      method: 'GET',
      path,
      query: { fields },
    });
    return answer?.data[0] ?? null;
  }

  /**
   * Creates one record. Gives its result with the id.
   *
   * @example
   * const { details } = await crm.records.create('Leads', { Last_Name: 'Daly', Company: 'Acme' });
   * @throws ApiError when it is refused.
   */
  async create<N extends ModuleName<M>>(
    module: N,
    record: RecordOf<M, N>,
    options?: WriteOptions,
  ): Promise<WriteResult> {
    return single(await this.createAll(module, [record], options));
  }

  /**
   * Creates records, a hundred a call. Gives one result for each in the order of the input, whether good or refused.
   *
   * @example
   * const results = await crm.records.createAll('Leads', [{ Last_Name: 'Daly' }, { Last_Name: 'Boyle' }]);
   * @throws ApiError when a whole call is refused; `results` has those that were made before.
   */
  createAll<N extends ModuleName<M>>(
    module: N,
    records: readonly RecordOf<M, N>[],
    options?: WriteOptions,
  ): Promise<WriteResult[]> {
    return this.#writeAll('POST', part(module), records, options);
  }

  /**
   * Changes one record; fields that are left out stay.
   *
   * @example
   * await crm.records.update('Leads', { id, Company: 'Acme' });
   */
  async update<N extends ModuleName<M>>(
    module: N,
    record: Partial<RecordOf<M, N>> & { readonly id: string },
    options?: WriteOptions,
  ): Promise<WriteResult> {
    return single(await this.updateAll(module, [record], options));
  }

  /**
   * Changes records, a hundred a call, each by its id.
   *
   * @example
   * await crm.records.updateAll('Leads', ids.map((id) => ({ id, Company: 'Acme' })));
   */
  updateAll<N extends ModuleName<M>>(
    module: N,
    records: readonly (Partial<RecordOf<M, N>> & { readonly id: string })[],
    options?: WriteOptions,
  ): Promise<WriteResult[]> {
    return this.#writeAll('PUT', part(module), records, options);
  }

  /**
   * Creates records or changes those that are there already, a hundred a call.
   *
   * @example
   * await crm.records.upsertAll('Leads', leads, { duplicateCheckFields: ['Email'] });
   */
  upsertAll<N extends ModuleName<M>>(
    module: N,
    records: readonly RecordOf<M, N>[],
    { duplicateCheckFields, ...options }: UpsertOptions = {},
  ): Promise<WriteResult[]> {
    const more = duplicateCheckFields && { duplicate_check_fields: duplicateCheckFields };
    return this.#writeAll('POST', `${part(module)}/upsert`, records, options, more);
  }

  /**
   * Deletes records, a hundred a call.
   *
   * @example
   * await crm.records.delete('Leads', [id]);
   */
  async delete(module: ModuleName<M>, ids: readonly string[], options: CallOptions = {}): Promise<WriteResult[]> {
    const path = part(module);
    return inChunks(ids, (chunk) => this.#caller.write({ ...options, method: 'DELETE', path, query: { ids: chunk } }));
  }

  /**
   * Deleted records: `all`, in the recycle bin, or permanently deleted.
   *
   * @example
   * for await (const gone of crm.records.deleted('Leads')) console.log(gone.id, gone.deleted_time);
   */
  async *deleted(
    module: ModuleName<M>,
    { type = 'all', ...options }: CallOptions & { readonly type?: 'all' | 'recycle' | 'permanent' } = {},
  ): AsyncGenerator<CrmRecord> {
    const request = { ...options, path: `${part(module)}/deleted`, query: { type, per_page: 200 } };
    for await (const page of pages<CrmRecord>(this.#caller, request)) yield* page.records;
  }

  /**
   * How many records there are, or are found.
   *
   * @example
   * const count = await crm.records.count('Leads', { criteria: '(Company:equals:Acme)' });
   */
  async count(
    module: ModuleName<M>,
    { criteria, email, phone, word, cvid, ...options }: CallOptions & Partial<SearchOptions> = {},
  ): Promise<number> {
    const path = `${part(module)}/actions/count`;
    const query = { criteria, email, phone, word, cvid };
    const answer = await this.#caller.json<{ count: number | string }>({ ...options, method: 'GET', path, query });
    return Number(answer?.count ?? 0);
  }

  /**
   * Searches by criteria, e-mail address, phone number or word: 2,000 records at most, which is what the API gives.
   *
   * @example
   * for await (const lead of crm.records.search('Leads', { email: 'daly@example.com' })) console.log(lead.id);
   */
  async *search<N extends ModuleName<M>>(module: N, options: SearchOptions): AsyncGenerator<RecordOf<M, N>> {
    const { criteria, email, phone, word, fields, cvid, perPage = 200, parameters, ...rest } = options;
    const query = { criteria, email, phone, word, fields, cvid, per_page: perPage, ...parameters };
    const request = { ...rest, path: `${part(module)}/search`, query };
    for await (const page of pages<RecordOf<M, N>>(this.#caller, request)) yield* page.records;
  }

  #writeAll(
    method: 'POST' | 'PUT',
    path: string,
    records: readonly unknown[],
    { trigger, ...options }: WriteOptions = {},
    more: object = {},
  ): Promise<WriteResult[]> {
    return inChunks(records, (data) =>
      this.#caller.write({ ...options, method, path, json: { data, ...(trigger && { trigger }), ...more } }),
    );
  }
}

async function inChunks<T>(
  items: readonly T[],
  write: (chunk: readonly T[]) => Promise<WriteResult[]>,
): Promise<WriteResult[]> {
  const results: WriteResult[] = [];
  for (let start = 0; start < items.length; start += recordsPerCall) {
    try {
      results.push(...(await write(items.slice(start, start + recordsPerCall))));
    } catch (error) {
      if (!(error instanceof ApiError) || results.length === 0) throw error;
      const { code, status, details, mend, retryAfterSeconds } = error;
      const facts = { code, status, details, retryAfterSeconds, mend, results, cause: error };
      throw new ApiError(`${results.length} of ${items.length} records were written, then: ${code}`, facts);
    }
  }
  return results;
}
