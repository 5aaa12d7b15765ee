import type { ContentFormat, ContentHead } from '../../database/content-file.ts';
import type { keyPurposes } from '../../foundation/key-purposes.ts';

/** The file of an exported snapshot. */
export const snapshotFormat: ContentFormat = {
  name: 'grantway-snapshot',
  version: 2,
  writtenBy: 'lab snapshot export',
};

/** Keys of what is sealed in the databases, which a file brings along. */
export const sealingKeys = [
  'clientSecrets',
  'factors',
  'outside',
  'signing',
] as const satisfies (keyof typeof keyPurposes)[];

/** What such a file says first. */
export interface SnapshotHead extends ContentHead {
  readonly name: string;
  readonly saved_at_ms: number;
  readonly clock: { readonly offsetMs: number; readonly speed: number };
  /** Keys that opened what is sealed in the databases, in hexadecimal digits. */
  readonly keys: Readonly<Record<(typeof sealingKeys)[number], string>>;
  readonly demo_accounts?: unknown;
}
