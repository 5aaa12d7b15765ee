import { Argument, type Command } from 'commander';
import { connectAdmin } from '../admin-client.ts';
import { type ImportReport, importFile } from '../import-file.ts';
import { printFacts, printJson } from '../output.ts';
import { registerAssignmentRuleCommands } from './assignment-rule.ts';
import { registerBlueprintCommands } from './blueprint.ts';
import { registerTypesCommand } from './crm-types.ts';
import { registerLayoutCommands } from './layout.ts';
import { registerTemplateCommands } from './mail-template.ts';
import { addOrganizationOptions, type OrganizationOptions, targetOf } from './organization.ts';

interface Options extends OrganizationOptions {
  readonly module: string;
  readonly file: string;
  readonly errors?: string;
  readonly dryRun?: boolean;
  readonly restart?: boolean;
  readonly json?: boolean;
}

export function registerCrmCommands(program: Command): void {
  const crm = program.command('crm').description('CRM data');
  addOrganizationOptions(
    crm
      .command('import')
      .description(
        'create records from a CSV file whose header names fields; an import that was cut short goes on where it ended',
      )
      .requiredOption('--module <name>', 'API name of the module, such as Leads')
      .requiredOption('--file <path>', 'the CSV file, in UTF-8')
      .option('--errors <path>', 'where rows that are refused go (default: the file with .errors.csv behind it)')
      .option('--dry-run', 'check every row and write nothing')
      .option('--restart', 'begin at the first row, whatever an earlier import has done'),
  ).action(async (options: Options) => {
    const report: ImportReport = await importFile(connectAdmin(options), {
      target: { ...targetOf(options), module: options.module },
      file: options.file,
      errorsFile: options.errors ?? `${options.file}.errors.csv`,
      dryRun: options.dryRun ?? false,
      restart: options.restart ?? false,
    });
    if (options.json) printJson(report);
    else printFacts({ ...report });
  });
  registerTypesCommand(crm);
  registerAssignmentRuleCommands(crm);
  registerBlueprintCommands(crm);
  registerLayoutCommands(crm);
  registerTemplateCommands(crm);
  addOrganizationOptions(
    crm
      .command('territories')
      .description('switch the territories of an organization on or off')
      .addArgument(new Argument('<switch>', 'on or off').choices(['on', 'off'])),
  ).action(async (wanted: string, options: OrganizationOptions) => {
    const body = { ...targetOf(options), territories: wanted === 'on' };
    const done = await connectAdmin(options)<object>('PUT', '/territories', body);
    if (options.json) printJson(done);
    else printFacts({ ...done });
  });
}
