import { csvStyleOf } from '../crm/jobs/csv-style.ts';
import { advanceImport, completeImport } from '../crm/jobs/import-job.ts';
import { addJob, findJob } from '../crm/jobs/job-table.ts';
import type { CrmCall } from '../crm/kernel/call.ts';
import { isId } from '../crm/kernel/ids.ts';
import { type Module, servesRecords } from '../crm/kernel/metadata/metadata.ts';
import { checkRows } from '../crm/work/bulk/write/check-rows.ts';
import { errorText } from '../crm/work/bulk/write/result-lines.ts';
import { itemsOf, mappedColumns } from '../crm/work/bulk/write/row-items.ts';
import { writeRows } from '../crm/work/bulk/write/write-rows.ts';
import type { CsvStyle } from '../foundation/csv.ts';
import type { AdminContext } from './context.ts';
import { badInput, conflict, notFound } from './failure.ts';
import { type OrganizationTarget, organizationCall } from './organization-call.ts';

/** Where records are imported to. */
export interface ImportTarget extends OrganizationTarget {
  readonly module: string;
}

export interface ImportRows extends ImportTarget {
  /** Of the import that the rows belong to; none for a dry run. */
  readonly importId?: string | undefined;
  /** The number of the first of these rows in the file, from 0. */
  readonly firstRow: number;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface ImportOutcome {
  readonly rows_done: number;
  readonly failures: readonly { readonly row: number; readonly errors: string }[];
  /** Names in the header that fill no field. */
  readonly ignored_columns: readonly string[];
  /** How the errors file is to be written. */
  readonly csv_style: CsvStyle;
}

interface Progress {
  readonly done: number;
  readonly failed: number;
}

/** Begins an import, or says how far an earlier one is: an import that was cut short goes on behind its last row. */
export async function openImport(context: AdminContext, target: ImportTarget, importId: string | undefined) {
  const { call, module } = await findTarget(context, target);
  if (importId === undefined) {
    const request = { version: 'v8', origin: '', module: module.apiName };
    const id = await addJob(call, { operation: 'import', request, progress: { done: 0, failed: 0 } });
    return { import_id: id, rows_done: 0, rows_failed: 0 };
  }
  const progress = await progressOf(call, module, importId);
  return { import_id: importId, rows_done: progress.done, rows_failed: progress.failed };
}

async function progressOf(call: CrmCall, module: Module, importId: string): Promise<Progress> {
  const job = isId(importId) ? await findJob(call.store.database, call.space.dataSpace, importId) : undefined;
  if (job?.operation !== 'import' || (job.request as { module: string }).module !== module.apiName) {
    throw notFound(`there is no import ${importId} of ${module.apiName}`);
  }
  return job.progress as Progress;
}

/**
 * Creates records from some rows of a CSV file. The rows and the import's progress are one transaction, so that rows
 * which are sent again because the answer was lost are refused and not created twice.
 * @throws AdminFailure CONFLICT, naming the row that is expected.
 */
export async function importRows(context: AdminContext, input: ImportRows): Promise<ImportOutcome> {
  const { call, module } = await findTarget(context, input);
  const { header, rows, firstRow, importId } = input;
  const columns = mappedColumns(call.space, module, null, header);
  if (columns.length === 0) throw badInput(`no column of the file is a field of ${module.apiName}`);
  const filled = new Set(columns.map(({ mapping }) => mapping.index));
  const csv_style = csvStyleOf(call);
  const ignored_columns = header.filter((_, index) => !filled.has(index));
  // Cells that are empty say nothing; nulls would be errors in fields that are not text.
  const items = await itemsOf(call, columns, rows, { ignoreEmpty: true });
  if (importId === undefined) {
    const failures = (await checkRows(call, module, items)).flatMap((failure, index) =>
      failure.length > 0 ? [{ row: firstRow + index, errors: errorText(failure) }] : [],
    );
    return { rows_done: firstRow + rows.length, failures, ignored_columns, csv_style };
  }
  const { failed } = await progressOf(call, module, importId);
  const task = { call, module, operation: 'insert', findBy: null, together: false } as const;
  const outcomes = await writeRows(task, { items }, async (transaction, written) => {
    const skipped = written.filter(({ status }) => status === 'SKIPPED').length;
    const progress: Progress = { done: firstRow + rows.length, failed: failed + skipped };
    const job = { dataSpace: call.space.dataSpace, id: importId };
    if (await advanceImport(transaction, job, firstRow, progress)) return;
    throw conflict(`row ${firstRow} is not the next one of import ${importId}`);
  });
  const failures = outcomes.flatMap((outcome, index) =>
    outcome.status === 'SKIPPED' ? [{ row: firstRow + index, errors: errorText(outcome.failures) }] : [],
  );
  return { rows_done: firstRow + rows.length, failures, ignored_columns, csv_style };
}

/** Notes that nothing more will come. */
export async function closeImport(context: AdminContext, target: ImportTarget, importId: string) {
  const { call, module } = await findTarget(context, target);
  const progress = await progressOf(call, module, importId);
  await completeImport(call.store.database, { dataSpace: call.space.dataSpace, id: importId }, call.nowMs);
  return { import_id: importId, rows_done: progress.done, rows_failed: progress.failed };
}

/** The module, and a call as the organization's first administrator. */
async function findTarget(
  context: AdminContext,
  target: ImportTarget,
): Promise<{ readonly call: CrmCall; readonly module: Module }> {
  const call = await organizationCall(context, target);
  const module = call.space.metadata.find(target.module);
  if (!module || !servesRecords(module)) throw notFound(`there is no module "${target.module}" to import into`);
  return { call, module };
}
