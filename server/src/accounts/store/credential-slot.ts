import type { Database, Queryable } from '../../database/database.ts';
import { createStatementQueue, type StatementQueue } from '../../database/statement-queue.ts';
import type { SecretHash } from '../../foundation/kinds.ts';
import type { CredentialPlace, KnownPlace, Slot } from '../../oauth/slots.ts';

/** SQL for the slot of a credential, in its owner's tables, by its hash `q.hash` alone. */
export type SlotByHash = string;

const credentialKinds = {
  code: 'SELECT c.slot FROM authorization_code c WHERE c.code_hash = q.hash',
  'access token': 'SELECT a.slot FROM access_token a WHERE a.token_hash = q.hash',
  'refresh token': `SELECT r.slot FROM refresh_token r WHERE r.token_hash = q.hash
     UNION ALL SELECT n.slot FROM refresh_generation n WHERE n.token_hash = q.hash`,
} as const satisfies Record<string, SlotByHash>;

export type CredentialKind = keyof typeof credentialKinds;

/** The slots of credentials that carry none; undefined for those that are not stored. Asks all shards. */
async function findSlots(
  queryable: Queryable,
  slotByHash: SlotByHash,
  hashes: readonly SecretHash[],
): Promise<(Slot | undefined)[]> {
  const rows = await queryable.query<{ slot: Slot | null }>({
    text: `SELECT (${slotByHash} LIMIT 1) AS slot
           FROM unnest($1::bytea[]) WITH ORDINALITY AS q(hash, position) ORDER BY q.position`,
    values: [hashes],
  });
  return rows.map(({ slot }) => slot ?? undefined);
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
