import { CrmClient, type CrmRecord, type Session, type WriteResult } from '@grantway/node';
import { type Product, type ProductField, productFields } from './product.ts';

const module = 'Products';
/** A field of the sync's own, unique in the CRM: with it a product is written twice or ten times, and is there once. */
const skuField = 'Legacy_SKU';
const apiNames = {
  name: 'Product_Name',
  priceCents: 'Unit_Price',
  stock: 'Qty_in_Stock',
  active: 'Product_Active',
  description: 'Description',
} as const satisfies Record<ProductField, string>;
const fields = [skuField, 'Product_Code', ...Object.values(apiNames), 'Modified_Time'];
/** From this many new products on, a bulk job takes the place of calls. */
const bulkFrom = 100;
const recordsPerCall = 100;

/** A product as the CRM has it. */
export interface CrmProduct {
  readonly id: string;
  /** Null for a product that was made in the CRM and has none yet. */
  readonly sku: string | null;
  readonly code: string;
  readonly product: Product;
  readonly modifiedMs: number;
}

/** What became of a write. */
export interface Written {
  readonly sku: string;
  readonly id: string | undefined;
  /** Why it was refused. */
  readonly failure: string | undefined;
}

export interface CrmWrite {
  readonly sku: string;
  /** Undefined for a product that is to be created. */
  readonly id: string | undefined;
  /** Undefined to delete it. */
  readonly product: Product | undefined;
  /** What the CRM has now: only what differs is sent. */
  readonly before: Product | undefined;
}

export type Log = (text: string) => void;

/** `Products` of the CRM. */
export class Products {
  readonly crm: CrmClient;
  readonly #log: Log;

  constructor(session: Session, log: Log) {
    this.crm = new CrmClient(session);
    this.#log = log;
  }

  /** Makes the unique field where it is missing. */
  async prepare(): Promise<void> {
    const known = await this.crm.metadata.fields(module);
    if (known.some(({ api_name }) => api_name === skuField)) return;
    const field = { field_label: 'Legacy SKU', data_type: 'text', length: 50, unique: { case_sensitive: true } };
    const path = 'settings/fields';
    await this.crm.request({ method: 'POST', path, query: { module }, json: { fields: [field] } });
    this.crm.metadata.forget();
    this.#log(`made the field ${skuField}`);
  }

  /** All products, by a bulk job. */
  async *all(): AsyncGenerator<CrmProduct> {
    const onState = (state: string, job: string) => this.#log(`bulk read ${job}: ${state}`);
    for await (const row of this.crm.bulkRead(module, { fields, pollMs: 2000, onState })) {
      yield toProduct({ ...row, id: row.Id ?? row.id ?? '' });
    }
  }

  /** What was changed or made after the time. */
  async *changedSince(time: Date): AsyncGenerator<CrmProduct> {
    const options = { fields, modifiedSince: time, sortBy: 'Modified_Time', sortOrder: 'asc' } as const;
    for await (const record of this.crm.records.list(module, options)) yield toProduct(record);
  }

  /** Ids of what was deleted after the time, with the moments. */
  async *deletedSince(time: Date): AsyncGenerator<{ readonly id: string; readonly deletedMs: number }> {
    const headers = { 'if-modified-since': time.toUTCString() };
    for await (const { id, deleted_time } of this.crm.records.deleted(module, { headers })) {
      yield { id: String(id), deletedMs: Date.parse(String(deleted_time)) };
    }
  }

  /** These products, as far as they are there. */
  async *byId(ids: readonly string[]): AsyncGenerator<CrmProduct> {
    for (const some of chunks(ids)) {
      for await (const record of this.crm.records.list(module, { fields, ids: some })) yield toProduct(record);
    }
  }

  /** Writes, and tells what became of each write; a write that is done twice is there once. */
  async *write(writes: readonly CrmWrite[]): AsyncGenerator<readonly Written[]> {
    const created = writes.filter(({ id, product }) => id === undefined && product);
    const updated = writes.filter(({ id, product }) => id !== undefined && product);
    const deleted = writes.filter(({ id, product }) => id !== undefined && !product);
    if (created.length >= bulkFrom) yield* this.#bulk(created);
    else {
      for (const some of chunks(created)) {
        const records = some.map((write) => toRecord(write));
        const options = { duplicateCheckFields: [skuField] };
        yield written(some, await this.crm.records.upsertAll(module, records, options));
      }
    }
    for (const some of chunks(updated)) {
      const records = some.map((write) => ({ ...toRecord(write), id: String(write.id) }));
      yield written(some, await this.crm.records.updateAll(module, records));
    }
    for (const some of chunks(deleted)) {
      const ids = some.map(({ id }) => String(id));
      const results = written(some, await this.crm.records.delete(module, ids));
      // What is gone already is what was wanted.
      yield results.map(({ failure, ...rest }) => ({
        ...rest,
        failure: failure?.startsWith('INVALID_DATA') ? undefined : failure,
      }));
    }
  }

  async *#bulk(writes: readonly CrmWrite[]): AsyncGenerator<readonly Written[]> {
    const onState = (state: string, job: string) => this.#log(`bulk write ${job}: ${state}`);
    const rows = writes.map((write) => toRecord(write));
    const options = { operation: 'upsert', findBy: skuField, pollMs: 2000, onState } as const;
    let some: Written[] = [];
    for await (const { status, id, errors, row } of this.crm.bulkWrite(module, rows, options)) {
      const good = status === 'ADDED' || status === 'UPDATED';
      some.push({ sku: row[skuField] ?? '', id: good ? id : undefined, failure: good ? undefined : errors || status });
      if (some.length === recordsPerCall) {
        yield some;
        some = [];
      }
    }
    if (some.length > 0) yield some;
  }
}

function toProduct(record: CrmRecord): CrmProduct {
  const text = (name: string) => String(record[name] ?? '');
  return {
    id: text('id'),
    sku: text(skuField) || null,
    code: text('Product_Code'),
    product: {
      name: text(apiNames.name),
      priceCents: Math.round(Number(record[apiNames.priceCents] ?? 0) * 100),
      stock: Number(record[apiNames.stock] ?? 0),
      // A bulk read gives texts.
      active: text(apiNames.active) === 'true',
      description: text(apiNames.description),
    },
    modifiedMs: Date.parse(text('Modified_Time')),
  };
}

/** The fields that differ; all of them for a new product. The SKU stands first, because results of bulk jobs show that column. */
function toRecord({ sku, product, before }: CrmWrite): Record<string, unknown> {
  const record: Record<string, unknown> = { [skuField]: sku };
  for (const field of productFields) {
    if (!product || (before && before[field] === product[field])) continue;
    if (field === 'priceCents') record[apiNames.priceCents] = product.priceCents / 100;
    else record[apiNames[field]] = product[field] === '' ? null : product[field];
  }
  return record;
}

function written(writes: readonly CrmWrite[], results: readonly WriteResult[]): Written[] {
  return writes.map(({ sku, id }, index) => {
    const { status, code, message, details } = results[index] as WriteResult;
    const about = [details.api_name, details.json_path].find((each) => each !== undefined);
    const failure = status === 'success' ? undefined : `${code}: ${message}${about ? ` (${String(about)})` : ''}`;
    return { sku, id: id ?? details.id, failure };
  });
}

function chunks<T>(items: readonly T[]): T[][] {
  const count = Math.ceil(items.length / recordsPerCall);
  return Array.from({ length: count }, (_, index) => items.slice(index * recordsPerCall, (index + 1) * recordsPerCall));
}
