import { type CryptoKey, type JWK, type JWTPayload, SignJWT } from 'jose';
import type { ChangeNotices } from '../../database/change-notices.ts';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../foundation/clock.ts';
import type { Random } from '../../foundation/random.ts';
import { createKeyMaterial, openPrivateKey, signingAlgorithm } from './signing-key-material.ts';
import {
  addSigningKey,
  extendSigningKey,
  loadSigningKeys,
  type NewSigningKey,
  type StoredSigningKey,
  signingKeyTopic,
} from './signing-key-store.ts';

export type SigningKeyState = 'next' | 'signing' | 'retired' | 'gone';

/** A key as people and the admin API see it. */
export interface SigningKeyDescription {
  readonly keyId: string;
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
  #loading: Promise<readonly StoredSigningKey[]> | undefined;
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
    options: { readonly legacyHeader?: boolean /** `typ` of the header; default: JWT. */; readonly type?: string },
  ): Promise<string> {
    const key = this.#current(await this.#keys());
    const untilMs = payload.exp * 1000;
    if (Math.max(key.signedUntilMs, this.#extendedUntilMs.get(key.keyId) ?? 0) < untilMs) {
      await extendSigningKey(this.#options.database, key.keyId, untilMs + extendAheadMs);
      this.#extendedUntilMs.set(key.keyId, untilMs + extendAheadMs);
    }
    const { keyId } = key;
    return new SignJWT(payload)
      .setProtectedHeader({
        alg: signingAlgorithm,
        typ: options.type ?? 'JWT',
        kid: keyId,
        ...(options.legacyHeader ? { key_id: keyId } : {}),
      })
      .sign(await this.#privateKey(key));
  }

  /** The public keys that verifiers need now: those that sign, will sign, or have signed ID tokens that live. */
  async published(): Promise<JWK[]> {
    const nowMs = this.#options.clock.nowMs();
    return (await this.#keys()).filter((key) => this.#isPublished(key, nowMs)).map((key) => key.publicJwk);
  }

  /** Every key that there was, newest first. */
  async list(): Promise<SigningKeyDescription[]> {
    const keys = await this.#load();
    return keys.toReversed().map((key) => this.#describe(key, keys));
  }

  /** Makes a new key; the first one signs at once, any other after the lead time. One may wait at a time. */
  async rotate(): Promise<Rotation> {
    const material = await this.#createMaterial();
    let waiting: StoredSigningKey | undefined;
    const added = await addSigningKey(this.#options.database, (present) => {
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

  #current(keys: readonly StoredSigningKey[]): StoredSigningKey {
    const nowMs = this.#options.clock.nowMs();
    // A process whose clock is behind that of the first key's maker signs with that key all the same.
    return (keys.findLast((key) => key.activeFromMs <= nowMs) ?? keys[0]) as StoredSigningKey;
  }

  #isPublished(key: StoredSigningKey, nowMs: number): boolean {
    const untilMs = this.#publishedUntilMs(key);
    return untilMs === null || untilMs > nowMs;
  }

  /** The lead time is added for processes whose clocks differ. */
  #publishedUntilMs(key: StoredSigningKey): number | null {
    return key.retiredAtMs === null ? null : Math.max(key.retiredAtMs + this.#leadMs, key.signedUntilMs);
  }

  #describe(key: StoredSigningKey, keys: readonly StoredSigningKey[]): SigningKeyDescription {
    const nowMs = this.#options.clock.nowMs();
    let state: SigningKeyState = 'gone';
    if (key.keyId === this.#current(keys).keyId) state = 'signing';
    else if (key.activeFromMs > nowMs) state = 'next';
    else if (this.#isPublished(key, nowMs)) state = 'retired';
    return {
      keyId: key.keyId,
      state,
      createdAtMs: key.createdAtMs,
      activeFromMs: key.activeFromMs,
      retiredAtMs: key.retiredAtMs,
      publishedUntilMs: this.#publishedUntilMs(key),
    };
  }

  /** The keys, at least one: the first is made when it is first needed, so that no start waits for it. */
  async #keys(): Promise<readonly StoredSigningKey[]> {
    const nowMs = this.#options.clock.nowMs();
    if (this.#loaded && Math.abs(nowMs - this.#loaded.atMs) < cacheTtlMs) return this.#loaded.keys;
    if (this.#loading) return this.#loading;
    const loading = this.#loadOrCreate().finally(() => {
      if (this.#loading === loading) this.#loading = undefined;
    });
    this.#loading = loading;
    return loading;
  }

  async #loadOrCreate(): Promise<readonly StoredSigningKey[]> {
    const keys = await this.#load();
    if (keys.length > 0) return keys;
    const material = await this.#createMaterial();
    const nowMs = this.#options.clock.nowMs();
    // Another process may have been faster: then its key is the first one.
    await addSigningKey(this.#options.database, (present) =>
      present.length > 0 ? undefined : { ...material, createdAtMs: nowMs, activeFromMs: nowMs },
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
    this.#loading = undefined;
  }

  #createMaterial() {
    const { sealingKey, dataCenterId } = this.#options;
    return createKeyMaterial(sealingKey, dataCenterId);
  }

  #privateKey(key: StoredSigningKey): Promise<CryptoKey> {
    const known = this.#privateKeys.get(key.keyId);
    if (known) return known;
    const { sealingKey, dataCenterId } = this.#options;
    const opening = openPrivateKey(sealingKey, dataCenterId, key.keyId, key.sealedPrivateJwk ?? '');
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
  /** Derived from the platform's secret key. */
  readonly sealingKey: Buffer;
  readonly dataCenterId: string;
  readonly leadSeconds: number;
}

function stored(key: NewSigningKey): StoredSigningKey {
  return { ...key, retiredAtMs: null, signedUntilMs: 0 };
}
