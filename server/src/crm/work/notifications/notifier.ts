import { apiOrigin, type DataCenter, type Environment } from '../../../config/data-centers.ts';
import { type ChangeNotices, clockTopic } from '../../../database/change-notices.ts';
import type { Clock } from '../../../foundation/clock.ts';
import { FairShares } from '../../../foundation/fair-shares.ts';
import type { Log } from '../../../http/log.ts';
import { deliveryDelaysMs, deliveryLeaseMs, deliveryPollMs } from '../../../http/outgoing/delivery.ts';
import type { OutgoingPolicy } from '../../../http/outgoing/outgoing-policy.ts';
import type { EventRecorder } from '../../../inspector/events.ts';
import { postJson } from '../../jobs/outgoing/post-json.ts';
import type { CrmStore } from '../../kernel/store.ts';
import { type Change, notificationBody } from './notification-body.ts';
import { seenChanges } from './seen-changes.ts';
import type { WatchedOperation } from './watch-rows.ts';

const topic = 'crm-notification';
/** Calls at the same time: a receiver that hangs takes places of its own, never all. */
const callsAtOnce = { total: 60, perTenant: 20, perReceiver: 10, reserved: 20 };

/** A notification that is due, with what its turn depends on. */
interface Due {
  readonly id: string;
  /** The organization. */
  readonly tenant: string;
  /** The origin that is called; undefined when the channel has ended. */
  readonly receiver: string | undefined;
}

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
  readonly events: Pick<EventRecorder, 'record'>;
  readonly policy: OutgoingPolicy;
}

