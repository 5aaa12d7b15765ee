import type { Queryable } from '../../../../database/database.ts';
import { CsvFault } from '../../../../foundation/csv.ts';
import { csvStyleOf } from '../../../jobs/csv-style.ts';
import { JobFailure } from '../../../jobs/job.ts';
import type { RunningJob } from '../../../jobs/running-job.ts';
import type { CrmCall } from '../../../kernel/call.ts';
import { Refusal } from '../../../kernel/errors.ts';
import type { Module } from '../../../kernel/metadata/metadata.ts';
import { mayUse } from '../../../records/record-module.ts';
import { readModule } from '../bulk-body.ts';
import { ChildRows, orphanOutcome } from './child-rows.ts';
import { type Chunk, type ChunkTask, chunksOf, namesOwnRecords } from './chunks.ts';
import { csvRowLists } from './csv-rows.ts';
import { overlapping } from './overlapping.ts';
import { readAhead } from './read-ahead.ts';
import { checkMandatory, maxColumns } from './read-mappings.ts';
import { headLine, notedLines, resultLines } from './result-lines.ts';
import { type MappedColumn, mappedColumns, type NamedRecords } from './row-items.ts';
import type { ResourceProgress, WriteRequest, WriteResource } from './write-request.ts';
import { keyOf, type RowOutcome, writeRows } from './write-rows.ts';
import { idsByColumn } from './written-ids.ts';
import { csvBytes, ZipFault } from './zip-reader.ts';

/** Rows of one file (crm-api 9.2). */
const maxRows = 25_000;

/** Writes the rows of one resource, with the rows of subforms that belong to its records. */
export class ResourceWrite {
  /** Rows of subforms that belong to the records of this resource. */
  #children: readonly ChildRows[] = [];
  /** Records of resources before, by field and by the text that names them. */
  #named: NamedRecords = new Map();
  readonly #call: CrmCall;
  readonly #running: RunningJob;
  readonly #request: WriteRequest;
  readonly #index: number;
  /** Of all resources; this one's entry is replaced as it goes on. */
  readonly #progress: ResourceProgress[];

  constructor(call: CrmCall, running: RunningJob, request: WriteRequest, index: number, progress: ResourceProgress[]) {
    this.#call = call;
    this.#running = running;
    this.#request = request;
    this.#index = index;
    this.#progress = progress;
  }

