import { jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../../foundation/clock.ts';
import type { EpochMs } from '../../foundation/kinds.ts';

const algorithm = 'HS256';
/** How long a credential counts, and how long the one that is at hand is used. Clocks of machines may differ a little. */
const ttlSeconds = 120;
const reuseMs = 30_000;
const toleranceSeconds = 60;

/**
 * The credential of a resource server at the accounts server of a data centre: a JWT over a key that only parts of this
 * platform can derive, for a minute or two. So nobody who sees one has anything lasting.
 */
export class ResourceServerCredential {
  readonly #key: Buffer;
  readonly #dataCenterId: string;
  readonly #clock: Clock;
  #made: { readonly text: Promise<string>; readonly atMs: EpochMs } | undefined;

  constructor(options: { readonly key: Buffer; readonly dataCenterId: string; readonly clock: Clock }) {
    this.#key = options.key;
    this.#dataCenterId = options.dataCenterId;
    this.#clock = options.clock;
  }

  /** The value of the Authorization header. */
  header(): Promise<string> {
    const nowMs = this.#clock.nowMs();
    if (!this.#made || Math.abs(nowMs - this.#made.atMs) >= reuseMs) {
      const seconds = Math.floor(nowMs / 1000);
      const made = new SignJWT()
        .setProtectedHeader({ alg: algorithm })
        .setAudience(this.#dataCenterId)
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + ttlSeconds)
        .sign(this.#key);
      this.#made = { text: made.then((jwt) => `Bearer ${jwt}`), atMs: nowMs };
    }
    return this.#made.text;
  }

  /** Whether a header that came is one of a resource server of this data centre. The signature is compared in constant time. */
  async isGenuine(header: string | undefined): Promise<boolean> {
    const [, jwt] = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(header ?? '') ?? [];
    if (jwt === undefined) return false;
    try {
      await jwtVerify(jwt, this.#key, {
        algorithms: [algorithm],
        audience: this.#dataCenterId,
        requiredClaims: ['exp'],
        clockTolerance: toleranceSeconds,
        currentDate: new Date(this.#clock.nowMs()),
      });
      return true;
    } catch {
      return false;
    }
  }
}
