import type { Command } from 'commander';
import type { RecordedEvent } from '../../inspector/events.ts';
import { addAddressOptions, connectAdmin, type PlatformAddress } from '../admin-client.ts';
import { printJson, printTable } from '../output.ts';

interface Options extends PlatformAddress {
  readonly dc: string;
  readonly kind?: string;
  readonly outcome?: string;
  readonly clientId?: string;
  readonly limit: string;
  readonly json?: boolean;
}

export function registerEventCommands(program: Command): void {
  const event = program.command('event').description('protocol events: why did this fail?');
  addAddressOptions(
    event
      .command('list')
      .description('list the newest events of a data centre, newest first')
      .requiredOption('--dc <id>', 'data centre')
      .option('--kind <kind>', 'authorize, sign-in, hop, consent, token, silent-refresh, api or cors')
      .option('--outcome <name>', 'Success, or the name of a failure')
      .option('--client-id <id>', 'events of this client')
      .option('--limit <n>', 'at most this many', '50'),
  ).action(async (options: Options) => {
    const query = new URLSearchParams({ dataCenter: options.dc, limit: options.limit });
    for (const name of ['kind', 'outcome', 'clientId'] as const) {
      const value = options[name];
      if (value !== undefined) query.set(name, value);
    }
    const events = await connectAdmin(options)<RecordedEvent[]>('GET', `/events?${query}`);
    if (options.json) return printJson(events);
    printTable(
      ['TIME', 'KIND', 'OUTCOME', 'CLIENT', 'DETAIL'],
      events.map((each) => [
        new Date(each.atMs).toISOString(),
        each.kind,
        each.outcome,
        each.clientId ?? '-',
        JSON.stringify(each.detail ?? {}),
      ]),
    );
  });
}
