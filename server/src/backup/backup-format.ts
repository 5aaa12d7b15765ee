import type { AuditPartition } from '../audit/partitions.ts';
import type { ContentFormat, ContentHead } from '../database/content-file.ts';

export const backupFormat: ContentFormat = { name: 'grantway-backup', version: 1, writtenBy: 'backup' };

/** What a backup says first. */
export interface BackupHead extends ContentHead {
  readonly written_at_ms: number;
  /** Of the secret key that its data needs: a keyed hash, of which the key cannot be told. */
  readonly key_mark: string;
  /** The months of the audit log, by data centre. */
  readonly audit_partitions: Readonly<Record<string, readonly AuditPartition[]>>;
}
