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
/** Data spaces that are looked at together. */
const spacesAtOnce = 8;

/** A notification that is due, with what its turn depends on. */
interface Due {
  readonly dataSpace: number;
  readonly id: string;
  readonly atMs: number;
  /** The organization. */
  readonly tenant: string;
  /** The origin that is called; undefined when the channel has ended. */
  readonly receiver: string | undefined;
}

interface Waiting {
  data_space: number;
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
 *
 * It keeps in mind which data spaces may have something due: notices name them, and now and then one statement asks all
 * shards of the table. What is due in a data space is asked of its own shard.
 */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #shares = new FairShares(callsAtOnce);
  readonly #sending = new Set<Promise<void>>();
  readonly #ending = new AbortController();
  /** Data spaces that may have something due, those first whose turn is longest ago. */
  readonly #spaces = new Set<number>();
  #looking: Promise<void> | undefined;
  #again = false;
  #askAll = false;

  constructor(options: NotifierOptions) {
    this.#options = options;
    const poll = () => void this.#pollAll();
    const changed = (dataSpace: string) => {
      this.#spaces.add(Number(dataSpace));
      void this.#poll();
    };
    options.notices.subscribe(topic, { changed, reset: poll });
    options.notices.subscribe(clockTopic, { changed: poll, reset: () => {} });
    this.#timer = setInterval(poll, deliveryPollMs).unref();
  }