/**
 * Sends notifications (crm-api 11). They are written by the statement that changes the records, so what is told is
 * committed; each is told at least once while its channel lasts, again after a failure, and by one process at a time.
 */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #shares = new FairShares(callsAtOnce);
  readonly #sending = new Set<Promise<void>>();
  readonly #ending = new AbortController();
  #looking: Promise<void> | undefined;
  #again = false;

  constructor(options: NotifierOptions) {
    this.#options = options;
    const poll = () => void this.#poll();
    options.notices.subscribe(topic, { changed: poll, reset: poll });
    options.notices.subscribe(clockTopic, { changed: poll, reset: () => {} });
    this.#timer = setInterval(poll, deliveryPollMs).unref();
  }

  /** Sends what is due; resolves when nothing is any more. */
  async send(): Promise<void> {
    await this.#poll();
    while (this.#sending.size > 0) {
      await Promise.race(this.#sending);
      await this.#poll();
    }
  }

  /** Begins to send what is due and may begin. What cannot yet is looked for again when something has ended. */
  #poll(): Promise<void> {
    this.#again = true;
    this.#looking ??= this.#begin().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #begin(): Promise<void> {
    const { log } = this.#options;
    while (this.#again && !this.#ended) {
      this.#again = false;
      try {
        for (const [due, waiting] of await this.#claim()) this.#start(due, waiting);
      } catch (error) {
        if (!this.#ended) log.warn({ err: error as Error }, 'notifications cannot be read');
        return;
      }
    }
  }

  #start(due: Due, waiting: Waiting): void {
    const sending = this.#sendOne(waiting)
      .catch((error: Error) => {
        if (!this.#ended) this.#options.log.warn({ err: error }, 'a notification was not sent');
      })
      .finally(() => {
        this.#sending.delete(sending);
        this.#shares.leave(due);
        void this.#poll();
      });
    this.#sending.add(sending);
  }

  get #ended(): boolean {
    return this.#ending.signal.aborted;
  }

  /** Ends the calls that are under way; they are made again by whoever comes next. */
  async close(): Promise<void> {
    this.#ending.abort();
    clearInterval(this.#timer);
    await this.#looking;
    await Promise.all(this.#sending);
  }

  /** Takes what is due and has its turn. */
  async #claim(): Promise<(readonly [Due, Waiting])[]> {
    if (!this.#shares.hasRoom) return [];
    const admitted = this.#shares.admit(await this.#due());
    if (admitted.length === 0) return [];
    const byId = new Map(admitted.map((due) => [due.id, due]));
    try {
      return (await this.#take([...byId.keys()])).map((waiting) => {
        const due = byId.get(waiting.notification_id) as Due;
        byId.delete(due.id);
        return [due, waiting] as const;
      });
    } finally {
      // Another process was faster.
      for (const due of byId.values()) this.#shares.leave(due);
    }
  }

  /** The first ones that are due of each module of each channel, the oldest first. */
  async #due(): Promise<Due[]> {
    const { store, clock } = this.#options;
    const queue = 'data_space, user_id, channel_id, module';
    const rows = await store.database.query<{ id: string; tenant: string; notify_url: string | null }>({
      name: 'notifications-due',
      text: `WITH RECURSIVE queue AS (
               (SELECT ${queue} FROM crm_notification ORDER BY ${queue} LIMIT 1)
               UNION ALL
               SELECT next.* FROM queue CROSS JOIN LATERAL (
                 SELECT ${queue} FROM crm_notification AS other
                 WHERE (other.data_space, other.user_id, other.channel_id, other.module)
                     > (queue.data_space, queue.user_id, queue.channel_id, queue.module)
                 ORDER BY ${queue} LIMIT 1) AS next
             )
             SELECT due.notification_id AS id, organization_id AS tenant, notify_url
             FROM queue JOIN crm_data_space USING (data_space)
             LEFT JOIN crm_watch USING (${queue})
             CROSS JOIN LATERAL (
               SELECT notification_id, next_attempt_at_ms FROM crm_notification AS one
               WHERE one.data_space = queue.data_space AND one.user_id = queue.user_id
                 AND one.channel_id = queue.channel_id AND one.module = queue.module AND next_attempt_at_ms <= $1
               ORDER BY next_attempt_at_ms, notification_id LIMIT ${callsAtOnce.perReceiver}) AS due
             ORDER BY next_attempt_at_ms, due.notification_id`,
      values: [clock.nowMs()],
    });
    return rows.map(({ id, tenant, notify_url: url }) => ({
      id,
      tenant,
      receiver: url === null ? undefined : new URL(url).origin,
    }));
  }

  #take(ids: readonly string[]): Promise<Waiting[]> {
    const { store, clock } = this.#options;
    return store.database.query<Waiting>({
      text: `WITH claimed AS (
               UPDATE crm_notification SET attempts = attempts + 1, next_attempt_at_ms = $1::bigint + ${deliveryLeaseMs}
               WHERE notification_id IN (
                 SELECT notification_id FROM crm_notification
                 WHERE notification_id = ANY ($2::bigint[]) AND next_attempt_at_ms <= $1 FOR UPDATE SKIP LOCKED)
               RETURNING *
             )
             SELECT claimed.*, organization_id, environment, notify_url, token, return_values, client_id
             FROM claimed JOIN crm_data_space USING (data_space)
             LEFT JOIN crm_watch ON crm_watch.data_space = claimed.data_space AND crm_watch.user_id = claimed.user_id
               AND crm_watch.channel_id = claimed.channel_id AND crm_watch.module = claimed.module
               AND crm_watch.expires_at_ms > $1
             ORDER BY notification_id`,
      values: [clock.nowMs(), ids],
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
    const delivery = await postJson(notifyUrl, JSON.stringify(body), policy, this.#ending.signal);
    if (!delivery.delivered && this.#ended) return this.#putBack(waiting);
    const delayMs = delivery.delivered ? undefined : deliveryDelaysMs[waiting.attempts - 1];
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

  async #putBack({ notification_id }: Waiting): Promise<void> {
    const { store, clock } = this.#options;
    await store.database.query({
      text: 'UPDATE crm_notification SET attempts = attempts - 1, next_attempt_at_ms = $2 WHERE notification_id = $1',
      values: [notification_id, clock.nowMs()],
    });
  }

  async #forget({ notification_id }: Waiting): Promise<void> {
    await this.#options.store.database.query({
      text: 'DELETE FROM crm_notification WHERE notification_id = $1',
      values: [notification_id],
    });
  }
}
