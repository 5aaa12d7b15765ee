import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WriteResult } from '../../../common/errors.ts';
import { parseObject } from '../../../common/http/read-json.ts';
import { sameSecret } from '../../../common/oauth/secrets.ts';
import type { CallOptions, CrmCaller } from './call.ts';
import type { CrmRecord } from './records.ts';

/** A channel: what to be told of, and where. */
export interface Channel {
  /** A number of your own choice, up to 64 bits. */
  readonly channelId: string;
  /** Such as `Leads.create`, `Leads.all`. */
  readonly events: readonly string[];
  readonly notifyUrl: string;
  /** Comes with every notification and proves where it is from; 50 characters at most. */
  readonly token: string;
  /** A week ahead at most. Default: one hour. */
  readonly expiry?: Date | undefined;
  readonly returnValues?: boolean | undefined;
}

/** What a channel tells. */
export interface Notification {
  readonly channelId: string;
  readonly module: string;
  readonly operation: 'insert' | 'update' | 'delete';
  readonly ids: readonly string[];
  /** Names of the changed fields, by the id of the record. */
  readonly affectedFields: Readonly<Record<string, readonly string[]>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The channels of the user. */
export class Notifications {
  readonly #caller: CrmCaller;

  constructor(caller: CrmCaller) {
    this.#caller = caller;
  }

  /**
   * Opens channels.
   *
   * @example
   * await crm.notifications.watch([{ channelId: '10001', events: ['Leads.all'], notifyUrl, token }]);
   */
  watch(channels: readonly Channel[], options: CallOptions = {}): Promise<WriteResult[]> {
    const json = { watch: channels.map(toWire) };
    return this.#caller.write({ ...options, method: 'POST', path: 'actions/watch', json });
  }

  /**
   * Changes channels, or makes them last longer.
   *
   * @example
   * await crm.notifications.renew([{ ...channel, expiry: new Date(Date.now() + 86_400_000) }]);
   */
  renew(channels: readonly Channel[], options: CallOptions = {}): Promise<WriteResult[]> {
    const json = { watch: channels.map(toWire) };
    return this.#caller.write({ ...options, method: 'PUT', path: 'actions/watch', json });
  }

  /**
   * The channels that are open.
   *
   * @example
   * const channels = await crm.notifications.list();
   */
  async list(options: CallOptions = {}): Promise<CrmRecord[]> {
    const answer = await this.#caller.json<{ watch: CrmRecord[] }>({
      ...options,
      method: 'GET',
      path: 'actions/watch',
    });
    return answer?.watch ?? [];
  }

  /**
   * Closes channels.
   *
   * @example
   * await crm.notifications.unwatch(['10001']);
   */
  unwatch(channelIds: readonly string[], options: CallOptions = {}): Promise<WriteResult[]> {
    const query = { channel_ids: channelIds };
    return this.#caller.write({ ...options, method: 'DELETE', path: 'actions/watch', query });
  }
}

function toWire({ channelId, events, notifyUrl, token, expiry, returnValues }: Channel): object {
  return {
    channel_id: channelId,
    events,
    notify_url: notifyUrl,
    token,
    // Without milliseconds, which the API refuses.
    ...(expiry && { channel_expiry: expiry.toISOString().replace(/\.\d+Z$/, '+00:00') }),
    ...(returnValues !== undefined && { return_affected_field_values: returnValues }),
  };
}

export interface ReceiverOptions {
  /** The channel's token, or how to find it by the channel's id. */
  readonly token: string | ((channelId: string) => string | undefined | Promise<string | undefined>);
  /** A rejection answers 500, and the platform tells again later. */
  readonly onNotification: (notification: Notification) => void | Promise<void>;
  /** Largest body, in bytes. Default 1 MB. */
  readonly maxBytes?: number | undefined;
}

export interface Receiver {
  /** For web-standard servers (Hono, Deno, workers). */
  fetch(request: Request): Promise<Response>;
  /** For `node:http` and Express; the body must not have been read. */
  node(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/**
 * Receives notifications. What does not bring the channel's token is refused with 403 and reaches nobody; the comparison
 * takes the same time for every token.
 *
 * @example
 * const receiver = notificationReceiver({ token, onNotification: ({ ids }) => console.log(ids) });
 * createServer((request, response) => receiver.node(request, response)).listen(8095);
 */
export function notificationReceiver(options: ReceiverOptions): Receiver {
  const { maxBytes = 1_000_000 } = options;
  const receive = async (chunks: AsyncIterable<Uint8Array>): Promise<number> => {
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > maxBytes) return 413;
      pieces.push(chunk);
    }
    const body = parseObject(Buffer.concat(pieces).toString('utf8'));
    if (!body) return 400;
    const channelId = String(body.channel_id ?? '');
    const expected = typeof options.token === 'string' ? options.token : await options.token(channelId);
    if (!expected || typeof body.token !== 'string' || !sameSecret(body.token, expected)) return 403;
    try {
      await options.onNotification(toNotification(channelId, body));
      return 200;
    } catch {
      return 500;
    }
  };
  return {
    async fetch(request) {
      if (request.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } });
      const body = (request.body ?? []) as AsyncIterable<Uint8Array>;
      return new Response(null, { status: await receive(body) });
    },
    async node(request, response) {
      const status = request.method === 'POST' ? await receive(request) : 405;
      response.writeHead(status, status === 405 ? { allow: 'POST' } : {}).end();
    },
  };
}

function toNotification(channelId: string, body: Readonly<Record<string, unknown>>): Notification {
  const list = (value: unknown) => (Array.isArray(value) ? value : []);
  return {
    channelId,
    module: String(body.module ?? ''),
    operation: body.operation as Notification['operation'],
    ids: list(body.ids).map(String),
    affectedFields: Object.assign({}, ...list(body.affected_fields)),
    body,
  };
}
