import type { Command } from 'commander';
import { addAddressOptions, connectAdmin, type PlatformAddress } from '../admin-client.ts';
import { printFacts, printJson } from '../output.ts';

interface Options extends PlatformAddress {
  readonly json?: boolean;
}

export function registerLabResetCommand(lab: Command): void {
  addAddressOptions(
    lab
      .command('reset')
      .description(
        'back to the demo as a first start makes it: everything else goes but snapshots; "grantway demo" tells it',
      ),
  ).action(async (options: Options) => {
    const call = connectAdmin(options, { timeoutMs: 600_000 });
    const done = await call<{ readonly took_ms: number }>('POST', '/lab/reset');
    if (options.json) printJson(done);
    else printFacts({ ...done });
  });
}
