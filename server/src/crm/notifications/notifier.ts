import { apiOrigin, type DataCenter, type Environment } from '../../config/data-centers.ts';
import type { ChangeNotices } from '../../database/change-notices.ts';
import type { Clock } from '../../foundation/clock.ts';
import type { Log } from '../../http/log.ts';
import type { EventRecorder } from '../../inspector/events.ts';
import type { OutgoingPolicy } from '../outgoing/outgoing-policy.ts';
import { postJson } from '../outgoing/post-json.ts';
import type { CrmStore } from '../store.ts';
import { type Change, notificationBody } from './notification-body.ts';
import { seenChanges } from './seen-changes.ts';
import type { WatchedOperation } from './watch-rows.ts';

const topic = 'crm-notification';
const atOnce = 20;
const pollMs = 2_000;
/** A process that ends in the middle of a call leaves it to others after so long. */
const leaseMs = 60_000;
/** Waits after each attempt that failed; after the last one the notification is given up. */
const delaysMs = [2_000, 10_000, 60_000, 300_000, 1_800_000];

interface Waiting {
  notification_id: string;
  user_id: string;
  channel_id: string;
  module: number;
  operation: WatchedOperation;
  changes: Change[];
  attempts: number;
  organization_id: string;
  environment: Environment;
  /** Null when the channel has ended. */
  notify_url: string | null;
  token: string | null;
  return_values: boolean;
  client_id: string;
}

export interface NotifierOptions {
  readonly store: CrmStore;
  readonly dataCenter: DataCenter;
  readonly notices: ChangeNotices;
  readonly clock: Clock;
  readonly log: Log;
  readonly events: EventRecorder;
  readonly policy: OutgoingPolicy;
}

/**
 * Sends notifications (crm-api 11). They are written by the statement that changes the records, so what is told is
 * committed; each is told at least once while its channel lasts, again after a failure, and by one process at a time.
 */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #timer: NodeJS.Timeout;
  #working: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor(options: NotifierOptions) {
    this.#options = options;
    const look = () => void this.send();
    options.notices.subscribe(topic, { changed: look, reset: look });
    this.#timer = setInterval(look, pollMs).unref();
  }

  /** Sends what is due; resolves when nothing is any more. */
  send(): Promise<void> {
    this.#again = true;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
    return this.#working;
  }

  async #work(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      try {
        const claimed = await this.#claim();
        await Promise.all(claimed.map((each) => this.#sendOne(each)));
        if (claimed.length > 0) this.#again = true;
      } catch (error) {
        if (!this.#closed) this.#options.log.warn({ err: error as Error }, 'notifications were not sent');
        return;
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#working;
  }

  #claim(): Promise<Waiting[]> {
    const { store, clock } = this.#options;
    return store.database.query<Waiting>({
      text: `WITH claimed AS (
               UPDATE crm_notification SET attempts = attempts + 1, next_attempt_at_ms = $1::bigint + ${leaseMs}
               WHERE notification_id IN (
                 SELECT notification_id FROM crm_notification WHERE next_attempt_at_ms <= $1
                 ORDER BY next_attempt_at_ms, notification_id LIMIT ${atOnce} FOR UPDATE SKIP LOCKED)
               RETURNING *
             )
             SELECT claimed.*, organization_id, environment, notify_url, token, return_values, client_id
             FROM claimed JOIN crm_data_space USING (data_space)
             LEFT JOIN crm_watch ON crm_watch.data_space = claimed.data_space AND crm_watch.user_id = claimed.user_id
               AND crm_watch.channel_id = claimed.channel_id AND crm_watch.module = claimed.module
               AND crm_watch.expires_at_ms > $1
             ORDER BY notification_id`,
      values: [clock.nowMs()],
    });
  }

  async #sendOne(waiting: Waiting): Promise<void> {
    const { store, dataCenter, clock, policy } = this.#options;
    const { notify_url: notifyUrl, environment } = waiting;
    const whole = await store.spaces.get(waiting.organization_id, environment);
    const user = whole?.user(waiting.user_id);
    const space = user && whole?.seenBy(user.profile);
    const module = space?.metadata.byNumber(waiting.module);
    // The channel ended, or its user may not read the module any more: nobody is told.
    const allowed = user?.status === 'active' && !user.profile.denied.has(`Crm_Implied_View_${module?.apiName}`);
    if (!space || !module || !allowed || notifyUrl === null) return this.#forget(waiting);
    const changes = await seenChanges(store, { space, user, module, changes: waiting.changes });
    if (changes.length === 0) return this.#forget(waiting);
    const body = await notificationBody(store, {
      space,
      module,
      timeZone: user.timeZone,
      origin: apiOrigin(dataCenter, environment),
      operation: waiting.operation,
      changes,
      channelId: waiting.channel_id,
      token: waiting.token,
      notifyUrl,
      returnValues: waiting.return_values,
      nowMs: clock.nowMs(),
    });
    const delivery = await postJson(notifyUrl, JSON.stringify(body), policy);
    const delayMs = delivery.delivered ? undefined : delaysMs[waiting.attempts - 1];
    const why = delivery.delivered ? {} : { why: delivery.why, again: delayMs !== undefined };
    this.#options.events.record({
      kind: 'notification',
      outcome: delivery.delivered ? 'Success' : 'NotDelivered',
      clientId: waiting.client_id,
      userId: user.zuid,
      detail: {
        channel: waiting.channel_id,
        module: module.apiName,
        operation: waiting.operation,
        records: changes.length,
        attempt: waiting.attempts,
        to: new URL(notifyUrl).origin,
        ...why,
      },
    });
    if (delayMs === undefined) return this.#forget(waiting);
    await store.database.query({
      text: 'UPDATE crm_notification SET next_attempt_at_ms = $2 WHERE notification_id = $1',
      values: [waiting.notification_id, clock.nowMs() + delayMs],
    });
  }

  async #forget({ notification_id }: Waiting): Promise<void> {
    await this.#options.store.database.query({
      text: 'DELETE FROM crm_notification WHERE notification_id = $1',
      values: [notification_id],
    });
  }
}