  /** Sends what is due; resolves when nothing is any more. */
  async send(): Promise<void> {
    await this.#pollAll();
    while (this.#sending.size > 0) {
      await Promise.race(this.#sending);
      await this.#pollAll();
    }
  }

  #pollAll(): Promise<void> {
    this.#askAll = true;
    return this.#poll();
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
        await this.#findSpaces();
        await this.#claim();
      } catch (error) {
        // Some of them may have been taken out.
        this.#askAll = true;
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

  async #findSpaces(): Promise<void> {
    if (!this.#askAll) return;
    this.#askAll = false;
    const { store, clock } = this.#options;
    const rows = await store.database.query<{ data_space: number }>({
      name: 'notifications-due-spaces',
      text: 'SELECT DISTINCT data_space FROM crm_notification WHERE next_attempt_at_ms <= $1',
      values: [clock.nowMs()],
    });
    for (const row of rows) this.#spaces.add(row.data_space);
  }

  /** Takes what is due and has its turn, and begins to send it. */
  async #claim(): Promise<void> {
    const spaces = [...this.#spaces];
    while (spaces.length > 0 && this.#shares.hasRoom && !this.#ended) {
      const due = await Promise.all(spaces.splice(0, spacesAtOnce).map((dataSpace) => this.#look(dataSpace)));
      const admitted = this.#shares.admit(due.flat().sort((one, other) => one.atMs - other.atMs));
      const taken = await Promise.allSettled(admitted.map((each) => this.#take(each)));
      // Begun in their order, whichever claim was answered first.
      for (const [index, each] of taken.entries()) {
        if (each.status === 'fulfilled' && each.value) this.#start(admitted[index] as Due, each.value);
      }
      const failed = taken.find((each) => each.status === 'rejected');
      if (failed) throw failed.reason;
    }
  }

  /** What is due in a data space; its next turn comes after all others'. */
  async #look(dataSpace: number): Promise<Due[]> {
    this.#spaces.delete(dataSpace);
    const due = await this.#due(dataSpace);
    if (due.length > 0) this.#spaces.add(dataSpace);
    return due;
  }

  /** The first ones that are due of each module of each channel, the oldest first. */
  async #due(dataSpace: number): Promise<Due[]> {
    const { store, clock } = this.#options;
    const queue = 'user_id, channel_id, module';
    const rows = await store.database.query<{ id: string; at_ms: string; tenant: string; notify_url: string | null }>({
      name: 'notifications-due',
      text: `WITH RECURSIVE queue AS (
               (SELECT data_space, ${queue} FROM crm_notification WHERE data_space = $2 ORDER BY ${queue} LIMIT 1)
               UNION ALL
               SELECT next.* FROM queue CROSS JOIN LATERAL (
                 SELECT data_space, ${queue} FROM crm_notification AS other
                 WHERE other.data_space = $2
                   AND (other.user_id, other.channel_id, other.module) > (queue.user_id, queue.channel_id, queue.module)
                 ORDER BY ${queue} LIMIT 1) AS next
             )
             SELECT due.notification_id AS id, next_attempt_at_ms AS at_ms, organization_id AS tenant, notify_url
             FROM queue JOIN crm_data_space USING (data_space)
             LEFT JOIN crm_watch ON crm_watch.data_space = $2 AND crm_watch.user_id = queue.user_id
               AND crm_watch.channel_id = queue.channel_id AND crm_watch.module = queue.module
             CROSS JOIN LATERAL (
               SELECT notification_id, next_attempt_at_ms FROM crm_notification AS one
               WHERE one.data_space = $2 AND one.user_id = queue.user_id
                 AND one.channel_id = queue.channel_id AND one.module = queue.module AND next_attempt_at_ms <= $1
               ORDER BY next_attempt_at_ms, notification_id LIMIT ${callsAtOnce.perReceiver}) AS due
             ORDER BY next_attempt_at_ms, due.notification_id`,
      values: [clock.nowMs(), dataSpace],
    });
    return rows.map(({ id, at_ms: atMs, tenant, notify_url: url }) => ({
      dataSpace,
      id,
      atMs: Number(atMs),
      tenant,
      receiver: url === null ? undefined : new URL(url).origin,
    }));
  }

  /** Takes one that was given a place, unless another process was faster: then it is due later. */
  async #take(due: Due): Promise<Waiting | undefined> {
    let waiting: Waiting | undefined;
    try {
      waiting = await this.#claimOne(due);
    } finally {
      if (!waiting) this.#shares.leave(due);
    }
    return waiting;
  }

  async #claimOne({ dataSpace, id }: Due): Promise<Waiting | undefined> {
    const { store, clock } = this.#options;
    const [waiting] = await store.database.query<Waiting>({
      name: 'notification-claim',
      text: `WITH claimed AS (
               UPDATE crm_notification SET attempts = attempts + 1, next_attempt_at_ms = $1::bigint + ${deliveryLeaseMs}
               WHERE data_space = $2 AND notification_id = $3 AND next_attempt_at_ms <= $1
               RETURNING *
             )
             SELECT claimed.*, organization_id, environment, notify_url, token, return_values, client_id
             FROM claimed JOIN crm_data_space USING (data_space)
             LEFT JOIN crm_watch ON crm_watch.data_space = $2 AND crm_watch.user_id = claimed.user_id
               AND crm_watch.channel_id = claimed.channel_id AND crm_watch.module = claimed.module
               AND crm_watch.expires_at_ms > $1`,
      values: [clock.nowMs(), dataSpace, id],
    });
    return waiting;
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
      text: 'UPDATE crm_notification SET next_attempt_at_ms = $3 WHERE data_space = $1 AND notification_id = $2',
      values: [waiting.data_space, waiting.notification_id, clock.nowMs() + delayMs],
    });
  }

  async #putBack({ data_space, notification_id }: Waiting): Promise<void> {
    const { store, clock } = this.#options;
    await store.database.query({
      text: `UPDATE crm_notification SET attempts = attempts - 1, next_attempt_at_ms = $3
             WHERE data_space = $1 AND notification_id = $2`,
      values: [data_space, notification_id, clock.nowMs()],
    });
  }

  async #forget({ data_space, notification_id }: Waiting): Promise<void> {
    await this.#options.store.database.query({
      text: 'DELETE FROM crm_notification WHERE data_space = $1 AND notification_id = $2',
      values: [data_space, notification_id],
    });
  }
}
