import type { CallOptions, CrmCaller } from './call.ts';
import { part } from './call.ts';
import { pages } from './paging.ts';
import type { CrmRecord } from './records.ts';

/** Users of the organization, and the organization itself. */
export class Users {
  readonly #caller: CrmCaller;

  constructor(caller: CrmCaller) {
    this.#caller = caller;
  }

  /**
   * The user of the session.
   *
   * @example
   * const me = await crm.users.current();
   */
  async current(options: CallOptions = {}): Promise<CrmRecord> {
    const request = { ...options, method: 'GET', path: 'users', query: { type: 'CurrentUser' } };
    return (await this.#caller.json<{ users: CrmRecord[] }>(request))?.users[0] ?? {};
  }

  /**
   * Users of a type.
   *
   * @example
   * for await (const user of crm.users.list('ActiveUsers')) console.log(user.full_name);
   */
  async *list(type = 'AllUsers', options: CallOptions = {}): AsyncGenerator<CrmRecord> {
    const request = { ...options, path: 'users', query: { type, per_page: 200 } };
    for await (const page of pages<CrmRecord>(this.#caller, request, 'users')) yield* page.records;
  }

  /**
   * One user, or null.
   *
   * @example
   * const user = await crm.users.get(id);
   */
  async get(id: string, options: CallOptions = {}): Promise<CrmRecord | null> {
    const request = { ...options, method: 'GET', path: `users/${part(id)}` };
    return (await this.#caller.json<{ users: CrmRecord[] }>(request))?.users[0] ?? null;
  }

  /**
   * The organization.
   *
   * @example
   * const { company_name, zgid } = await crm.users.organization();
   */
  async organization(options: CallOptions = {}): Promise<CrmRecord> {
    return (await this.#caller.json<{ org: CrmRecord[] }>({ ...options, method: 'GET', path: 'org' }))?.org[0] ?? {};
  }
}
