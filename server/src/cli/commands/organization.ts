import { type Command, Option } from 'commander';
import { environments } from '../../config/data-centers.ts';
import { textForms } from '../../foundation/text-forms.ts';
import { AdminRefusal, addAddressOptions, connectAdmin, type PlatformAddress } from '../admin-client.ts';
import { textOf } from '../option-values.ts';
import { printFacts, printJson } from '../output.ts';
import { readJsonFile } from './read-json-file.ts';

/** Options of every command about one environment of an organization. */
export interface OrganizationOptions extends PlatformAddress {
  readonly dc: string;
  readonly organization: string;
  readonly environment: string;
  readonly json?: boolean;
}

/** Which of an organization's three data spaces. */
export function environmentOption(): Option {
  return new Option('--environment <name>', 'data space of the organization')
    .choices([...environments])
    .default('production');
}

export function addOrganizationOptions(command: Command): Command {
  return addAddressOptions(
    command
      .requiredOption('--dc <id>', 'data centre of the organization')
      .requiredOption('--organization <id>', 'organization id', textOf(textForms.id))
      .addOption(environmentOption()),
  );
}

/** The organization, as the admin API names it. */
export function targetOf({ dc, organization, environment }: OrganizationOptions) {
  return { dataCenter: dc, organizationId: organization, environment };
}

/** The same as a query. */
export function queryOf(options: OrganizationOptions): string {
  return new URLSearchParams(targetOf(options)).toString();
}

/** What a command makes of a JSON file. */
export interface Definition {
  /** Of the admin API. */
  readonly path: string;
  /** The file's part of its body. */
  readonly key: string;
  /** The keys of the file, for the help. */
  readonly form: string;
}

/** A command that makes something of an organization as a JSON file defines it; refusals name the file. */
export function addDefinition(command: Command, { path, key, form }: Definition): void {
  addOrganizationOptions(command.requiredOption('--file <path>', form)).action(
    async (options: OrganizationOptions & { readonly file: string }) => {
      const body = { ...targetOf(options), [key]: await readJsonFile(options.file) };
      const made = await connectAdmin(options)<{ id: string }>('POST', path, body).catch((error) => {
        const isFault = error instanceof AdminRefusal && error.code === 'BAD_INPUT';
        throw isFault ? new AdminRefusal(error.code, `${options.file}: ${error.message}`) : error;
      });
      if (options.json) printJson(made);
      else printFacts({ ...made });
    },
  );
}
