import type { Database, Queryable } from '../../database/database.ts';
import { createStatementQueue, type StatementQueue } from '../../database/statement-queue.ts';
import type { SecretHash } from '../../foundation/kinds.ts';
import type { CredentialPlace, KnownPlace, Slot } from '../../oauth/slots.ts';

/** The statement for the slots of credentials, in their owner's tables, by the hashes `$1` alone. */
export type SlotByHash = string;

const credentialKinds = {
  code: 'SELECT code_hash AS hash, slot FROM authorization_code WHERE code_hash = ANY ($1::bytea[])',
  'access token': 'SELECT token_hash AS hash, slot FROM access_token WHERE token_hash = ANY ($1::bytea[])',
  'refresh token': `SELECT token_hash AS hash, slot FROM refresh_token WHERE token_hash = ANY ($1::bytea[])
     UNION ALL SELECT token_hash, slot FROM refresh_generation WHERE token_hash = ANY ($1::bytea[])`,
} as const satisfies Record<string, SlotByHash>;

export type CredentialKind = keyof typeof credentialKinds;

/** The slots of credentials that carry none; undefined for those that are not stored. Asks all shards. */
async function findSlots(
  queryable: Queryable,
  slotByHash: SlotByHash,
  hashes: readonly SecretHash[],
): Promise<(Slot | undefined)[]> {
  const rows = await queryable.query<{ hash: Buffer; slot: Slot }>({ text: slotByHash, values: [hashes] });
  return rowsOf(hashes, rows).map((row) => row?.slot);
}

/** For each hash the row that has it. */
export function rowsOf<Row extends { readonly hash: Buffer }>(
  hashes: readonly SecretHash[],
  rows: readonly Row[],
): (Row | undefined)[] {
  const found = new Map(rows.map((row) => [row.hash.toString('hex'), row]));
  return hashes.map((hash) => found.get(hash.toString('hex')));
}

/**
 * Where a credential is stored, its slot with it. One of an earlier release, or that was made by hand, does not carry it: then
 * it is looked for by its hash alone. Undefined where there is none of this kind.
 */
export async function settle(
  queryable: Queryable,
  kind: CredentialKind | { readonly slotByHash: SlotByHash },
  { hash, slot }: CredentialPlace,
): Promise<KnownPlace | undefined> {
  if (slot !== undefined) return { hash, slot };
  const [found] = await findSlots(queryable, typeof kind === 'string' ? credentialKinds[kind] : kind.slotByHash, [
    hash,
  ]);
  return found === undefined ? undefined : { hash, slot: found };
}

/** The same where many requests ask at once: they share a statement. */
export class PlaceSettler {
  readonly #queues: ReadonlyMap<CredentialKind, StatementQueue<SecretHash, Slot | undefined>>;

  constructor(database: Database) {
    this.#queues = new Map(
      Object.entries(credentialKinds).map(([kind, slotByHash]) => [
        kind as CredentialKind,
        createStatementQueue({ run: (hashes: readonly SecretHash[]) => findSlots(database, slotByHash, hashes) }),
      ]),
    );
  }

  async settle(kind: CredentialKind, { hash, slot }: CredentialPlace): Promise<KnownPlace | undefined> {
    const known = slot ?? (await this.#queues.get(kind)?.submit(hash));
    return known === undefined ? undefined : { hash, slot: known };
  }
}
