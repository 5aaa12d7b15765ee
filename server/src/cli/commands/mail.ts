import type { Command } from 'commander';
import { mostListed } from '../../admin/bounds.ts';
import { addAddressOptions, connectAdmin, type PlatformAddress, pathPart } from '../admin-client.ts';
import { wholeNumber } from '../option-values.ts';
import { printable, printFacts, printJson, printLine, printTable } from '../output.ts';

interface Options extends PlatformAddress {
  readonly dc: string;
  readonly limit: number;
  readonly json?: boolean;
}

interface Mail {
  readonly message_id: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly send_at: string;
}

type WholeMail = Readonly<Record<string, string | readonly string[] | null>> & { readonly content: string };

export function registerMailCommands(program: Command): void {
  const mail = program.command('mail').description('the outbox: what the platform sends by mail');
  addAddressOptions(
    mail
      .command('list')
      .description('list the newest mails of a data centre')
      .requiredOption('--dc <id>', 'data centre')
      .option('--limit <n>', 'at most this many', wholeNumber(1, mostListed.mails), 50),
  ).action(async (options: Options) => {
    const query = new URLSearchParams({ dataCenter: options.dc, limit: String(options.limit) });
    const found = await connectAdmin(options)<Mail[]>('GET', `/mails?${query}`);
    if (options.json) return printJson(found);
    printTable(
      ['MESSAGE', 'SENT', 'FROM', 'TO', 'SUBJECT'],
      found.map(({ message_id, send_at, from, to, subject }) => [message_id, send_at, from, to.join(', '), subject]),
    );
  });
  addAddressOptions(
    mail
      .command('show')
      .description('show a mail with its content')
      .argument('<message>', 'message id')
      .requiredOption('--dc <id>', 'data centre'),
  ).action(async (id: string, options: Options) => {
    const query = new URLSearchParams({ dataCenter: options.dc });
    const path = `/mails/${pathPart(id)}?${query}`;
    const found = await connectAdmin(options)<WholeMail>('GET', path);
    if (options.json) return printJson(found);
    const { content, ...facts } = found;
    printFacts(facts);
    printLine();
    for (const line of content.split(/\r?\n/)) printLine(printable(line));
  });
}
