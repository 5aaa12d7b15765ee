import type { Command } from 'commander';
import type { DemoDescription } from '../../demo/describe-demo.ts';
import { sampleApps } from '../../demo/sample-apps.ts';
import { addAddressOptions, connectAdmin, type PlatformAddress } from '../admin-client.ts';
import { printJson, printLine, printTable } from '../output.ts';

interface Options extends PlatformAddress {
  readonly json?: boolean;
}

export function registerDemoCommand(program: Command): void {
  addAddressOptions(
    program.command('demo').description('the demo: its accounts with passwords, its clients with secrets'),
  ).action(async (options: Options) => {
    const demo = await connectAdmin(options)<DemoDescription>('GET', '/demo');
    if (options.json) printJson(demo);
    else {
      printDemo(demo);
      printSampleApps(demo.sampleApps);
    }
  });
}

/** The demo's accounts and clients as two tables. Secrets that differ between data centres have a line each. */
export function printDemo({ users, clients }: DemoDescription): void {
  printLine('Demo accounts:\n');
  printTable(
    ['LIVES IN', 'E-MAIL', 'PASSWORD', 'PROFILE'],
    users.map((user) => [user.data_center, user.email, user.password ?? '(changed since)', user.profile]),
  );
  printLine('\nDemo clients:\n');
  printTable(
    ['TYPE', 'CLIENT ID', 'DATA CENTRE', 'CLIENT SECRET'],
    Object.entries(clients).flatMap(([type, { client_id, secrets }]) =>
      placesOf(secrets).map(([place, secret]) => [type, client_id, place, secret]),
    ),
  );
}

/** The sample apps that run, with their addresses. */
export function printSampleApps(origins: DemoDescription['sampleApps']): void {
  const served = sampleApps.filter(({ type }) => origins[type] !== undefined);
  if (served.length === 0) return;
  printLine('\nSample apps:\n');
  printTable(
    ['ADDRESS', 'CLIENT', 'IS'],
    served.map(({ type, title, name }) => [`${origins[type]}/`, type, `${title} (examples/${name})`]),
  );
}

function placesOf(secrets: Readonly<Record<string, string>>): [string, string][] {
  const bySecret = Map.groupBy(Object.entries(secrets), ([, secret]) => secret);
  if (bySecret.size === 0) return [['-', '(cannot be told again: "client rotate-secret" makes a new one)']];
  return [...bySecret].map(([secret, places]) => [places.map(([id]) => id).join(','), secret]);
}
