import type { Queryable } from '../../../../database/database.ts';
import { JobFailure } from '../../../jobs/job.ts';
import type { CrmCall } from '../../../kernel/call.ts';
import { type ErrorBody, errorBody } from '../../../kernel/errors.ts';
import type { Module } from '../../../kernel/metadata/metadata.ts';
import { failuresOf } from '../../../records/rules/read-item.ts';
import { parentField } from './read-mappings.ts';
import { itemsOf, type MappedColumn } from './row-items.ts';
import type { WriteResource } from './write-request.ts';
import { type RowOutcome, skipped } from './write-rows.ts';

/** Most text of one file of rows: it is held in memory while the records are written that the rows belong to. */
const maxCharacters = 64 * 1024 * 1024;

/** A row of a subform, before its record is written. */
export interface ChildRow {
  readonly cells: readonly string[];
  readonly item: Readonly<Record<string, unknown>>;
  /** Why it cannot be written, whatever becomes of its record. */
  readonly failures: readonly ErrorBody[];
}

/**
 * The rows of a subform that a bulk write brings in a file of their own (crm-api 9.2), by the cell that says which record
 * of the file before they belong to. They are written with that record, as rows of its subform.
 */
export class ChildRows {
  /** Place of their resource in the request. */
  readonly resource: number;
  readonly columns: readonly MappedColumn[];
  /** The subform in the module of the records. */
  readonly #field: string;
  /** The column that holds the same text in the file of the records. */
  readonly #parentColumn: number;
  readonly #byText = new Map<string, ChildRow[]>();

  private constructor(resource: number, columns: readonly MappedColumn[], field: string, parentColumn: number) {
    this.resource = resource;
    this.columns = columns;
    this.#field = field;
    this.#parentColumn = parentColumn;
  }

  /** Reads the rows of a file, without its header. @throws JobFailure LIMIT_EXCEEDED */
  static async read(
    call: CrmCall,
    module: Module,
    place: number,
    resource: WriteResource,
    columns: readonly MappedColumn[],
    chunks: AsyncIterable<readonly (readonly string[])[]>,
  ): Promise<ChildRows> {
    const link = resource.mappings?.find(({ api_name }) => api_name === parentField);
    const own = columns.filter(({ mapping }) => mapping !== link);
    const rows = new ChildRows(place, own, module.parentField ?? '', link?.parent_column_index ?? 0);
    const task = { metadata: call.space.metadata, module, dataSpace: call.space.dataSpace, jsonPath: '$' };
    let characters = 0;
    for await (const chunk of chunks) {
      const items = await itemsOf(call, own, chunk, resource);
      for (const [index, cells] of chunk.entries()) {
        characters += cells.reduce((sum, cell) => sum + cell.length, 0);
        if (characters > maxCharacters) throw new JobFailure('LIMIT_EXCEEDED', 'a file of rows is too large');
        const item = items[index] as ChildRow['item'];
        const failures = failuresOf(item, { ...task, creating: item.id === undefined });
        const text = (cells[link?.index ?? 0] ?? '').trim();
        const known = rows.#byText.get(text);
        if (known) known.push({ cells, item, failures });
        else rows.#byText.set(text, [{ cells, item, failures }]);
      }
    }
    return rows;
  }

  /** The rows of the record that a row of the other file is; nobody else gets them afterwards. */
  take(parent: readonly string[]): readonly ChildRow[] {
    const text = (parent[this.#parentColumn] ?? '').trim();
    const rows = text === '' ? undefined : this.#byText.get(text);
    this.#byText.delete(text);
    return rows ?? [];
  }

  /** The rows that nobody took. */
  takeRest(): readonly ChildRow[] {
    const rest = [...this.#byText.values()].flat();
    this.#byText.clear();
    return rest;
  }

  /** An item with its rows. */
  attach(item: Readonly<Record<string, unknown>>, rows: readonly ChildRow[]): Readonly<Record<string, unknown>> {
    const sound = rows.filter(isSound);
    return sound.length === 0 ? item : { ...item, [this.#field]: sound.map((row) => row.item) };
  }

  /** What became of the rows of records, in the order of their files, once it is clear what became of these. */
  async outcomes(
    transaction: Queryable,
    { space }: CrmCall,
    module: Module,
    rows: readonly (readonly ChildRow[])[],
    parents: readonly RowOutcome[],
  ): Promise<RowOutcome[]> {
    const written = parents.flatMap(({ id }, index) => (id !== null && rows[index]?.some(isSound) ? [id] : []));
    const key = module.field.get(this.#field)?.key ?? this.#field;
    const found = await transaction.query<{ record_id: string; ids: string[] | null }>({
      text: `SELECT record_id, ARRAY(SELECT row ->> 'id' FROM jsonb_array_elements(data -> $4) AS row) AS ids
             FROM crm_record WHERE data_space = $1 AND module = $2 AND record_id = ANY ($3::bigint[])`,
      values: [space.dataSpace, module.number, written, key],
    });
    const idsOf = new Map(found.map((row) => [row.record_id, row.ids ?? []]));
    return rows.flatMap((own, index) => {
      const parent = parents[index] as RowOutcome;
      const sound = own.filter(isSound);
      // New rows stand behind those that were there.
      const ids = parent.id === null ? [] : (idsOf.get(parent.id) ?? []).slice(-sound.length);
      return own.map((row): RowOutcome => {
        if (!isSound(row)) return skipped(...row.failures);
        const place = sound.indexOf(row);
        if (parent.id !== null) {
          const id = typeof row.item.id === 'string' ? row.item.id : (ids[place] ?? null);
          return { status: row.item.id === undefined ? 'ADDED' : 'UPDATED', id, failures: [] };
        }
        const fault = parent.failures.find(({ details }) => this.#isAt(details.json_path, place));
        return fault ? skipped(fault) : { status: 'UNPROCESSED', id: null, failures: [] };
      });
    });
  }

  #isAt(jsonPath: unknown, place: number): boolean {
    return typeof jsonPath === 'string' && jsonPath.includes(`.${this.#field}[${place}]`);
  }
}

/** What becomes of rows that belong to no record. */
export function orphanOutcome(): RowOutcome {
  return skipped(errorBody('RESOURCE_NOT_FOUND', { api_name: parentField }));
}

function isSound({ failures }: ChildRow): boolean {
  return failures.length === 0;
}
