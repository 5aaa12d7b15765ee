import type { Command } from 'commander';
import { textForms } from '../../foundation/text-forms.ts';
import type { CorsDiagnosis } from '../../inspector/cors-doctor.ts';
import { addAddressOptions, connectAdmin, type PlatformAddress } from '../admin-client.ts';
import { moreTexts, textOf } from '../option-values.ts';
import { printJson, printLine, printTable } from '../output.ts';
import { environmentOption } from './organization.ts';

interface Options extends PlatformAddress {
  readonly dc: string;
  readonly clientId: string;
  readonly origin: string;
  readonly method: string;
  readonly header: readonly string[];
  readonly environment: string;
  readonly json?: boolean;
}

export function registerCorsCommands(program: Command): void {
  const cors = program.command('cors').description('calls from pages of other origins: would a browser allow it?');
  addAddressOptions(
    cors
      .command('check')
      .description('make the preflight and the request of a page as a browser would, and explain each header')
      .requiredOption('--dc <id>', 'data centre whose API the page calls')
      .requiredOption('--client-id <id>', 'the client whose token the page has')
      .requiredOption('--origin <origin>', 'origin of the page, like https://app.example.com')
      .option('--method <method>', 'method of the call', textOf(textForms.httpMethod), 'GET')
      .option('--header <name>', 'a header that the page sets, beside Authorization; may be repeated', moreTexts, [])
      .addOption(environmentOption()),
  ).action(async (options: Options) => {
    const query = new URLSearchParams({
      dataCenter: options.dc,
      clientId: options.clientId,
      origin: options.origin,
      method: options.method,
      // A name is enough; a value that was typed behind it does not matter.
      headers: options.header.map((header) => header.split(':', 1)[0]).join(','),
      environment: options.environment,
    });
    const found = await connectAdmin(options)<CorsDiagnosis>('GET', `/cors-check?${query}`);
    const { allowed, preflight, request, reason, mend } = found;
    if (options.json) return printJson({ allowed, preflight, request, reason, mend });
    printLine(allowed ? 'The browser allows it.' : 'The browser does not allow it.');
    printLine(reason);
    if (mend !== null) printLine(`Mend: ${mend}`);
    if (preflight.status !== null) printLine(`The preflight is answered ${preflight.status}.`);
    if (found.headers.length === 0) return;
    printLine();
    printTable(
      ['PART', 'HEADER', 'VALUE', 'WHAT IT SAYS'],
      found.headers.map(({ part, name, value, meaning }) => [part, name, value, meaning]),
    );
  });
}
