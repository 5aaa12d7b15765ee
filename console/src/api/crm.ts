import type { OrganizationList } from '../../../server/src/console/wire.ts';
import { CallFailure, call } from './call.ts';

/** The records that a screen works on: one environment of one organization. */
export interface Space {
  readonly environment: OrganizationList['organizations'][number]['environments'][number];
  readonly organizationId: string;
}

export interface CrmModule {
  readonly api_name: string;
  readonly singular_label: string;
  readonly plural_label: string;
  readonly sequence_number: number;
  readonly status: string;
  readonly api_supported: boolean;
  readonly viewable: boolean;
  readonly creatable: boolean;
  readonly editable: boolean;
  readonly deletable: boolean;
  readonly generated_type: string;
}

export interface CrmField {
  readonly id: string;
  readonly api_name: string;
  readonly field_label: string;
  readonly data_type: string;
  readonly length: number;
  readonly decimal_place: number | null;
  readonly read_only: boolean;
  readonly display_field: boolean;
  readonly sortable: boolean;
  readonly system_mandatory: boolean;
  readonly operation_type: { readonly api_create: boolean; readonly api_update: boolean };
  readonly pick_list_values: readonly { readonly display_value: string; readonly actual_value: string }[];
  readonly lookup: { readonly module?: { readonly api_name: string } };
  /** Of a multi-select look-up: the module that it points to, and the key of what it points to in its items. */
  readonly multiselectlookup?: LinkedModule;
  readonly multiuserlookup?: LinkedModule;
  /** The module that holds the rows of a subform. */
  readonly associated_module?: { readonly module: string } | null;
  /** Of a look-up into several modules: those that the user may choose from; put here by forms. */
  readonly targets?: readonly CrmModule[];
  /** The fields of a subform's rows; put here by forms, which need them. */
  readonly columns?: readonly CrmField[];
  /** In layouts only. */
  readonly required?: boolean;
}

/** Whether a look-up leads into one of several modules, which its value names. */
export function leadsAnywhere({ data_type, lookup }: Pick<CrmField, 'data_type' | 'lookup'>): boolean {
  return data_type === 'multi_module_lookup' || (data_type === 'lookup' && lookup.module?.api_name === 'se_module');
}

interface LinkedModule {
  readonly connected_module?: { readonly api_name: string } | null;
  readonly connectedlookup_apiname?: string;
}

export interface CrmSection {
  readonly api_name: string;
  readonly display_label: string;
  readonly isSubformSection: boolean;
  readonly fields: readonly CrmField[];
}

export interface CrmView {
  readonly id: string;
  readonly display_value: string;
  readonly default: boolean;
  readonly fields?: readonly { readonly api_name: string }[];
}

export interface CrmRelatedList {
  readonly api_name: string;
  readonly display_label: string;
  readonly module: { readonly api_name: string } | null;
  readonly status: string;
}

export type CrmRecord = { readonly id: string } & Readonly<Record<string, unknown>>;

export interface CrmRecords {
  readonly data: readonly CrmRecord[];
  readonly info: { readonly more_records: boolean; readonly next_page_token?: string | null };
}

export interface CrmUsers {
  readonly users: readonly { readonly id: string; readonly full_name: string; readonly email: string }[];
  readonly info: { readonly more_records: boolean };
}

export interface TimelineEntry {
  readonly id: string;
  readonly audited_time: string;
  readonly action: string;
  readonly done_by: { readonly name: string | null };
  readonly related_record: { readonly name: string | null } | null;
  readonly field_history: readonly {
    readonly api_name: string;
    readonly field_label: string;
    readonly _value: { readonly new: unknown; readonly old: unknown };
  }[];
}

interface WriteItem {
  readonly status: 'success' | 'error';
  readonly code: string;
  readonly message: string;
  readonly details: FaultDetails & { readonly errors?: readonly WriteItem[] };
}

