import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { Command } from 'commander';
import { checkReadableFile } from '../../foundation/text-file.ts';
import { textForms } from '../../foundation/text-forms.ts';
import { addAddressOptions, connectAdmin, connectAdminFiles, type PlatformAddress, pathPart } from '../admin-client.ts';
import { checkOutput, writeFileWhole } from '../file-output.ts';
import { textOf } from '../option-values.ts';
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
      snapshot
        .command(name)
        .description(description)
        .argument('<name>', 'letters, digits, ".", "_" and "-"', textOf(textForms.snapshotName)),
    );
  withName('save', 'save the state; one of that name is replaced').action((name: string, options: Options) =>
    take(options, 'PUT', name),
  );
  withName('restore', 'bring the state back').action((name: string, options: Options) =>
    take(options, 'POST', name, '/restore'),
  );
  withName('delete', 'delete it').action((name: string, options: Options) => take(options, 'DELETE', name));
  withName('export', 'write it to a file, for another machine; the file gives access to all that it holds')
    .argument('<file>', 'is made, or replaced')
    .action(exportSnapshot);
  addAddressOptions(
    snapshot
      .command('import')
      .description('take a file over that was exported; restore it then')
      .argument('<file>', 'that "export" wrote')
      .option('--name <name>', 'default: the one that it was saved under', textOf(textForms.snapshotName)),
  ).action(importSnapshot);
  addAddressOptions(snapshot.command('list').description('list the snapshots')).action(async (options: Options) => {
    const found = await connectAdmin(options)<{ snapshots: Snapshot[] }>('GET', '/lab/snapshots');
    if (options.json) return printJson(found);
    printTable(
      ['SNAPSHOT', 'SAVED', 'TIME AHEAD BY MS', 'DATA CENTRES'],
      found.snapshots.map((each) => [each.name, each.saved_at, String(each.offset_ms), each.data_centers.join(',')]),
    );
  });
}

async function exportSnapshot(name: string, file: string, options: Options): Promise<void> {
  checkOutput('<file>', file);
  const content = await connectAdminFiles(options).download(`/lab/snapshots/${pathPart(name)}/file`);
  const written = { name, file, bytes: await writeFileWhole(file, Readable.fromWeb(content as never)) };
  if (options.json) printJson(written);
  else printFacts(written);
}

async function importSnapshot(file: string, options: Options & { readonly name?: string }): Promise<void> {
  checkReadableFile(file);
  const content = Readable.toWeb(createReadStream(file)) as ReadableStream;
  const query = options.name === undefined ? '' : `?${new URLSearchParams({ name: options.name })}`;
  const taken = await connectAdminFiles(options).upload<Taken>(
    `/lab/snapshots/import${query}`,
    'application/gzip',
    content,
  );
  if (options.json) printJson(taken);
  else printFacts({ ...taken });
}

async function take(options: Options, method: string, name: string, action = ''): Promise<void> {
  const taken = await connectAdmin(options, patience)<Taken>(method, `/lab/snapshots/${pathPart(name)}${action}`);
  if (options.json) printJson(taken);
  else printFacts({ ...taken });
}
