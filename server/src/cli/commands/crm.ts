import type { Command } from 'commander';
import { addAddressOptions, connectAdmin, type PlatformAddress } from '../admin-client.ts';
import { type ImportReport, importFile } from '../import-file.ts';
import { printFacts, printJson } from '../output.ts';

interface Options extends PlatformAddress {
  readonly dc: string;
  readonly organization: string;
  readonly environment: string;
  readonly module: string;
  readonly file: string;
  readonly errors?: string;
  readonly dryRun?: boolean;
  readonly restart?: boolean;
  readonly json?: boolean;
}

export function registerCrmCommands(program: Command): void {
  const crm = program.command('crm').description('CRM data');
  addAddressOptions(
    crm
      .command('import')
      .description(
        'create records from a CSV file whose header names fields; an import that was cut short goes on where it ended',
      )
      .requiredOption('--dc <id>', 'data centre of the organization')
      .requiredOption('--organization <id>', 'organization id')
      .requiredOption('--module <name>', 'API name of the module, such as Leads')
      .requiredOption('--file <path>', 'the CSV file, in UTF-8')
      .option('--environment <name>', 'production, sandbox or developer', 'production')
      .option('--errors <path>', 'where rows that are refused go (default: the file with .errors.csv behind it)')
      .option('--dry-run', 'check every row and write nothing')
      .option('--restart', 'begin at the first row, whatever an earlier import has done'),
  ).action(async (options: Options) => {
    const report: ImportReport = await importFile(connectAdmin(options), {
      target: {
        dataCenter: options.dc,
        organizationId: options.organization,
        environment: options.environment,
        module: options.module,
      },
      file: options.file,
      errorsFile: options.errors ?? `${options.file}.errors.csv`,
      dryRun: options.dryRun ?? false,
      restart: options.restart ?? false,
    });
    if (options.json) printJson(report);
    else printFacts({ ...report });
  });
}
