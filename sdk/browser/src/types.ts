/** The shapes of the typed face. */
import type { Download } from './core/answer.ts';
import type { CallInput } from './core/request.ts';

/** A record; field names are the API names of its module. */
export type CrmRecord = { readonly id?: string } & Record<string, unknown>;

/** One item of the answer to a write. */
export interface WriteItem {
  readonly code: string;
  readonly status: 'success' | 'error';
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** One item for every record of the input, in the same order. Some may have failed (status 207). */
export interface WriteResult {
  readonly data: readonly WriteItem[];
}

/** A page of records. */
export interface RecordList<R = CrmRecord> {
  readonly data: readonly R[];
  readonly info?: Readonly<Record<string, unknown>> & { readonly more_records?: boolean };
}

/** Lists of metadata, users and the organization are under their plural: `fields`, `users`, `org`, … */
export type NamedList = Readonly<Record<string, readonly CrmRecord[]>>;

/** What every input may carry. */
export interface Options {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface OfModule extends Options {
  readonly module: string;
}

export interface OfRecord extends OfModule {
  readonly id: string;
}

export interface Body<R = CrmRecord> {
  readonly body: { readonly data: readonly R[] } & Readonly<Record<string, unknown>>;
}

interface Setting extends Options {
  readonly module?: string;
  readonly id?: string;
}

interface Upload extends OfRecord {
  readonly file: Blob;
}

interface AttachmentOf extends OfRecord {
  /** Id of the attachment. */
  readonly relatedId: string;
}

/** Every read gives null when there is nothing (HTTP 204). */
export interface CrmMethods {
  readonly records: {
    get<R = CrmRecord>(input: OfModule & { readonly id?: string }): Promise<RecordList<R> | null>;
    post<R = CrmRecord>(input: OfModule & Body<R>): Promise<WriteResult>;
    put<R = CrmRecord>(input: OfModule & { readonly id?: string } & Body<R>): Promise<WriteResult>;
    delete(input: OfModule & { readonly id?: string }): Promise<WriteResult>;
    search<R = CrmRecord>(input: OfModule): Promise<RecordList<R> | null>;
    getNotes<R = CrmRecord>(input: OfRecord): Promise<RecordList<R> | null>;
    getRelated<R = CrmRecord>(input: OfRecord & { readonly relatedModule: string }): Promise<RecordList<R> | null>;
    getAllDeletedRecords(input: OfModule): Promise<RecordList | null>;
    getRecycleBinRecords(input: OfModule): Promise<RecordList | null>;
    getPermanentlyDeletedRecords(input: OfModule): Promise<RecordList | null>;
  };
  readonly settings: {
    getFields(input: Setting): Promise<NamedList | null>;
    getLayouts(input: Setting): Promise<NamedList | null>;
    getCustomViews(input: Setting): Promise<NamedList | null>;
    updateCustomViews(input: Setting & { readonly body: unknown }): Promise<unknown>;
    getModules(input?: Options & { readonly module?: string }): Promise<NamedList | null>;
    getRoles(input?: Setting): Promise<NamedList | null>;
    getProfiles(input?: Setting): Promise<NamedList | null>;
    getRelatedLists(input: Setting): Promise<NamedList | null>;
  };
  readonly actions: {
    convert(
      input: Options & { readonly id: string; readonly body: { readonly data: readonly unknown[] } },
    ): Promise<unknown>;
  };
  readonly users: {
    get(input?: Options & { readonly id?: string }): Promise<NamedList | null>;
  };
  readonly org: {
    get(input?: Options): Promise<NamedList | null>;
  };
  readonly attachments: {
    uploadFile(input: Upload): Promise<WriteResult>;
    /** The address goes into `params.attachmentUrl`. */
    uploadLink(input: OfRecord): Promise<WriteResult>;
    downloadFile(input: AttachmentOf): Promise<Download>;
    deleteFile(input: AttachmentOf): Promise<WriteResult>;
    uploadPhoto(input: Upload): Promise<unknown>;
    downloadPhoto(input: OfRecord): Promise<Download>;
    deletePhoto(input: OfRecord): Promise<unknown>;
  };
}

/** A call that has no method of its own. */
export interface FreeRequest extends Pick<CallInput, 'params' | 'body' | 'headers'> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  /** Below `/crm/{version}/`, for example `coql` or `Leads/actions/count`. */
  readonly path: string;
}
