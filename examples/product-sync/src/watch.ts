import { randomInt } from 'node:crypto';
import { createServer } from 'node:http';
import { GrantwayError, notificationReceiver, unguessable } from '@grantway/node';
import type { Sync } from './sync.ts';

export interface WatchOptions {
  /** Where the receiver listens; on this machine only unless a host is given. */
  readonly port: number;
  readonly host: string;
  /** The address that the CRM calls. */
  readonly notifyUrl: string;
  /** Longest time between two rounds, for what no notification told of, in seconds. */
  readonly pollSeconds: number;
  readonly signal: AbortSignal;
}

const channelMs = 3_600_000;
const legacyPollMs = 500;

/** Calls `round` whenever either side was changed, until the signal. Without a channel it goes on by asking. */
export async function watch(sync: Sync, options: WatchOptions, round: () => Promise<void>): Promise<void> {
  const { legacy, log } = sync;
  const { port, host, pollSeconds, signal } = options;
  let told = Promise.withResolvers<void>();
  const token = legacy.state('channel_token') ?? unguessable();
  legacy.setState('channel_token', token);
  const receiver = notificationReceiver({
    token,
    onNotification: ({ operation, ids }) => {
      log(`told of ${operation}: ${ids.join(', ')}`);
      told.resolve();
    },
  });
  const server = createServer((request, response) => void receiver.node(request, response));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  try {
    let channelUntilMs = 0;
    while (!signal.aborted) {
      if (Date.now() > channelUntilMs - channelMs / 2) channelUntilMs = await openChannel(sync, options, token);
      told = Promise.withResolvers();
      const newest = legacy.newestChange();
      await round();
      log('watching');
      const isChanged = () => legacy.newestChange() > newest;
      await somethingHappens({ told: told.promise, seconds: pollSeconds, signal, isChanged });
    }
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** Opens the channel or makes it last. @returns Until when to leave it alone. */
async function openChannel({ legacy, products, log }: Sync, { notifyUrl }: WatchOptions, token: string) {
  const channelId = legacy.state('channel_id') ?? String(randomInt(1e12));
  legacy.setState('channel_id', channelId);
  const untilMs = Date.now() + channelMs;
  const expiry = new Date(untilMs);
  try {
    await products.crm.notifications.watch([{ channelId, events: ['Products.all'], notifyUrl, token, expiry }]);
    const open = await products.crm.notifications.list();
    if (open.some(({ channel_id }) => String(channel_id) === channelId)) {
      log(`notifications come to ${notifyUrl}`);
      return untilMs;
    }
    log('the channel was refused; changes are asked for');
  } catch (error) {
    if (!(error instanceof GrantwayError)) throw error;
    log(`no notifications (${error.message}); changes are asked for`);
  }
  return untilMs;
}

interface Waiting {
  readonly told: Promise<void>;
  readonly seconds: number;
  readonly signal: AbortSignal;
  readonly isChanged: () => boolean;
}

/** Waits for a notification, a change of the old database, the time, or the signal. */
async function somethingHappens({ told, seconds, signal, isChanged }: Waiting): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = setInterval(() => isChanged() && done(), legacyPollMs);
    const end = setTimeout(() => done(), seconds * 1000);
    const done = () => {
      clearInterval(look);
      clearTimeout(end);
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done, { once: true });
    void told.then(done);
  });
}
