import { type CryptoKey, type JWK, type JWTPayload, SignJWT } from 'jose';
import type { ChangeNotices } from '../../database/change-notices.ts';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../foundation/clock.ts';
import type { Random } from '../../foundation/random.ts';
import type { KeyVault } from './key-vault.ts';
import { defaultAlgorithm, type SigningAlgorithm, signingAlgorithms } from './signing-algorithms.ts';
import { algorithmOf, createKeyMaterial, openPrivateKey } from './signing-key-material.ts';
import {
  addSigningKey,
  extendSigningKey,
  loadSigningKeys,
  type NewSigningKey,
  revokeKey,
  type StoredSigningKey,
  signingKeyTopic,
} from './signing-key-store.ts';

export type SigningKeyState = 'next' | 'signing' | 'retired' | 'gone' | 'revoked';

/** A key as people and the admin API see it. */
export interface SigningKeyDescription {
  readonly keyId: string;
  readonly algorithm: SigningAlgorithm;
  readonly state: SigningKeyState;
  readonly createdAtMs: number;
  readonly activeFromMs: number;
  readonly retiredAtMs: number | null;
  /** Until when it stays in the key set; null while it may still sign. */
  readonly publishedUntilMs: number | null;
}

export type Rotation =
  | { readonly kind: 'rotated'; readonly key: SigningKeyDescription }
  | { readonly kind: 'next key waits'; readonly keyId: string; readonly activeFromMs: number };

/** How far ahead of a signature its end is written, so that not every signature costs a write. */
const extendAheadMs = 5 * 60_000;
/** Longest time the keys are trusted without a change notice. */
const cacheTtlMs = 30_000;

/**
 * The signing keys of one data centre (OpenID Connect Core §10.1.1): a new key is published at once and signs only after
 * the lead time, so that everybody who caches the key set has it before its first signature; the old one stays published
 * until the last ID token that it signed has expired. The keys live in the database; every process follows the same
 * times in it, so processes need no word from each other to switch.
 */
export class SigningKeys {
  readonly #options: SigningKeysOptions;
  readonly #leadMs: number;
  readonly #privateKeys = new Map<string, Promise<CryptoKey>>();
  readonly #extendedUntilMs = new Map<string, number>();
  #loaded: { readonly keys: readonly StoredSigningKey[]; readonly atMs: number } | undefined;
  #loading = new Map<SigningAlgorithm, Promise<readonly StoredSigningKey[]>>();
  #generation = 0;

  constructor(options: SigningKeysOptions) {
    this.#options = options;
    this.#leadMs = options.leadSeconds * 1000;
    const forget = () => this.#forget();
    options.notices.subscribe(signingKeyTopic, { changed: forget, reset: forget });
  }

