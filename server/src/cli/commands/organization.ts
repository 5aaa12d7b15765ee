import type { Command } from 'commander';
import { addAddressOptions, type PlatformAddress } from '../admin-client.ts';

/** Options of every command about one environment of an organization. */
export interface OrganizationOptions extends PlatformAddress {
  readonly dc: string;
  readonly organization: string;
  readonly environment: string;
  readonly json?: boolean;
}

export function addOrganizationOptions(command: Command): Command {
  return addAddressOptions(
    command
      .requiredOption('--dc <id>', 'data centre of the organization')
      .requiredOption('--organization <id>', 'organization id')
      .option('--environment <name>', 'production, sandbox or developer', 'production'),
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
