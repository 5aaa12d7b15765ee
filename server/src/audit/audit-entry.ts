import { keyedHash } from '../foundation/secrets.ts';

/** Who did it. `operator`: whoever runs the platform, by the command line (no id) or signed in to the console. */
export type ActorRole = 'user' | 'operator' | 'client' | 'anonymous' | 'platform';

/** What an audit entry says: who, what, when, from where; about whom. */
export interface AuditFacts {
  readonly atMs: number;
  /** What it was: the kind of its event (`inspector/event-kinds.ts`). */
  readonly action: string;
  /** `Success`, or the failure's name in the outcome catalogue. */
  readonly outcome: string;
  readonly actor: ActorRole;
  /** Of a user or client. */
  readonly actorId: string | null;
  /** The user and the client that it is about. */
  readonly userId: string | null;
  readonly clientId: string | null;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
  /** JSON, without secrets. */
  readonly detail: string;
}

/** An entry as it is stored. */
export interface AuditEntry extends AuditFacts {
  /** 1, 2, 3 …: the place in the chain. */
  readonly sequence: number;
  readonly previousHash: Buffer;
  readonly hash: Buffer;
}

/** What stands before the first entry. */
export const chainStart: Buffer = Buffer.alloc(32);

/**
 * The hash of an entry: HMAC-SHA-256 over the hash before it and everything that the entry says. The key is outside the
 * database, so whoever can write there cannot make a chain that holds.
 */
export function entryHash(key: Buffer, sequence: number, previousHash: Buffer, facts: AuditFacts): Buffer {
  const said = [
    previousHash.toString('hex'),
    sequence,
    facts.atMs,
    facts.action,
    facts.outcome,
    facts.actor,
    facts.actorId,
    facts.userId,
    facts.clientId,
    facts.address,
    facts.userAgent,
    facts.requestId,
    facts.detail,
  ];
  return keyedHash(key, JSON.stringify(said));
}

/** Takes `facts` into the chain that ends with `head`. */
export function chained(
  key: Buffer,
  head: Pick<AuditEntry, 'sequence' | 'hash'>,
  facts: readonly AuditFacts[],
): AuditEntry[] {
  let { sequence, hash: previousHash } = head;
  return facts.map((each) => {
    sequence++;
    const hash = entryHash(key, sequence, previousHash, each);
    const entry = { ...each, sequence, previousHash, hash };
    previousHash = hash;
    return entry;
  });
}
