import type { ClientConfig } from 'pg';
import type { AuditPartition } from '../audit/partitions.ts';
import type { ContentFormat, ContentHead } from '../database/content-file.ts';
import type { DatabaseKind } from '../database/migrate.ts';

export const backupFormat: ContentFormat = { name: 'grantway-backup', version: 1, writtenBy: 'backup' };

/** What a backup says first. */
export interface BackupHead extends ContentHead {
  readonly written_at_ms: number;
  /** Of the secret key that its data needs: a keyed hash, of which the key cannot be told. */
  readonly key_mark: string;
  /** The months of the audit log, by data centre. */
  readonly audit_partitions: Readonly<Record<string, readonly AuditPartition[]>>;
  /** Every data centre that the directory knows, whether it is in the file or not; absent where the directory is not in it. */
  readonly known_data_centers?: readonly string[];
}

/** A database that goes into a backup, or that one is brought back to. */
export interface BackupDatabase {
  /** `directory`, or the id of a data centre. */
  readonly label: string;
  readonly kind: DatabaseKind;
  /** Of the role that owns its tables. */
  readonly ownerConnection: ClientConfig;
}
