import type { Command } from 'commander';
import type { DataCenter } from '../../config/data-centers.ts';
import { addAddressOptions, connectAdmin, type PlatformAddress } from '../admin-client.ts';
import { printJson, printTable } from '../output.ts';

interface Options extends PlatformAddress {
  readonly json?: boolean;
}

export function registerDataCenterCommands(program: Command): void {
  const dataCenter = program.command('dc').description('data centres');
  addAddressOptions(dataCenter.command('list').description('list the data centres of the running platform')).action(
    async (options: Options) => {
      const dataCenters = await connectAdmin(options)<DataCenter[]>('GET', '/data-centers');
      if (options.json) return printJson(dataCenters.map(({ id, realm, origins }) => ({ id, realm, ...origins })));
      printTable(
        ['ID', 'REALM', 'ACCOUNTS', 'API', 'SANDBOX', 'DEVELOPER'],
        dataCenters.map(({ id, realm, origins }) => [
          id,
          realm,
          origins.accounts,
          origins.api,
          origins.sandboxApi,
          origins.developerApi,
        ]),
      );
    },
  );
}
