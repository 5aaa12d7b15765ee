import type { ContentFormat, ContentHead } from '../../database/content-file.ts';

/** The file of an exported snapshot. */
export const snapshotFormat: ContentFormat = {
  name: 'grantway-snapshot',
  version: 1,
  writtenBy: 'lab snapshot export',
};

/** What such a file says first. */
export interface SnapshotHead extends ContentHead {
  readonly name: string;
  readonly saved_at_ms: number;
  readonly clock: { readonly offsetMs: number; readonly speed: number };
  /** Keys that opened what is sealed in the databases, in hexadecimal digits. */
  readonly keys: Readonly<Record<'clientSecrets' | 'signing', string>>;
  readonly demo_accounts?: unknown;
}