  get #own(): ResourceProgress {
    return this.#progress[this.#index] as ResourceProgress;
  }

  async run(resource: WriteResource): Promise<void> {
    if (this.#own.state !== 'added' && this.#own.state !== 'running') return;
    const { database } = this.#call.store;
    // Rows of a subform are written with their records; when these are not, they are not either.
    if (typeof resource.parent === 'number') {
      this.#progress[this.#index] = { ...this.#own, state: 'skipped' };
      return this.#save(database, this.#progress);
    }
    try {
      const module = readModule(this.#call, resource.module, '$.resource');
      if (this.#request.operation !== 'update') mayUse(this.#call, module, 'Create');
      if (this.#request.operation !== 'insert') mayUse(this.#call, module, 'Edit');
      if (this.#own.state === 'added') {
        const begun: ResourceProgress = { ...this.#own, state: 'running', total: await this.#survey(module, resource) };
        await this.#saveOwn(begun);
      }
      this.#children = await this.#readChildren();
      this.#named = await this.#readNamed(module, resource);
      await this.#write(module, resource);
      this.#progress[this.#index] = { ...this.#own, state: 'completed' };
    } catch (error) {
      const code = faultCode(error);
      if (code === undefined) throw error;
      this.#progress[this.#index] = { ...this.#own, state: 'failed', code };
    }
    await this.#save(database, this.#progress);
  }

  async #saveOwn(own: ResourceProgress): Promise<void> {
    const progress = this.#with(new Map([[this.#index, own]]));
    await this.#save(this.#call.store.database, progress);
    this.#reach(progress);
  }

  /** Reads the files of the rows that belong to this resource's records; one that cannot be read fails alone. */
  async #readChildren(): Promise<ChildRows[]> {
    const children: ChildRows[] = [];
    for (const [place, resource] of this.#request.resources.entries()) {
      const progress = this.#progress[place] as ResourceProgress;
      if (resource.parent !== this.#index || (progress.state !== 'added' && progress.state !== 'running')) continue;
      try {
        children.push(await this.#readChild(place, resource, progress));
      } catch (error) {
        const code = faultCode(error);
        if (code === undefined) throw error;
        this.#progress[place] = { ...progress, state: 'failed', code };
      }
    }
    return children;
  }

  async #readChild(place: number, resource: WriteResource, progress: ResourceProgress): Promise<ChildRows> {
    const module = this.#call.space.metadata.find(resource.module);
    if (!module) throw new JobFailure('MODULE_NOT_AVAILABLE', `no module ${resource.module}`);
    let total = -1;
    const counted = async function* (lists: AsyncIterable<readonly (readonly string[])[]>, keep: () => Promise<void>) {
      for await (const rows of lists) {
        total += rows.length;
        if (total > maxRows) throw new JobFailure('LIMIT_EXCEEDED', 'a file may have 25000 rows');
        await keep();
        if (rows.length > 0) yield rows;
      }
    };
    const lists = counted(this.#rows(resource), () => this.#running.keep());
    const first = await lists.next();
    if (first.done) throw new JobFailure('INVALID_DATA', 'the file has no rows');
    const [header = [], ...rows] = first.value;
    if (header.length > maxColumns) throw new JobFailure('HEADER_LIMIT_EXCEEDED', 'a file may have 200 columns');
    const columns = mappedColumns(this.#call.space, module, resource.mappings, header);
    const body = async function* () {
      yield rows;
      yield* lists;
    };
    const child = await ChildRows.read(this.#call, module, place, resource, columns, body());
    this.#progress[place] = { ...progress, state: 'running', total };
    if (progress.done === 0) await this.#noteHeader(place, child.columns, header);
    return child;
  }

  /** The records of resources before this one that its look-ups name by a column of theirs. */
  async #readNamed(module: Module, { mappings }: WriteResource): Promise<NamedRecords> {
    const named = new Map<string, ReadonlyMap<string, string>>();
    for (const { api_name, parent_column_index } of mappings ?? []) {
      if (typeof parent_column_index !== 'number') continue;
      const target = module.field.get(api_name)?.lookupModules[0];
      const place = this.#request.resources
        .slice(0, this.#index)
        .findLastIndex((resource) => resource.module === target);
      const parent = this.#request.resources[place];
      if (!parent) continue;
      const results = notedLines(this.#call, this.#running, place);
      named.set(api_name, await idsByColumn(this.#rows(parent), results, parent_column_index));
    }
    return named;
  }

  #rows(resource: WriteResource): ReturnType<typeof csvRowLists> {
    const bytes = csvBytes(this.#call.store.database, this.#running.job.dataSpace, resource.fileId, resource.fileName);
    return csvRowLists(bytes, this.#request.encoding);
  }

  /** Reads the file to its end before anything is written of it. @returns the number of its rows. */
  async #survey(module: Module, resource: WriteResource): Promise<number> {
    let total = -1;
    for await (const rows of this.#rows(resource)) {
      const [first] = rows;
      if (first && total < 0) this.#checkHeader(module, resource, first);
      total += rows.length;
      if (total > maxRows) throw new JobFailure('LIMIT_EXCEEDED', 'a file may have 25000 rows');
      await this.#running.keep();
    }
    if (total < 1) throw new JobFailure('INVALID_DATA', 'the file has no rows');
    return total;
  }

  #checkHeader(module: Module, resource: WriteResource, header: readonly string[]): void {
    if (header.length > maxColumns) throw new JobFailure('HEADER_LIMIT_EXCEEDED', 'a file may have 200 columns');
    const columns = mappedColumns(this.#call.space, module, resource.mappings, header);
    const beyond = columns.find(({ mapping }) => (mapping.index ?? 0) >= header.length);
    if (beyond) throw new JobFailure('COLUMN_INDEX_NOT_FOUND', `no column ${beyond.mapping.index}`);
    const names = columns.map(({ field }) => field.apiName);
    if (names.length === 0) throw new JobFailure('INVALID_FIELD', 'no column is a field of the module');
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new JobFailure('DUPLICATE_DATA', `two columns fill ${twice}`);
    if (resource.findBy !== null && !names.includes(resource.findBy)) {
      throw new JobFailure('MANDATORY_NOT_FOUND', `no column fills ${resource.findBy}`);
    }
    const subforms = this.#request.resources
      .filter(({ parent }) => parent === this.#index)
      .map(({ module: name }) => this.#call.space.metadata.find(name)?.parentField ?? '');
    checkMandatory(module, [...names, ...subforms], this.#request.operation, '$.resource');
  }

  /**
   * Reads and prepares the next chunk while one is written. Where rows become new records the next is written while one is
   * noted and committed; they are committed in turn.
   */
  async #write(module: Module, resource: WriteResource): Promise<void> {
    const task: ChunkTask = {
      call: () => this.#callNow(),
      module,
      resource,
      named: this.#named,
      done: this.#own.done,
      passed: (row) => {
        for (const child of this.#children) child.take(row);
      },
      creating: this.#request.operation === 'insert' && this.#children.length === 0,
    };
    const chunks = chunksOf(task, this.#rows(resource));
    const alone = namesOwnRecords(module, resource);
    let isFirst = this.#own.done === 0;
    await overlapping(alone ? chunks : readAhead(chunks), async (chunk, { before, letNext }) => {
      if (isFirst) await this.#noteHeader(this.#index, chunk.columns, chunk.header);
      isFirst = false;
      await this.#writeChunk(module, resource, chunk, async () => {
        await before;
        if (chunk.prepared && !alone) letNext();
      });
    });
    for (const child of this.#children) await this.#endChild(child);
  }

  /** Notes the rows that belong to no record, and that there are no more. */
  async #endChild(child: ChildRows): Promise<void> {
    const rest = child.takeRest();
    const outcomes = rest.map(orphanOutcome);
    const before = this.#progress[child.resource] as ResourceProgress;
    const ended: ResourceProgress = { ...counted(before, outcomes), state: 'completed' };
    const progress = this.#with(new Map([[child.resource, ended]]));
    await this.#call.store.database.transaction(async (transaction) => {
      await this.#save(transaction, progress);
      const cells = rest.map((row) => row.cells);
      await this.#noteLines(transaction, child.resource, before.done, this.#linesOf(child.columns, cells, outcomes));
    });
    this.#reach(progress);
  }

  /** @param inTurn is awaited when rows are written, before that is noted and committed. */
  async #writeChunk(module: Module, resource: WriteResource, chunk: Chunk, inTurn: () => Promise<void>): Promise<void> {
    await this.#running.keep();
    const { columns, rows, items, prepared } = chunk;
    for (let begin = 0; begin < items.length; ) {
      const end = prepared ? items.length : distinctUntil(items, begin, resource.findBy);
      const part = rows.slice(begin, end);
      const taken = this.#children.map((child) => part.map((row) => child.take(row)));
      const whole = items.slice(begin, end).map((item, place) => {
        return this.#children.reduce((sum, child, at) => child.attach(sum, taken[at]?.[place] ?? []), item);
      });
      let reached: readonly ResourceProgress[] = this.#progress;
      const { operation } = this.#request;
      const together = this.#children.length > 0;
      const task = { call: this.#callNow(), module, operation, findBy: resource.findBy, together };
      await writeRows(task, { items: whole, prepared }, async (transaction, outcomes) => {
        // From here on it takes no lock that the next chunk could hold, so the two cannot wait for each other.
        await inTurn();
        const changed = new Map([[this.#index, counted(this.#own, outcomes)]]);
        await this.#noteLines(transaction, this.#index, this.#own.done, this.#linesOf(columns, part, outcomes));
        for (const [at, child] of this.#children.entries()) {
          const own = taken[at] ?? [];
          const ofRows = await child.outcomes(transaction, this.#call, module, own, outcomes);
          const before = this.#progress[child.resource] as ResourceProgress;
          changed.set(child.resource, counted(before, ofRows));
          const cells = own.flat().map((row) => row.cells);
          await this.#noteLines(transaction, child.resource, before.done, this.#linesOf(child.columns, cells, ofRows));
        }
        reached = this.#with(changed);
        await this.#save(transaction, reached);
      });
      this.#reach(reached);
      begin = end;
    }
  }

  /** Rows are stamped when they are written, not when the job began. */
  #callNow(): CrmCall {
    return { ...this.#call, nowMs: this.#running.nowMs() };
  }

  #with(changed: ReadonlyMap<number, ResourceProgress>): readonly ResourceProgress[] {
    return this.#progress.map((each, index) => changed.get(index) ?? each);
  }

  /** What was saved is where the job is now. */
  #reach(progress: readonly ResourceProgress[]): void {
    this.#progress.splice(0, this.#progress.length, ...progress);
  }

  #save(queryable: Queryable, resources: readonly ResourceProgress[]): Promise<void> {
    return this.#running.save(queryable, { resources });
  }

  #noteHeader(resource: number, columns: readonly MappedColumn[], header: readonly string[]): Promise<void> {
    return this.#noteLines(this.#call.store.database, resource, -1, headLine(columns, header, csvStyleOf(this.#call)));
  }

  #linesOf(columns: readonly MappedColumn[], rows: readonly (readonly string[])[], outcomes: readonly RowOutcome[]) {
    return resultLines(columns, rows, outcomes, csvStyleOf(this.#call));
  }

  async #noteLines(queryable: Queryable, resource: number, firstRow: number, lines: string): Promise<void> {
    if (lines === '') return;
    await queryable.query({
      text: `INSERT INTO crm_bulk_lines (data_space, job_id, resource, first_row, lines) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (data_space, job_id, resource, first_row) DO UPDATE SET lines = EXCLUDED.lines`,
      values: [this.#running.job.dataSpace, this.#running.job.id, resource, firstRow, lines],
    });
  }
}

/** Where the first row stands that names what a row before it has named. */
function distinctUntil(
  items: readonly Readonly<Record<string, unknown>>[],
  begin: number,
  findBy: string | null,
): number {
  if (findBy === null) return items.length;
  const seen = new Set<string>();
  for (let index = begin; index < items.length; index++) {
    const key = keyOf(items[index] ?? {}, findBy);
    if (key !== undefined && seen.has(key)) return index;
    if (key !== undefined) seen.add(key);
  }
  return items.length;
}

function counted(progress: ResourceProgress, outcomes: readonly RowOutcome[]): ResourceProgress {
  const count = (status: RowOutcome['status']) => outcomes.filter((outcome) => outcome.status === status).length;
  return {
    ...progress,
    done: progress.done + outcomes.length,
    added: progress.added + count('ADDED'),
    updated: progress.updated + count('UPDATED'),
    skipped: progress.skipped + count('SKIPPED') + count('UNPROCESSED'),
  };
}

/** What is wrong with the file itself; undefined when something else is. */
function faultCode(error: unknown): string | undefined {
  if (error instanceof JobFailure || error instanceof Refusal) return error.code;
  return error instanceof ZipFault || error instanceof CsvFault ? 'INVALID_FILE_FORMAT' : undefined;
}
