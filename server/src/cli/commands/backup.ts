import { Readable } from 'node:stream';
import type { Command } from 'commander';
import { findRunningPlatform } from '../../data-directory.ts';
import { connectAdminFiles } from '../admin-client.ts';
import type { BackupOptions, RestoreOptions } from '../backup-databases.ts';
import { checkOutput } from '../file-output.ts';
import { addStartOptions, dataPath } from '../start-options.ts';

export function registerBackupCommands(program: Command): void {
  addStartOptions(
    program
      .command('backup')
      .description('write a backup of a platform to a file, whether it runs or not; the secret key is not in it')
      .requiredOption('--out <file>', 'is made, or replaced')
      .option('--dc <id>', 'only this data centre (default: all, and the directory)')
      .option('--admin <origin>', 'origin of the admin API (default: GRANTWAY_ADMIN_ORIGIN)'),
  ).action(backUp);
  addStartOptions(
    program
      .command('restore')
      .description('bring a backup back into the databases of a platform that is stopped: all of it or nothing')
      .argument('<file>', 'that "backup" wrote')
      .option('--dc <id>', 'only this data centre; the directory stays as it is')
      .option('--replace', 'also where there is something already, which is lost'),
  ).action(async (file: string, options: RestoreOptions) => {
    const { restoreDatabases } = await import('../backup-databases.ts');
    await restoreDatabases(file, options);
  });
}

async function backUp(options: BackupOptions): Promise<void> {
  const { out, dc } = options;
  checkOutput('--out', out);
  const { backUpDatabases, keepBackup } = await import('../backup-databases.ts');
  const remote = options.data === undefined && (options.admin ?? process.env.GRANTWAY_ADMIN_ORIGIN) !== undefined;
  if (!remote && !findRunningPlatform(dataPath(options))) return backUpDatabases(options);
  const query = dc === undefined ? '' : `?${new URLSearchParams({ dataCenter: dc })}`;
  const content = await connectAdminFiles(options).download(`/backup${query}`);
  await keepBackup(Readable.fromWeb(content as never), options);
}
