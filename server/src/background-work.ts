import { BackChannelLogout } from './accounts/back-channel-logout.ts';
import type { AccountsContext } from './accounts/context.ts';
import { sweepExpired } from './accounts/expiry.ts';
import type { AuditLog } from './audit/audit-log.ts';
import { mailAttachment } from './crm/content/emails/mail-attachment.ts';
import { jobKinds } from './crm/job-kinds.ts';
import { JobWorker } from './crm/jobs/worker.ts';
import type { CrmStore } from './crm/kernel/store.ts';
import { storeOver } from './crm/store/create-store.ts';
import { sweep as sweepCrm } from './crm/upkeep.ts';
import { Notifier } from './crm/work/notifications/notifier.ts';
import { clockTopic } from './database/change-notices.ts';
import type { Database } from './database/database.ts';
import type { OutgoingPolicy } from './http/outgoing/outgoing-policy.ts';
import { Mailer } from './mail/mailer.ts';

const sweepEveryMs = 10 * 60_000;

/**
 * Deletes what has had its time in a data centre, by its clock, and retires its old signing keys. Several processes may do
 * so at once. One part that fails, because it takes too long for instance, leaves the others their turn.
 * @throws the first failure, in the end.
 */
export async function sweepDataCenter(
  { clock, events, settings, signingKeys }: AccountsContext,
  { audit, background }: { readonly audit: AuditLog; readonly background: Database },
): Promise<void> {
  const rotateKeys = async () => {
    for (const key of await signingKeys.rotateOld(settings.lifetimes.signingKeyMaxAgeSeconds * 1000)) {
      const detail = { action: 'rotate', rotatedTo: key.keyId, reason: 'age' };
      events.record({ kind: 'keys', outcome: 'Success', detail });
    }
  };
  const failures: unknown[] = [];
  for (const part of [
    () => sweepExpired(background, clock.nowMs(), settings),
    () => audit.dropOld(settings.audit.keptDays),
    rotateKeys,
    () => sweepCrm(background, clock.nowMs()),
  ]) {
    await part().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

/** Sweeps from time to time, and when the clock was moved. Returns the way to stop. */
function startSweeping(sweep: () => Promise<void>, { dataCenter, log, notices }: AccountsContext): () => Promise<void> {
  let running = Promise.resolve();
  const next = () => {
    running = running
      .then(sweep)
      .catch((error: Error) => log.warn({ err: error, dataCenter: dataCenter.id }, 'what has expired was not deleted'));
  };
  const timer = setInterval(next, sweepEveryMs).unref();
  notices.subscribe(clockTopic, { changed: next, reset: () => {} });
  return async () => {
    clearInterval(timer);
    await running;
  };
}

/**
 * What a data centre does that nobody waits for (role `jobs`): the deletion of what has expired and the rotation of old
 * keys, mails, jobs, notices to channels, logout tokens. Over connections of its own, so that no request waits for one.
 * @returns what ends each of them, in the order in which they were started.
 */
export function startBackgroundWork(
  accounts: AccountsContext,
  parts: {
    readonly background: Database;
    readonly policy: OutgoingPolicy;
    readonly store: CrmStore;
    readonly sweep: () => Promise<void>;
  },
): (() => Promise<unknown>)[] {
  const { background, policy, store, sweep } = parts;
  const { clock, dataCenter, events, log, notices, random, settings } = accounts;
  const ends = [startSweeping(sweep, accounts)];
  const { from, smtpUrl } = settings.mail;
  const closable: { close(): Promise<unknown> }[] = [];
  if (smtpUrl !== undefined) {
    closable.push(
      new Mailer({
        database: background,
        clock,
        smtpUrl,
        from,
        attachment: (mailId, fileId) => mailAttachment(background, mailId, fileId),
        warn: (error, text) => log.warn({ err: error, dataCenter: dataCenter.id }, text),
      }),
    );
  }
  closable.push(
    new JobWorker({
      ...{ store, notices, clock, random, log, policy },
      workStore: storeOver(store, background),
      kinds: jobKinds,
    }),
    new Notifier({ store, dataCenter, notices, clock, log, events, policy }),
    new BackChannelLogout({ ...accounts, database: background, policy }),
  );
  return [...ends, ...closable.map((each) => () => each.close())];
}
