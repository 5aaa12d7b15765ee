import { clockTopic } from '../database/change-notices.ts';
import type { Database } from '../database/database.ts';
import { callOut } from '../http/outgoing/call-out.ts';
import { deliveryDelaysMs, deliveryLeaseMs, deliveryOf, deliveryPollMs } from '../http/outgoing/delivery.ts';
import type { OutgoingPolicy } from '../http/outgoing/outgoing-policy.ts';
import { issuerOf } from '../oauth/issuer.ts';
import type { AccountsContext } from './context.ts';
import {
  type EndedSession,
  forgetEndedSession,
  retryEndedSession,
  takeEndedSessions,
} from './store/session-clients.ts';

/** Topic of notices that a session may have ended: this process looks at once, the others soon. */
export const sessionEndedTopic = 'session-ended';

/** Calls at the same time; a receiver that hangs holds one of them for ten seconds at most. */
const atOnce = 20;
const logoutTokenSeconds = 120;
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

type Parts = Pick<
  AccountsContext,
  'clients' | 'clock' | 'dataCenter' | 'events' | 'log' | 'notices' | 'random' | 'signingKeys'
> & { readonly database: Database; readonly policy: OutgoingPolicy };

/**
 * Tells clients that a session has ended (OpenID Connect Back-Channel Logout 1.0 §2.4, §2.5), whatever ended it: the row of
 * the session is gone, and what it gave to clients stays behind until each has been told. At least once, by one process at
 * a time, again after a failure.
 */
export class BackChannelLogout {
  readonly #parts: Parts;
  readonly #timer: NodeJS.Timeout;
  readonly #ending = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
    const look = () => {
      this.#running = this.#running.then(() => this.#look());
    };
    parts.notices.subscribe(sessionEndedTopic, { changed: look, reset: () => {} });
    parts.notices.subscribe(clockTopic, { changed: look, reset: () => {} });
    this.#timer = setInterval(look, deliveryPollMs).unref();
  }

  async close(): Promise<void> {
    this.#ending.abort();
    clearInterval(this.#timer);
    await this.#running;
  }

  async #look(): Promise<void> {
    const { clock, database, log } = this.#parts;
    try {
      for (let taken = atOnce; taken === atOnce && !this.#ending.signal.aborted; ) {
        const ended = await takeEndedSessions(database, {
          most: atOnce,
          nowMs: clock.nowMs(),
          leaseMs: deliveryLeaseMs,
        });
        taken = ended.length;
        await Promise.all(ended.map((each) => this.#tell(each)));
      }
    } catch (error) {
      if (!this.#ending.signal.aborted) log.warn({ err: error as Error }, 'logouts were not told');
    }
  }

  async #tell(ended: EndedSession): Promise<void> {
    const { clients, clock, database, events, policy } = this.#parts;
    const { attempts, client_id: clientId, user_id: userId } = ended;
    const uri = (await clients.find(clientId))?.backchannelLogoutUri;
    if (!uri) return forgetEndedSession(database, ended);
    const body = String(new URLSearchParams({ logout_token: await this.#logoutToken(ended) }));
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'cache-control': 'no-store' };
    const result = await callOut(uri, { method: 'POST', headers, body, signal: this.#ending.signal }, policy);
    if (this.#ending.signal.aborted) return retryEndedSession(database, ended, clock.nowMs());
    const delivery = deliveryOf(result);
    const delayMs = delivery.delivered ? undefined : deliveryDelaysMs[attempts - 1];
    const why = delivery.delivered ? {} : { why: delivery.why, again: delayMs !== undefined };
    events.record({
      kind: 'logout',
      outcome: delivery.delivered ? 'Success' : 'NotDelivered',
      clientId,
      userId,
      detail: { attempt: attempts, to: new URL(uri).origin, ...why },
    });
    if (delayMs === undefined) await forgetEndedSession(database, ended);
    else await retryEndedSession(database, ended, clock.nowMs() + delayMs);
  }

  #logoutToken({ client_id: clientId, sid, user_id: userId }: EndedSession): Promise<string> {
    const { clock, dataCenter, random, signingKeys } = this.#parts;
    const issuedAt = Math.floor(clock.nowMs() / 1000);
    const payload = {
      iss: issuerOf(dataCenter, 'standard'),
      sub: userId,
      aud: clientId,
      iat: issuedAt,
      exp: issuedAt + logoutTokenSeconds,
      jti: random.bytes(16).toString('base64url'),
      events: { [logoutEvent]: {} },
      sid,
    };
    return signingKeys.sign(payload, { type: 'logout+jwt' });
  }
}
