import { hash } from 'node:crypto';
import type { Kind, SecretHash } from '../foundation/kinds.ts';
import type { Random } from '../foundation/random.ts';
import { secretHash } from '../foundation/secrets.ts';
import { type CredentialPrefix, credentialOf } from './formats.ts';
import type { UserId } from './ids.ts';

/**
 * The slot of a user, 0 to 65,535: what the accounts tables are spread by (docs/decisions/0087-accounts-by-slot.md). All
 * rows of a user have it, and so do the credentials that lead to them.
 */
export type Slot = Kind<number, 'slot'>;

export const slotCount = 65_536;

/** The slot of a user. SQL has the same rule: `sqlSlotOf`. */
export function slotOf(userId: UserId): Slot {
  return Number(BigInt(userId) % BigInt(slotCount));
}

/** SQL for the slot of the user whose id is this expression. */
export function sqlSlotOf(userId: string): string {
  return `(${userId}::bigint % ${slotCount})::int`;
}

/**
 * The slot of a name that a user is found by: an e-mail address, or who the user is at a provider. Users do not have the slots
 * of their names.
 */
export function nameSlotOf(name: string): Slot {
  return secretHash(name).readUInt16BE();
}

/** The name of a user at an outside provider. */
export const outsideName = (provider: string, subject: string) => `${provider} ${subject}`;

/** Where a credential is stored: its hash, and the slot of its user; undefined for one that carries none. */
export interface CredentialPlace {
  readonly hash: SecretHash;
  readonly slot: Slot | undefined;
}

/** The same of one whose slot is known. */
export interface KnownPlace extends CredentialPlace {
  readonly slot: Slot;
}

const credentialBytes = 32;
/** The last bytes of a credential: two for the slot, four by which it is known to carry one. */
const markBytes = 6;
const randomBytes = credentialBytes - markBytes;

const tokenPattern = /^(?:100[04]\.([0-9a-f]{32})\.([0-9a-f]{32})|([0-9a-f]{64}))$/;

/**
 * Makes credentials that carry the slot of their user and finds it in those that come. The last 6 of their 32 bytes are the
 * slot and four zeros under a mask, which is a keyed hash of the other 26: without the key they are as random as the rest,
 * and nobody can tell whose a credential is, or that two are of one user. Bytes that are no mark are so but for one in 4 × 10⁹.
 */
export class CredentialSlots {
  /** The key, and after it room for the bytes that are hashed under it. */
  readonly #keyed: Buffer;

  constructor(key: Buffer) {
    this.#keyed = Buffer.concat([key, Buffer.alloc(randomBytes)]);
  }

  /** An authorization code or token of the form of `formats.ts`, with 208 random bits. */
  createCredential(random: Random, prefix: CredentialPrefix, slot: Slot): string {
    return this.deriveCredential(random.bytes(credentialBytes), prefix, slot);
  }

  /** A credential made of 32 bytes that were derived from another one. */
  deriveCredential(bytes: Buffer, prefix: CredentialPrefix, slot: Slot): string {
    return credentialOf(this.#marked(bytes, slot), prefix);
  }

  /** A token of 64 hexadecimal digits, for a cookie or a link. */
  createToken(random: Random, slot: Slot): string {
    return this.#marked(random.bytes(credentialBytes), slot).toString('hex');
  }

  /** Where a credential of either form is stored. */
  placeOf(credential: string): CredentialPlace {
    return { hash: secretHash(credential), slot: this.slotIn(credential) };
  }

  /** The slot that a credential carries; undefined for what we did not make, or an earlier release did. */
  slotIn(credential: string): Slot | undefined {
    const [, head = '', tail = '', whole = head + tail] = tokenPattern.exec(credential) ?? [];
    if (whole === '') return undefined;
    const bytes = Buffer.from(whole, 'hex');
    const mask = this.#mask(bytes);
    if (bytes.readUInt32BE(randomBytes + 2) !== mask.readUInt32BE(2)) return undefined;
    return bytes.readUInt16BE(randomBytes) ^ mask.readUInt16BE(0);
  }

  #marked(bytes: Buffer, slot: Slot): Buffer {
    const marked = Buffer.from(bytes);
    const mask = this.#mask(bytes);
    mask.copy(marked, randomBytes, 0, markBytes);
    marked.writeUInt16BE(mask.readUInt16BE(0) ^ slot, randomBytes);
    return marked;
  }

  /** SHA-256 of key and bytes, of which six are used: for a fixed length and so few of them as good as HMAC, in a third of the time. */
  #mask(bytes: Buffer): Buffer {
    bytes.copy(this.#keyed, this.#keyed.length - randomBytes, 0, randomBytes);
    return hash('sha256', this.#keyed, 'buffer');
  }
}
