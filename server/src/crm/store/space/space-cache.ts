import { LRUCache } from 'lru-cache';
import type { Environment } from '../../../config/data-centers.ts';
import type { ChangeNotices } from '../../../database/change-notices.ts';
import { atMost } from '../../../foundation/at-most.ts';
import type { Clock } from '../../../foundation/clock.ts';
import type { Space } from '../../kernel/space/space.ts';
import type { Spaces } from '../../kernel/store.ts';

/** Topic of the change notices about users, roles, profiles and metadata; the key is the data space. */
export const spaceTopic = 'crm-space';

/** Most data spaces in memory, and how long one is trusted without a notice (milliseconds). */
const maxSpaces = 5_000;
const ttlMs = 60_000;

interface Cached {
  readonly space: Space;
  readonly loadedAtMs: number;
}

/** The data spaces that were used last, read once and forgotten when a notice says that they changed. */
export class SpaceCache implements Spaces {
  readonly #load: (organizationId: string, environment: Environment) => Promise<Space | undefined>;
  readonly #clock: Clock;
  readonly #spaces = new LRUCache<string, Cached>(atMost(maxSpaces));
  readonly #loading = new Map<string, Promise<Space | undefined>>();
  /** Grows with every notice, so that a load that a notice overtook is not kept. */
  #generation = 0;

  constructor(options: {
    readonly load: (organizationId: string, environment: Environment) => Promise<Space | undefined>;
    readonly notices: ChangeNotices;
    readonly clock: Clock;
  }) {
    this.#load = options.load;
    this.#clock = options.clock;
    options.notices.subscribe(spaceTopic, {
      changed: (key) => this.forget(Number(key)),
      reset: () => this.#forget(() => true),
    });
  }

  /** The data space, at once when it is in memory; undefined when there is no such organization here. */
  get(organizationId: string, environment: Environment): Space | undefined | Promise<Space | undefined> {
    const key = `${environment}/${organizationId}`;
    const cached = this.#spaces.get(key);
    if (cached && Math.abs(this.#clock.nowMs() - cached.loadedAtMs) < ttlMs) return cached.space;
    return this.#loading.get(key) ?? this.#read(key, organizationId, environment);
  }

  #read(key: string, organizationId: string, environment: Environment): Promise<Space | undefined> {
    const generation = this.#generation;
    const loading = this.#load(organizationId, environment)
      .then((space) => {
        if (generation === this.#generation) this.#keep(key, space);
        return space;
      })
      .finally(() => {
        if (this.#loading.get(key) === loading) this.#loading.delete(key);
      });
    this.#loading.set(key, loading);
    return loading;
  }

  #keep(key: string, space: Space | undefined): void {
    // An organization that does not exist is not remembered: it may be created the next moment.
    if (space) this.#spaces.set(key, { space, loadedAtMs: this.#clock.nowMs() });
  }

  /** What a change made by this process does at once; other processes hear of it by the notice. */
  forget(dataSpace: number): void {
    this.#forget((space) => space.dataSpace === dataSpace);
  }

  #forget(which: (space: Space) => boolean): void {
    this.#generation++;
    this.#loading.clear();
    for (const [key, { space }] of [...this.#spaces]) if (which(space)) this.#spaces.delete(key);
  }
}
