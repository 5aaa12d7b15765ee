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
  /** In layouts only. */
  readonly required?: boolean;
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
 * @returns its id
 * @throws WriteFailure when the item was refused
 */
export async function write(
  space: Space,
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  record?: Readonly<Record<string, unknown>>,
): Promise<string> {
  const body = record && { data: [record] };
  const answer = await call<unknown>(method, pathOf(space, path), body).catch((error: unknown) => {
    if (error instanceof CallFailure && itemOf(error.answer)) return error.answer;
    throw error;
  });
  const item = itemOf(answer);
  if (item?.status !== 'success') throw new WriteFailure(item ? faultsOf(item) : []);
  return item.details.id ?? '';
}

function itemOf(answer: unknown): WriteItem | undefined {
  const body = answer as { data?: readonly WriteItem[] } & Partial<WriteItem>;
  // A refusal of the whole request may be about a field as well.
  if (body?.code !== undefined && body.details !== undefined) return body as WriteItem;
  return Array.isArray(body?.data) ? body.data[0] : undefined;
}

function faultsOf({ code, message, details }: WriteItem): RecordFault[] {
  if (details.errors) return details.errors.flatMap(faultsOf);
  const field = /^\$\.data\[\d+\]\.([^.[\]]+)/.exec(details.json_path ?? '')?.[1] ?? details.api_name;
  const fields = details.expected_fields?.map(({ api_name }) => api_name) ?? [field];
  return fields.map((each) => ({ code, message, field: each, details }));
}
