import { setImmediate } from 'node:timers/promises';
import type { CrmCall } from '../../../kernel/call.ts';
import type { Module } from '../../../kernel/metadata/metadata.ts';
import { type BatchItem, newBatch } from '../../../records/rules/batch.ts';
import { chains, run } from '../../../records/rules/chain.ts';
import { itemsOf, type MappedColumn, mappedColumns, type NamedRecords } from './row-items.ts';
import type { WriteResource } from './write-request.ts';

/** Most rows of one transaction, and most characters in them. */
const chunkRows = 2_000;
const chunkLength = 4 * 1024 * 1024;
/** Rows that are prepared without a look at what else there is to do. */
const partRows = 200;

export type Item = Readonly<Record<string, unknown>>;

/** Rows that are written together, with what was made of them beforehand. */
export interface Chunk {
  readonly columns: readonly MappedColumn[];
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly items: readonly Item[];
  /** Where all rows become new records, as they are. */
  readonly prepared: readonly BatchItem[] | undefined;
}

/** What the rows of a file are made into. */
export interface ChunkTask {
  /** With the time of the moment. */
  readonly call: () => CrmCall;
  readonly module: Module;
  readonly resource: WriteResource;
  readonly named: NamedRecords;
  /** Rows that were written before. */
  readonly done: number;
  /** Told of each of them. */
  readonly passed: (row: readonly string[]) => void;
  /** All rows become new records, as they are. */
  readonly creating: boolean;
}

/** The rows of a file behind those that are done, in chunks, ready to be written. */
export async function* chunksOf(
  task: ChunkTask,
  file: AsyncIterable<readonly (readonly string[])[]>,
): AsyncGenerator<Chunk> {
  const { module, resource, named, done } = task;
  let head: Pick<Chunk, 'columns' | 'header'> | undefined;
  let rows: (readonly string[])[] = [];
  let length = 0;
  let number = 0;
  const make = async (): Promise<Chunk> => {
    const call = task.call();
    const { columns, header } = head as NonNullable<typeof head>;
    const items = await itemsOf(call, columns, rows, resource, named);
    const prepared = task.creating ? await prepareInParts(call, module, items) : undefined;
    return { columns, header, rows, items, prepared };
  };
  for await (const list of file) {
    for (const row of list) {
      if (!head) {
        head = { columns: mappedColumns(task.call().space, module, resource.mappings, row), header: row };
        continue;
      }
      if (number++ < done) {
        task.passed(row);
        continue;
      }
      rows.push(row);
      for (const cell of row) length += cell.length;
      if (rows.length < chunkRows && length < chunkLength) continue;
      yield await make();
      rows = [];
      length = 0;
    }
  }
  if (rows.length > 0) yield await make();
}

/**
 * Whether rows may name records that rows before them make: then these must be written first, and nothing is read ahead.
 */
export function namesOwnRecords(module: Module, { mappings }: WriteResource): boolean {
  return (mappings ?? []).some(({ api_name, find_by, module: named }) => {
    const target = named ?? module.field.get(api_name)?.lookupModules[0];
    return find_by !== null && target === module.apiName;
  });
}

async function prepareInParts(call: CrmCall, module: Module, rows: readonly Item[]): Promise<BatchItem[]> {
  const all: BatchItem[] = [];
  for (let begin = 0; begin < rows.length; begin += partRows) {
    const part = rows.slice(begin, begin + partRows).map((raw, place): BatchItem => {
      return { index: begin + place, raw, jsonPath: `$.data[${place}]` };
    });
    await run(chains.prepare, newBatch(call, module, 'insert', part));
    all.push(...part);
    // The chunk before this one is being written: its next statement must not wait for all of this.
    await setImmediate();
  }
  return all;
}
