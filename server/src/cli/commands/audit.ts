import type { Command } from 'commander';
import { mostListed, readMoment } from '../../admin/bounds.ts';
import type { AuditVerification } from '../../audit/verify-audit.ts';
import { UsableFailure } from '../../foundation/failure.ts';
import { textForms } from '../../foundation/text-forms.ts';
import { addAddressOptions, connectAdmin, type PlatformAddress } from '../admin-client.ts';
import { checkedBy, textOf, wholeNumber } from '../option-values.ts';
import { FailureTold, printFacts, printJson, printTable } from '../output.ts';

interface Options extends PlatformAddress {
  readonly dc: string;
  readonly action?: string;
  readonly outcome?: string;
  readonly failed?: boolean;
  readonly user?: string;
  readonly actor?: string;
  readonly clientId?: string;
  readonly address?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit?: number;
  readonly head?: string;
  readonly json?: boolean;
}

interface Entry {
  readonly sequence: number;
  readonly at: string;
  readonly action: string;
  readonly outcome: string;
  readonly actor: string;
  readonly actor_id: string | null;
  readonly user_id: string | null;
  readonly client_id: string | null;
  readonly address: string | null;
  readonly detail: unknown;
}

const filters = ['action', 'outcome', 'user', 'actor', 'clientId', 'address', 'since', 'until'] as const;

export function registerAuditCommands(program: Command): void {
  const audit = program
    .command('audit')
    .description('the audit log: who did what, when and from where, in a chain that can be verified');
  filtered(addAddressOptions(audit.command('list').description('list the newest entries, newest first')))
    .option('--limit <n>', 'at most this many', wholeNumber(1, mostListed.audit), 50)
    .action(async (options: Options) => {
      const entries = await connectAdmin(options)<Entry[]>('GET', `/audit?${queryOf(options)}`);
      if (options.json) return printJson(entries);
      printTable(
        ['#', 'TIME', 'ACTION', 'OUTCOME', 'ACTOR', 'USER', 'CLIENT', 'ADDRESS', 'DETAIL'],
        entries.map((entry) => [
          String(entry.sequence),
          entry.at,
          entry.action,
          entry.outcome,
          entry.actor_id === null ? entry.actor : `${entry.actor} ${entry.actor_id}`,
          entry.user_id ?? '-',
          entry.client_id ?? '-',
          entry.address ?? '-',
          JSON.stringify(entry.detail),
        ]),
      );
    });
  filtered(
    addAddressOptions(audit.command('export').description('print all entries that fit as NDJSON, the oldest first')),
  ).action(async (options: Options) => {
    const call = connectAdmin(options);
    for (let after = 0; ; ) {
      const query = `${queryOf({ ...options, limit: mostListed.audit })}&after=${after}&order=oldest`;
      const entries = await call<Entry[]>('GET', `/audit?${query}`);
      for (const entry of entries) printJson(entry);
      if (entries.length < mostListed.audit) return;
      after = entries.at(-1)?.sequence ?? after;
    }
  });
  addAddressOptions(
    audit
      .command('verify')
      .description(
        'verify the chain of the audit log: nothing was changed, removed or put in (exit code 1: something was)',
      )
      .requiredOption('--dc <id>', 'data centre')
      .option('--head <number:hash>', 'an earlier head, which must still be in the chain', textOf(textForms.auditHead)),
  ).action(async (options: Options) => {
    const query = new URLSearchParams({ dataCenter: options.dc, ...(options.head && { head: options.head }) });
    const result = await connectAdmin(options)<AuditVerification>('GET', `/audit/verify?${query}`);
    const { faults, head, last, ...facts } = result;
    if (options.json) printJson(result);
    else printFacts({ ...facts, last, head: head === null ? null : `${last}:${head}` });
    if (result.valid) return;
    if (options.json) throw new FailureTold();
    const told = faults.map(({ sequence, fault }) => `entry ${sequence}: ${fault}`).join('; ');
    throw new UsableFailure(`the audit log of "${options.dc}" is not as it was written: ${told}`);
  });
}

function filtered(command: Command): Command {
  return command
    .requiredOption('--dc <id>', 'data centre')
    .option('--action <kind>', 'entries of this kind only: sign-in, password, client, keys, … (the kinds of events)')
    .option('--outcome <name>', 'Success, or the name of a failure')
    .option('--failed', 'only what did not succeed')
    .option('--user <user>', 'about this user: e-mail address or user id')
    .option('--actor <actor>', 'done by this user or client: e-mail address, user id or client id')
    .option('--client-id <id>', 'about this client')
    .option('--address <ip>', 'from this address')
    .option(
      '--since <time>',
      'from this time on (ISO 8601)',
      checkedBy((text) => readMoment('--since', text)),
    )
    .option(
      '--until <time>',
      'before this time (ISO 8601)',
      checkedBy((text) => readMoment('--until', text)),
    );
}

function queryOf(options: Options): URLSearchParams {
  const query = new URLSearchParams({ dataCenter: options.dc });
  if (options.limit !== undefined) query.set('limit', String(options.limit));
  if (options.failed) query.set('failed', 'true');
  for (const name of filters) {
    const value = options[name];
    if (value !== undefined) query.set(name, value);
  }
  return query;
}