  /** Signs with the key whose time it is. `payload.exp` must be set. */
  async sign(
    payload: JWTPayload & { readonly exp: number },
    options: {
      readonly legacyHeader?: boolean;
      /** `typ` of the header; default: JWT. */
      readonly type?: string;
      readonly algorithm?: SigningAlgorithm;
    },
  ): Promise<string> {
    const { algorithm = defaultAlgorithm } = options;
    const key = this.#current(await this.#keys(algorithm), algorithm);
    const untilMs = payload.exp * 1000;
    if (Math.max(key.signedUntilMs, this.#extendedUntilMs.get(key.keyId) ?? 0) < untilMs) {
      await extendSigningKey(this.#options.database, key.keyId, untilMs + extendAheadMs);
      this.#extendedUntilMs.set(key.keyId, untilMs + extendAheadMs);
    }
    const { keyId } = key;
    return new SignJWT(payload)
      .setProtectedHeader({
        alg: algorithm,
        typ: options.type ?? 'JWT',
        kid: keyId,
        ...(options.legacyHeader ? { key_id: keyId } : {}),
      })
      .sign(await this.#privateKey(key));
  }

  /** The public keys that verifiers need now: those that sign, will sign, or have signed ID tokens that live. */
  async published(): Promise<JWK[]> {
    const nowMs = this.#options.clock.nowMs();
    const keys = await this.#keys(defaultAlgorithm);
    return keys.filter((key) => this.#isPublished(key, nowMs)).map((key) => key.publicJwk);
  }

  /** Every key that there was, newest first. */
  async list(): Promise<SigningKeyDescription[]> {
    const keys = await this.#load();
    return keys.toReversed().map((key) => this.#describe(key, keys));
  }

  /** Makes a new key; the first one signs at once, any other after the lead time. One may wait at a time. */
  async rotate(algorithm: SigningAlgorithm = defaultAlgorithm): Promise<Rotation> {
    const material = await this.#createMaterial(algorithm);
    let waiting: StoredSigningKey | undefined;
    const added = await addSigningKey(this.#options.database, (all) => {
      const present = usable(all, algorithm);
      const nowMs = this.#options.clock.nowMs();
      waiting = present.find((key) => key.activeFromMs > nowMs);
      if (waiting) return undefined;
      return { ...material, createdAtMs: nowMs, activeFromMs: present.length === 0 ? nowMs : nowMs + this.#leadMs };
    });
    this.#forget();
    if (!added) {
      const { keyId, activeFromMs } = waiting as StoredSigningKey;
      return { kind: 'next key waits', keyId, activeFromMs };
    }
    const keys = await this.#load();
    const key = keys.find(({ keyId }) => keyId === added.keyId) ?? stored(added);
    return { kind: 'rotated', key: this.#describe(key, keys) };
  }

  /**
   * Takes a key away at once, because somebody else may have it: it leaves the key set, and no ID token that it signed is
   * verified any more by whoever reads the set anew. Where it was the one that signs, a new one signs from now on.
   * @returns false when there is no such key, or it was taken away before.
   */
  async retire(keyId: string): Promise<boolean> {
    const keys = await this.#load();
    const key = keys.find((each) => each.keyId === keyId);
    if (!key || key.revokedAtMs !== null) return false;
    const { clock, database } = this.#options;
    const algorithm = algorithmOf(key.publicJwk);
    const nowMs = clock.nowMs();
    const mayYetSign = key.retiredAtMs === null || key.retiredAtMs > nowMs;
    if (mayYetSign) {
      const material = await this.#createMaterial(algorithm);
      await addSigningKey(database, () => ({ ...material, createdAtMs: nowMs, activeFromMs: nowMs }), keyId);
    } else await revokeKey(database, keyId, nowMs);
    this.#privateKeys.delete(keyId);
    this.#forget();
    return true;
  }

  /** Makes a successor for each key that has signed for longer than `maxAgeMs`. @returns the new keys. */
  async rotateOld(maxAgeMs: number): Promise<SigningKeyDescription[]> {
    const keys = await this.#load();
    const nowMs = this.#options.clock.nowMs();
    const made: SigningKeyDescription[] = [];
    for (const algorithm of signingAlgorithms) {
      const present = usable(keys, algorithm);
      const newest = present.at(-1);
      if (!newest || nowMs - newest.activeFromMs < maxAgeMs) continue;
      const rotation = await this.rotate(algorithm);
      if (rotation.kind === 'rotated') made.push(rotation.key);
    }
    return made;
  }

  #current(all: readonly StoredSigningKey[], algorithm: SigningAlgorithm): StoredSigningKey {
    const keys = usable(all, algorithm);
    const nowMs = this.#options.clock.nowMs();
    // A process whose clock is behind that of the first key's maker signs with that key all the same.
    return (keys.findLast((key) => key.activeFromMs <= nowMs) ?? keys[0]) as StoredSigningKey;
  }

  #isPublished(key: StoredSigningKey, nowMs: number): boolean {
    if (key.revokedAtMs !== null) return false;
    const untilMs = this.#publishedUntilMs(key);
    return untilMs === null || untilMs > nowMs;
  }

  /** The lead time is added for processes whose clocks differ. */
  #publishedUntilMs(key: StoredSigningKey): number | null {
    if (key.revokedAtMs !== null) return key.revokedAtMs;
    return key.retiredAtMs === null ? null : Math.max(key.retiredAtMs + this.#leadMs, key.signedUntilMs);
  }

  #describe(key: StoredSigningKey, keys: readonly StoredSigningKey[]): SigningKeyDescription {
    const nowMs = this.#options.clock.nowMs();
    const algorithm = algorithmOf(key.publicJwk);
    let state: SigningKeyState = 'gone';
    if (key.revokedAtMs !== null) state = 'revoked';
    else if (key.keyId === this.#current(keys, algorithm).keyId) state = 'signing';
    else if (key.activeFromMs > nowMs) state = 'next';
    else if (this.#isPublished(key, nowMs)) state = 'retired';
    return {
      keyId: key.keyId,
      algorithm,
      state,
      createdAtMs: key.createdAtMs,
      activeFromMs: key.activeFromMs,
      retiredAtMs: key.retiredAtMs,
      publishedUntilMs: this.#publishedUntilMs(key),
    };
  }

  /** The keys, at least one of the algorithm: the first is made when it is first needed, so that no start waits for it. */
  async #keys(algorithm: SigningAlgorithm): Promise<readonly StoredSigningKey[]> {
    const nowMs = this.#options.clock.nowMs();
    const loaded = this.#loaded;
    if (loaded && Math.abs(nowMs - loaded.atMs) < cacheTtlMs && usable(loaded.keys, algorithm).length > 0) {
      return loaded.keys;
    }
    const known = this.#loading.get(algorithm);
    if (known) return known;
    const loading = this.#loadOrCreate(algorithm).finally(() => {
      if (this.#loading.get(algorithm) === loading) this.#loading.delete(algorithm);
    });
    this.#loading.set(algorithm, loading);
    return loading;
  }

  async #loadOrCreate(algorithm: SigningAlgorithm): Promise<readonly StoredSigningKey[]> {
    const keys = await this.#load();
    if (usable(keys, algorithm).length > 0) return keys;
    const material = await this.#createMaterial(algorithm);
    const nowMs = this.#options.clock.nowMs();
    // Another process may have been faster: then its key is the first one.
    await addSigningKey(this.#options.database, (present) =>
      usable(present, algorithm).length > 0 ? undefined : { ...material, createdAtMs: nowMs, activeFromMs: nowMs },
    );
    return this.#load();
  }

  async #load(): Promise<readonly StoredSigningKey[]> {
    const generation = this.#generation;
    const atMs = this.#options.clock.nowMs();
    const keys = await loadSigningKeys(this.#options.database);
    // A notice that came meanwhile may be about what this look-up missed: then it serves once only.
    if (generation === this.#generation && keys.length > 0) this.#loaded = { keys, atMs };
    return keys;
  }

  #forget(): void {
    this.#generation++;
    this.#loaded = undefined;
    this.#loading = new Map();
  }

  #createMaterial(algorithm: SigningAlgorithm) {
    const { vault, dataCenterId } = this.#options;
    return createKeyMaterial(vault, dataCenterId, algorithm);
  }

  #privateKey(key: StoredSigningKey): Promise<CryptoKey> {
    const known = this.#privateKeys.get(key.keyId);
    if (known) return known;
    const { vault, dataCenterId } = this.#options;
    const opening = openPrivateKey(vault, dataCenterId, key);
    this.#privateKeys.set(key.keyId, opening);
    opening.catch(() => this.#privateKeys.delete(key.keyId));
    return opening;
  }
}

export interface SigningKeysOptions {
  readonly database: Database;
  readonly notices: ChangeNotices;
  readonly clock: Clock;
  readonly random: Random;
  /** Opens the private keys, which the database holds sealed. */
  readonly vault: KeyVault;
  readonly dataCenterId: string;
  readonly leadSeconds: number;
}

function stored(key: NewSigningKey): StoredSigningKey {
  return { ...key, retiredAtMs: null, signedUntilMs: 0, revokedAtMs: null };
}

/** The keys of the algorithm that may sign, now or later. */
function usable(keys: readonly StoredSigningKey[], algorithm: SigningAlgorithm): StoredSigningKey[] {
  return keys.filter((key) => algorithmOf(key.publicJwk) === algorithm && key.revokedAtMs === null);
}
