import type { Command } from 'commander';
import { addAddressOptions, connectAdmin, type PlatformAddress, pathPart } from '../admin-client.ts';
import { printFacts, printJson, printTable } from '../output.ts';

interface Options extends PlatformAddress {
  readonly json?: boolean;
}

interface Taken {
  readonly name: string;
  readonly took_ms: number;
}

interface Snapshot {
  readonly name: string;
  readonly saved_at: string;
  readonly offset_ms: number;
  readonly data_centers: readonly string[];
}

/** A large platform takes its time. */
const patience = { timeoutMs: 600_000 };

export function registerLabSnapshotCommands(lab: Command): void {
  const snapshot = lab.command('snapshot').description('states of the whole platform: all data centres, and the time');
  const withName = (name: string, description: string) =>
    addAddressOptions(
      snapshot.command(name).description(description).argument('<name>', 'letters, digits, ".", "_" and "-"'),
    );
  withName('save', 'save the state; one of that name is replaced').action((name: string, options: Options) =>
    take(options, 'PUT', name),
  );
  withName('restore', 'bring the state back').action((name: string, options: Options) =>
    take(options, 'POST', name, '/restore'),
  );
  withName('delete', 'delete it').action((name: string, options: Options) => take(options, 'DELETE', name));
  addAddressOptions(snapshot.command('list').description('list the snapshots')).action(async (options: Options) => {
    const found = await connectAdmin(options)<{ snapshots: Snapshot[] }>('GET', '/lab/snapshots');
    if (options.json) return printJson(found);
    printTable(
      ['SNAPSHOT', 'SAVED', 'TIME AHEAD BY MS', 'DATA CENTRES'],
      found.snapshots.map((each) => [each.name, each.saved_at, String(each.offset_ms), each.data_centers.join(',')]),
    );
  });
}

async function take(options: Options, method: string, name: string, action = ''): Promise<void> {
  const taken = await connectAdmin(options, patience)<Taken>(method, `/lab/snapshots/${pathPart(name)}${action}`);
  if (options.json) printJson(taken);
  else printFacts({ ...taken });
}
