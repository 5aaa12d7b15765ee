import type { Session } from '../oauth/session.ts';
import { type BulkReadOptions, bulkRead } from './bulk-read.ts';
import { type BulkWriteOptions, type BulkWriteResult, bulkWrite } from './bulk-write.ts';
import { type CallOptions, CrmCaller, type CrmRequest } from './call.ts';
import { type CoqlQuery, queryRows } from './coql.ts';
import { Files } from './files.ts';
import { Metadata } from './metadata.ts';
import { Notifications } from './notifications.ts';
import { type CrmRecord, type ModuleTypes, Records } from './records.ts';
import { RelatedList } from './related.ts';
import { Users } from './users.ts';

export interface CrmOptions {
  /** Version of the API. Default `v8`. */
  readonly version?: string | undefined;
  /** How long metadata are kept, in seconds. Default 3600. */
  readonly keepMetadataSeconds?: number | undefined;
}

/**
 * The CRM as one user sees it. Each user has a client of their own; none knows of another.
 *
 * @example
 * const crm = new CrmClient(session);
 * for await (const lead of crm.records.list('Leads', { fields: ['Last_Name'] })) console.log(lead.Last_Name);
 */
export class CrmClient<M extends ModuleTypes = ModuleTypes> {
  readonly records: Records<M>;
  readonly files: Files;
  readonly metadata: Metadata;
  readonly users: Users;
  readonly notifications: Notifications;
  readonly #caller: CrmCaller;

  constructor(session: Session, options: CrmOptions = {}) {
    this.#caller = new CrmCaller(session, options.version ?? 'v8');
    this.records = new Records<M>(this.#caller);
    this.files = new Files(this.#caller);
    this.metadata = new Metadata(this.#caller, (options.keepMetadataSeconds ?? 3600) * 1000);
    this.users = new Users(this.#caller);
    this.notifications = new Notifications(this.#caller);
  }

  /**
   * The rows of a query, page after page unless it has a limit of its own.
   *
   * @example
   * for await (const row of crm.query(coql`select Last_Name from Leads where Company = ${company}`)) console.log(row);
   */
  query<T = CrmRecord>(query: CoqlQuery, options: CallOptions = {}): AsyncGenerator<T> {
    return queryRows<T>(this.#caller, query, options);
  }

  /**
   * A related list of a record.
   *
   * @example
   * await crm.related('Leads', id, 'Notes').create([{ Note_Content: 'Called' }]);
   */
  related(module: string, id: string, list: string): RelatedList {
    return new RelatedList(this.#caller, module, id, list);
  }

  /**
   * All records of a module by bulk jobs, as texts by the names of the result's columns. For many records; nothing is held
   * in memory.
   *
   * @example
   * for await (const row of crm.bulkRead('Leads', { fields: ['Last_Name', 'Email'] })) console.log(row.Id, row.Email);
   */
  bulkRead(module: string, options: BulkReadOptions = {}): AsyncGenerator<Readonly<Record<string, string>>> {
    return bulkRead(this.#caller, module, options);
  }

  /**
   * Writes any number of rows by bulk jobs. Gives what became of each, in order. Needs `organizationId` in the session.
   *
   * @example
   * for await (const { status, errors } of crm.bulkWrite('Leads', rows, { operation: 'insert' })) console.log(status, errors);
   */
  bulkWrite(
    module: string,
    rows: AsyncIterable<Readonly<Record<string, unknown>>> | Iterable<Readonly<Record<string, unknown>>>,
    options: BulkWriteOptions,
  ): AsyncGenerator<BulkWriteResult> {
    return bulkWrite(this.#caller, module, rows, options);
  }

  /**
   * Any other call; null for an answer without content.
   *
   * @example
   * const tags = await crm.request({ method: 'GET', path: 'settings/tags', query: { module: 'Leads' } });
   */
  request<T = unknown>(request: CrmRequest): Promise<T | null> {
    return this.#caller.json<T>(request);
  }
}
