import { readFileSync } from 'node:fs';
import { isAtLeast } from '../foundation/version.ts';

/** Statements of a migration that take something away from programs which know the tables as they were. */
export interface Contraction {
  /** How each of them begins. */
  readonly statements: readonly string[];
  /** The release since which no program needs what is taken away. */
  readonly since: string;
  readonly why: string;
}

/** By kind of database and name of migration. All others only expand. */
export const contractions: Readonly<Record<string, readonly Contraction[]>> = JSON.parse(
  readFileSync(new URL('contractions.json', import.meta.url), 'utf8'),
);

const anyRelease = '0.0.0';

/** The oldest release whose processes go on when the migration has been applied. */
export function oldestReleaseAfter(kind: string, migration: string): string {
  const listed = contractions[`${kind}/${migration}`] ?? [];
  return listed.reduce((oldest, { since }) => (isAtLeast(since, oldest) ? since : oldest), anyRelease);
}
