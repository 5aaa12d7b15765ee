import { randomBytes } from 'node:crypto';
import { type DeviceAuthorization, MemoryTokenStore, type Session } from '@grantway/node';
import type { SampleOptions } from '../../shared/platform.ts';
import { endingOf, lookAgainMs, pause, type Screen, showLeads, waitForUser } from './device.ts';
import { beginDevice, oauthOf } from './oauth.ts';

/** A page that was opened: a device with a user code of its own. Device code and tokens never leave the server. */
export interface Tv {
  readonly id: string;
  /** The browser that opened it: nobody else sees its screen. */
  readonly owner: string;
  readonly authorization: DeviceAuthorization | undefined;
  screen: Screen;
  /** Counts the changes of the screen. */
  version: number;
  session: Session | undefined;
  readonly watchers: Set<() => void>;
  /** When a page last looked, by a clock that only goes on. */
  seenAtMs: number;
  readonly ending: AbortController;
  /** Makes it read the leads again now. */
  lookAgain: () => void;
}

const mostTvs = 200;
/** A code that no page shows is not waited for any longer than this. */
const abandonedMs = 120_000;
/** A connection that no page shows is ended after this. */
const forgottenMs = 12 * 3600 * 1000;
const sweepMs = 30_000;

/** The TVs that are switched on. */
export class Tvs {
  readonly #options: SampleOptions;
  readonly #store = new MemoryTokenStore();
  readonly #tvs = new Map<string, Tv>();
  readonly #sweeping = setInterval(() => this.#sweep(), sweepMs).unref();

  constructor(options: SampleOptions) {
    this.#options = options;
  }

  /** Switches a TV on: it has its user code when the promise is kept, or a screen that says why not. */
  async switchOn(owner: string, start: string | undefined): Promise<Tv> {
    let authorization: DeviceAuthorization | undefined;
    let screen: Screen = { state: 'waiting' };
    try {
      const oauth = await oauthOf(this.#options, this.#store);
      authorization = await beginDevice(this.#options, oauth, start);
    } catch (error) {
      screen = endingOf(error);
    }
    const tv: Tv = {
      ...{ id: randomBytes(16).toString('base64url'), owner, authorization, screen, version: 1, session: undefined },
      ...{ watchers: new Set(), seenAtMs: performance.now(), ending: new AbortController() },
      lookAgain: () => {},
    };
    this.#makeRoom();
    this.#tvs.set(tv.id, tv);
    if (authorization) void this.#run(tv, authorization);
    return tv;
  }

  /** The TV, for the browser that opened it. */
  find(id: string, owner: string | undefined): Tv | undefined {
    const tv = this.#tvs.get(id);
    if (tv?.owner !== owner) return undefined;
    if (tv) tv.seenAtMs = performance.now();
    return tv;
  }

  /** Revokes what the TV was given, and switches it off. */
  async disconnect(tv: Tv): Promise<void> {
    await tv.session?.revoke();
    this.#switchOff(tv);
  }

  close(): void {
    clearInterval(this.#sweeping);
    // Their pages are not told: they would ask a server that is about to end.
    for (const tv of this.#tvs.values()) tv.ending.abort();
    this.#tvs.clear();
  }

  async #run(tv: Tv, authorization: DeviceAuthorization): Promise<void> {
    const { signal } = tv.ending;
    const show = (screen: Screen) => {
      tv.screen = screen;
      tv.version += 1;
      for (const tell of tv.watchers) tell();
    };
    try {
      tv.session = await waitForUser(authorization, tv.id, signal, show);
      await showLeads(tv.session, { signal, show, now: this.#options.now, wait: (asked) => untilLookedAt(tv, asked) });
    } catch (error) {
      if (signal.aborted) return;
      try {
        show(endingOf(error));
      } catch (fault) {
        this.#options.onError(fault as Error, 'a TV stopped');
        show({ state: 'ended', code: 'unavailable', title: 'The TV stopped', text: 'Ask for a new code.' });
      }
    }
  }

  /** The one that nobody has looked at for the longest time goes. */
  #makeRoom(): void {
    if (this.#tvs.size < mostTvs) return;
    const [oldest] = [...this.#tvs.values()].sort((a, b) => a.seenAtMs - b.seenAtMs);
    if (oldest) this.#abandon(oldest);
  }

  #sweep(): void {
    for (const tv of this.#tvs.values()) {
      const unseenMs = tv.watchers.size > 0 ? 0 : performance.now() - tv.seenAtMs;
      if (unseenMs > (tv.screen.state === 'connected' ? forgottenMs : abandonedMs)) this.#abandon(tv);
    }
  }

  /** Nobody will look at it again: its tokens are of no more use to anybody. */
  #abandon(tv: Tv): void {
    this.disconnect(tv).catch((error: Error) => {
      this.#options.onError(error, 'a TV could not give its tokens back');
      this.#switchOff(tv);
    });
  }

  #switchOff(tv: Tv): void {
    tv.ending.abort();
    this.#tvs.delete(tv.id);
    for (const tell of tv.watchers) tell();
  }
}

/** A minute, or until the page is loaded again. */
async function untilLookedAt(tv: Tv, signal: AbortSignal): Promise<void> {
  const asked = new Promise<void>((resolve) => {
    tv.lookAgain = resolve;
  });
  const rest = new AbortController();
  try {
    await Promise.race([asked, pause(lookAgainMs, AbortSignal.any([signal, rest.signal]))]);
  } finally {
    rest.abort();
  }
}