interface FaultDetails {
  readonly id?: string;
  readonly api_name?: string;
  readonly json_path?: string;
  readonly expected_data_type?: string;
  readonly maximum_length?: number;
  readonly supported_values?: readonly unknown[];
  readonly expected_fields?: readonly { readonly api_name: string }[];
}

/** What is wrong with one field of a record that was written. */
export interface RecordFault {
  readonly code: string;
  readonly message: string;
  /** undefined: it is about the record as a whole. */
  readonly field: string | undefined;
  /** Of a subform's row: the column. */
  readonly column?: string | undefined;
  readonly details: FaultDetails;
}

/** A write that the CRM API refused, with the faults of the item. */
export class WriteFailure extends Error {
  readonly faults: readonly RecordFault[];

  constructor(faults: readonly RecordFault[]) {
    super(faults.map(({ message }) => message).join('; '));
    this.faults = faults;
  }
}

function pathOf({ environment, organizationId }: Space, path: string): string {
  return `/crm/${environment}/${encodeURIComponent(organizationId)}/v8/${path}`;
}

/** Reads from the CRM API of a space; undefined when nothing was found. */
export function read<Answer>(space: Space, path: string, signal?: AbortSignal): Promise<Answer | undefined> {
  return call<Answer | undefined>('GET', pathOf(space, path), undefined, signal);
}

/** A query in the CRM's own language; undefined without rows. */
export function select(space: Space, query: string): Promise<CrmRecords | undefined> {
  return call<CrmRecords | undefined>('POST', pathOf(space, 'coql'), { select_query: query });
}

/**
 * Writes or deletes one record.
 * @param unmodifiedSince the record's `Modified_Time` as it was read: what was changed since is not overwritten
 *   (`ALREADY_MODIFIED`)
 * @returns its id
 * @throws WriteFailure when the item was refused
 */
export async function write(
  space: Space,
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  record?: Readonly<Record<string, unknown>>,
  unmodifiedSince?: string,
): Promise<string> {
  const body = record && { data: [record] };
  const headers = unmodifiedSince === undefined ? {} : { 'if-unmodified-since': unmodifiedSince };
  const answer = await call<unknown>(method, pathOf(space, path), body, undefined, headers).catch((error: unknown) => {
    if (error instanceof CallFailure && itemOf(error.answer)) return error.answer;
    throw error;
  });
  const item = itemOf(answer);
  if (item?.status !== 'success') throw new WriteFailure(item ? faultsOf(item) : []);
  return item.details.id ?? '';
}

/**
 * Takes in a file for a field that holds files.
 * @returns the id by which the field is given it
 */
export async function uploadFile(space: Space, file: File): Promise<string> {
  const form = new FormData();
  form.append('file', file);
  const answer = await call<{ data: readonly WriteItem[] }>('POST', pathOf(space, 'files'), form);
  return answer.data[0]?.details.id ?? '';
}

/** Where a file that a field of a record holds is downloaded from. */
export function fileAddress(space: Space, module: string, recordId: string, itemId: string): string {
  const path = `${module}/${encodeURIComponent(recordId)}/actions/download_fields_attachment`;
  return `/api${pathOf(space, path)}?fields_attachment_id=${encodeURIComponent(itemId)}`;
}

function itemOf(answer: unknown): WriteItem | undefined {
  const body = answer as { data?: readonly WriteItem[] } & Partial<WriteItem>;
  // A refusal of the whole request may be about a field as well.
  if (body?.code !== undefined && body.details !== undefined) return body as WriteItem;
  return Array.isArray(body?.data) ? body.data[0] : undefined;
}

function faultsOf({ code, message, details }: WriteItem): RecordFault[] {
  if (details.errors) return details.errors.flatMap(faultsOf);
  const [, named, column] = /^\$\.data\[\d+\]\.([^.[\]]+)(?:\[\d+\]\.([^.[\]]+))?/.exec(details.json_path ?? '') ?? [];
  const field = named ?? details.api_name;
  const fields = details.expected_fields?.map(({ api_name }) => api_name) ?? [field];
  return fields.map((each) => ({ code, message, field: each, column, details }));
}
