import { BackChannelLogout } from './accounts/back-channel-logout.ts';
import type { AccountsContext } from './accounts/context.ts';
import { startSweeping } from './accounts/expiry.ts';
import type { AuditLog } from './audit/audit-log.ts';
import { mailAttachment } from './crm/content/emails/mail-attachment.ts';
import { jobKinds } from './crm/job-kinds.ts';
import { JobWorker } from './crm/jobs/worker.ts';
import type { CrmStore } from './crm/kernel/store.ts';
import { storeOver } from './crm/store/create-store.ts';
import { sweep } from './crm/upkeep.ts';
import { Notifier } from './crm/work/notifications/notifier.ts';
import type { Database } from './database/database.ts';
import type { OutgoingPolicy } from './http/outgoing/outgoing-policy.ts';
import { Mailer } from './mail/mailer.ts';

/**
 * What a data centre does that nobody waits for (role `jobs`): the deletion of what has expired and the rotation of old
 * keys, mails, jobs, notices to channels, logout tokens. Over connections of its own, so that no request waits for one.
 * @returns what ends each of them, in the order in which they were started.
 */
export function startBackgroundWork(
  accounts: AccountsContext,
  parts: {
    readonly audit: AuditLog;
    readonly background: Database;
    readonly policy: OutgoingPolicy;
    readonly store: CrmStore;
  },
): (() => Promise<unknown>)[] {
  const { audit, background, policy, store } = parts;
  const { clock, dataCenter, events, log, notices, random, settings, signingKeys } = accounts;
  const sweepMore = async () => {
    await audit.dropOld(settings.audit.keptDays);
    for (const key of await signingKeys.rotateOld(settings.lifetimes.signingKeyMaxAgeSeconds * 1000)) {
      const detail = { action: 'rotate', rotatedTo: key.keyId, reason: 'age' };
      events.record({ kind: 'keys', outcome: 'Success', detail });
    }
  };
  const { keptDays } = settings.inspector;
  const ends = [startSweeping(background, notices, { clock, log, keptDays }, sweepMore)];
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
      ...{ store, notices, clock, random, log, sweep, policy },
      workStore: storeOver(store, background),
      kinds: jobKinds,
    }),
    new Notifier({ store, dataCenter, notices, clock, log, events, policy }),
    new BackChannelLogout({ ...accounts, database: background, policy }),
  );
  return [...ends, ...closable.map((each) => () => each.close())];
}
