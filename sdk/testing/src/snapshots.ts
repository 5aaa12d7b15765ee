import { type Admin, part } from './admin.ts';

/** States of the whole platform: all data centres, and the time. */
export class Snapshots {
  readonly #admin: Admin;

  constructor(admin: Admin) {
    this.#admin = admin;
  }

  /** Saves the state; one that had the name is replaced. @param name letters, digits, `.`, `_` and `-`. */
  async save(name: string): Promise<void> {
    await this.#admin.call('PUT', `/lab/snapshots/${part(name)}`);
  }

  /** Brings the state back. Throws TestPlatformError when there is none of the name. */
  async restore(name: string): Promise<void> {
    await this.#admin.call('POST', `/lab/snapshots/${part(name)}/restore`);
  }

  async delete(name: string): Promise<void> {
    await this.#admin.call('DELETE', `/lab/snapshots/${part(name)}`);
  }

  async list(): Promise<string[]> {
    const { snapshots } = await this.#admin.call<{ snapshots: { name: string }[] }>('GET', '/lab/snapshots');
    return snapshots.map(({ name }) => name);
  }
}
