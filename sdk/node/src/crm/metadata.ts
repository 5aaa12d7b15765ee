import { orAborted } from '../../../common/http/wait.ts';
import type { CallOptions, CrmCaller } from './call.ts';
import type { CrmRecord } from './records.ts';

interface Kept {
  readonly untilMs: number;
  readonly list: Promise<readonly CrmRecord[]>;
}

/** Modules, fields, layouts and the rest of an organization's set-up. Asked for when it is needed, and kept for a while. */
export class Metadata {
  readonly #caller: CrmCaller;
  readonly #keepMs: number;
  readonly #kept = new Map<string, Kept>();

  constructor(caller: CrmCaller, keepMs: number) {
    this.#caller = caller;
    this.#keepMs = keepMs;
  }

  /**
   * All modules.
   *
   * @example
   * const names = (await crm.metadata.modules()).map(({ api_name }) => api_name);
   */
  modules(options: CallOptions = {}): Promise<readonly CrmRecord[]> {
    return this.#list('modules', 'settings/modules', {}, options);
  }

  /**
   * The fields of a module.
   *
   * @example
   * const fields = await crm.metadata.fields('Leads');
   */
  fields(module: string, options: CallOptions = {}): Promise<readonly CrmRecord[]> {
    return this.#list('fields', 'settings/fields', { module }, options);
  }

  /**
   * The layouts of a module.
   *
   * @example
   * const [layout] = await crm.metadata.layouts('Leads');
   */
  layouts(module: string, options: CallOptions = {}): Promise<readonly CrmRecord[]> {
    return this.#list('layouts', 'settings/layouts', { module }, options);
  }

  /**
   * The related lists of a module.
   *
   * @example
   * const lists = await crm.metadata.relatedLists('Leads');
   */
  relatedLists(module: string, options: CallOptions = {}): Promise<readonly CrmRecord[]> {
    return this.#list('related_lists', 'settings/related_lists', { module }, options);
  }

  /**
   * The custom views of a module.
   *
   * @example
   * const views = await crm.metadata.customViews('Leads');
   */
  customViews(module: string, options: CallOptions = {}): Promise<readonly CrmRecord[]> {
    return this.#list('custom_views', 'settings/custom_views', { module }, options);
  }

  /**
   * Forgets what is kept, so that the next call asks.
   *
   * @example
   * crm.metadata.forget();
   */
  forget(): void {
    this.#kept.clear();
  }

  #list(
    name: string,
    path: string,
    query: Readonly<Record<string, string>>,
    { signal, ...options }: CallOptions,
  ): Promise<readonly CrmRecord[]> {
    const key = JSON.stringify([path, query]);
    const kept = this.#kept.get(key);
    if (kept && kept.untilMs > Date.now()) return orAborted(kept.list, signal);
    const list = this.#caller
      .json<Record<string, CrmRecord[]>>({ ...options, method: 'GET', path, query })
      .then((answer) => answer?.[name] ?? []);
    this.#kept.set(key, { list, untilMs: Date.now() + this.#keepMs });
    // What failed is not kept.
    list.catch(() => this.#kept.delete(key));
    return orAborted(list, signal);
  }
}
