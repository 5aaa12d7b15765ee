import { showUserBriefly } from '../../../fields/model/view.ts';
import { formatDateTime } from '../../../fields/values/date-time.ts';
import { addJob } from '../../../jobs/job-table.ts';
import type { CrmAnswer, CrmCall } from '../../../kernel/call.ts';
import { Refusal } from '../../../kernel/errors.ts';
import { readId } from '../../../kernel/ids.ts';
import { isJsonObject, type JsonObject } from '../../../kernel/json-body.ts';
import { lifetimes } from '../../../kernel/lifetimes.ts';
import type { Module } from '../../../kernel/metadata/metadata.ts';
import { findView, viewInvalid } from '../../../records/list/find-view.ts';
import { mayUse } from '../../../records/record-module.ts';
import { checkScope, readBulkBody, readModule } from '../bulk-body.ts';
import { readCallback } from '../callback.ts';
import { findColumn, readBulkCriteria } from './find-column.ts';
import type { ReadRequest } from './read-request.ts';

export const readLimits = { fields: 200, joins: 10, pages: 500 } as const;

/** POST /crm/bulk/{version}/read: accepts an export (crm-api 9.1). */
export async function createRead(call: CrmCall): Promise<CrmAnswer> {
  const body = readBulkBody(call);
  const callback = readCallback(body.callback);
  const { query } = body;
  if (query === undefined || query === null) {
    throw new Refusal('MANDATORY_NOT_FOUND', { details: { api_name: 'query', json_path: '$.query' } });
  }
  if (!isJsonObject(query)) throw invalid('query', '$.query', { expected_data_type: 'jsonobject' });
  const fileType = readFileType(body.file_type ?? query.file_type);
  const asked = typeof query.page_token === 'string' ? await continued(call, query) : readQuery(call, query, fileType);
  const module = readModule(call, asked.module, '$.query.module');
  checkScope(call, `ZohoCRM.modules.${module.scopeToken}.READ`);
  mayUse(call, module, 'View');
  if (asked.fileType === 'ics') checkCalendar(module, asked.fields);
  const columns = (asked.fields ?? []).map((name, index) => findColumn(call, module, name, `$.query.fields[${index}]`));
  const joins = new Set(columns.flatMap(({ path }) => path.map(({ field }) => field.apiName)));
  if (joins.size > readLimits.joins) throw new Refusal('JOIN_LIMIT_EXCEEDED', { details: { limit: readLimits.joins } });
  readBulkCriteria(call, module, asked.criteria);
  if (asked.cvid !== null && !findView(call.space, module, asked.cvid)) {
    throw invalid('cvid', '$.query.cvid', {}, viewInvalid);
  }
  const request: ReadRequest = {
    ...asked,
    module: module.apiName,
    version: call.version.name,
    origin: call.origin,
    ...(callback ? { callback } : {}),
  };
  const id = await addJob(call, { operation: 'read', request, progress: {} });
  const details = {
    id,
    operation: 'read',
    state: 'ADDED',
    created_by: showUserBriefly(call.space, call.user.id),
    created_time: formatDateTime(call.nowMs, call.user.timeZone),
  };
  const item = { status: 'success', code: 'ADDED_SUCCESSFULLY', message: 'Added successfully.', details };
  return { status: 201, json: { data: [item], info: {} } };
}

export const fileTypes = ['csv', 'ics'] as const;

function readFileType(raw: unknown): ReadRequest['fileType'] {
  if (raw === undefined || raw === null) return 'csv';
  const known = fileTypes.find((each) => each === raw);
  if (known) return known;
  throw invalid('file_type', '$.file_type', { supported_values: fileTypes });
}

/** Calendar files hold meetings, and all that calendars know of them. @throws Refusal INVALID_MODULE, INVALID_DATA */
function checkCalendar(module: Module, fields: ReadRequest['fields']): void {
  if (!module.traits.calendar) {
    throw new Refusal('INVALID_MODULE', { details: { api_name: 'module', json_path: '$.query.module' } });
  }
  if (fields !== null) throw invalid('fields', '$.query.fields', {}, 'a calendar file has no fields to choose');
}

type Asked = Pick<ReadRequest, 'fields' | 'criteria' | 'cvid' | 'fileType' | 'page' | 'after'> & {
  readonly module: unknown;
};

function readQuery(call: CrmCall, query: JsonObject, fileType: ReadRequest['fileType']): Asked {
  const { module, fields, criteria = null, cvid, page } = query;
  readModule(call, module, '$.query.module');
  if (page !== undefined && page !== null && (!Number.isInteger(page) || (page as number) < 1)) {
    throw invalid('page', '$.query.page', { expected_data_type: 'integer' });
  }
  if ((page as number) > readLimits.pages) {
    throw new Refusal('PAGINATION_LIMIT_EXCEEDED', { details: { limit: readLimits.pages } });
  }
  const view = cvid === undefined || cvid === null ? null : readId(cvid);
  if (view === undefined) throw invalid('cvid', '$.query.cvid', { expected_data_type: 'bigint' });
  return {
    module,
    fields: readFields(fields),
    criteria,
    cvid: view,
    fileType,
    page: (page as number | null | undefined) ?? 1,
    after: null,
  };
}

function readFields(raw: unknown): readonly string[] | null {
  if (raw === undefined || raw === null) return null;
  if (!Array.isArray(raw)) throw invalid('fields', '$.query.fields', { expected_data_type: 'jsonarray' });
  if (raw.length === 0) return null;
  if (raw.length > readLimits.fields) {
    throw new Refusal('LIMIT_EXCEEDED', { details: { limit: readLimits.fields, api_name: 'fields' } });
  }
  const wrong = raw.findIndex((name) => typeof name !== 'string');
  if (wrong >= 0) throw invalid('fields', `$.query.fields[${wrong}]`, { expected_data_type: 'text' });
  return [...new Set(raw as string[])];
}

/** The next page of the read that answered with this token. */
async function continued(call: CrmCall, query: JsonObject): Promise<Asked> {
  const token = query.page_token as string;
  const more = Object.keys(query).find((key) => key !== 'page_token' && key !== 'file_type');
  if (more !== undefined) {
    throw invalid(more, `$.query.${more}`, {}, 'page_token continues a query and stands alone');
  }
  const [row] = await call.store.database.query<{ request: ReadRequest; result: { last: string } }>({
    text: `SELECT request, result FROM crm_job
           WHERE data_space = $1 AND operation = 'read' AND created_by = $2 AND result ->> 'next_page_token' = $3`,
    values: [call.space.dataSpace, call.user.id, token.slice(0, 100).replaceAll('\u0000', '')],
  });
  if (row) return { ...row.request, page: row.request.page + 1, after: row.result.last };
  // Tokens say when they were made, for the time when nothing else knows it any more.
  const madeAtMs = Number.parseInt(/^([0-9a-z]{8})[0-9a-f]{24}$/.exec(token)?.[1] ?? '', 36);
  if (madeAtMs < call.nowMs - lifetimes.bulkJobMs)
    throw new Refusal('EXPIRED_VALUE', { details: { api_name: 'page_token' } });
  throw invalid('page_token', '$.query.page_token', {}, 'the page_token given seems to be invalid');
}

function invalid(api_name: string, json_path: string, details: object, message?: string): Refusal {
  return new Refusal('INVALID_DATA', {
    details: { ...details, api_name, json_path },
    ...(message === undefined ? {} : { message }),
  });
}
