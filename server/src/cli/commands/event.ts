import type { Command } from 'commander';
import { mostListed } from '../../admin/bounds.ts';
import { eventKinds } from '../../inspector/event-kinds.ts';
import type { RecordedEvent } from '../../inspector/events.ts';
import { addAddressOptions, connectAdmin, type PlatformAddress } from '../admin-client.ts';
import { oneOf, wholeNumber } from '../option-values.ts';
import { printJson, printTable } from '../output.ts';

interface Options extends PlatformAddress {
  readonly dc: string;
  readonly kind?: string;
  readonly outcome?: string;
  readonly clientId?: string;
  readonly limit: number;
  readonly json?: boolean;
}

const width = Math.max(...Object.keys(eventKinds).map((kind) => kind.length));
const steps = Object.entries(eventKinds)
  .map(([kind, meaning]) => `  ${kind.padEnd(width)}  ${meaning}\n`)
  .join('');

export function registerEventCommands(program: Command): void {
  const event = program.command('event').description('protocol events: why did this fail?');
  addAddressOptions(
    event
      .command('list')
      .description('list the newest events of a data centre, newest first')
      .requiredOption('--dc <id>', 'data centre')
      .option('--kind <kind>', 'events of this step only; the steps stand below', oneOf(Object.keys(eventKinds)))
      .option('--outcome <name>', 'Success, or the name of a failure')
      .option('--client-id <id>', 'events of this client')
      .option('--limit <n>', 'at most this many', wholeNumber(1, mostListed.events), 50)
      .addHelpText('after', `\nSteps:\n${steps}`),
  ).action(async (options: Options) => {
    const query = new URLSearchParams({ dataCenter: options.dc, limit: String(options.limit) });
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
