import type { Clock } from '../../foundation/clock.ts';
import type { EpochMs } from '../../foundation/kinds.ts';
import { keyedHash, sameBytes } from '../../foundation/secrets.ts';
import { readProof } from '../../oauth/dpop.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { Presentation, TokenGrant } from '../../oauth/token-authority.ts';

/** How long a nonce is the current one; the one before it is taken as long again. */
const nonceMs = 5 * 60_000;

/** What a proof came with. */
export interface ProofRequest {
  readonly method: string;
  /** The address that was called, as the world calls it. */
  readonly url: string;
  /** The access token that came with it, if one did. */
  readonly accessToken?: string;
  /** Whether the proof must carry a nonce of ours; one that is there must be of ours anyway. */
  readonly nonce: 'required' | 'optional';
}

/** Takes a proof, once over all processes; false: it was taken before. `name`: who signed it, for what, and its `jti`. */
export type TakeProof = (name: readonly string[], expiresAtMs: EpochMs) => Promise<boolean>;

/**
 * Proofs of possession at one data centre (RFC 9449). Nonces (§8) are made from the time with a key that all processes
 * have, so none is stored; a proof itself counts once over all of them.
 */
export class Proofs {
  readonly #take: TakeProof;
  readonly #clock: Clock;
  readonly #key: Buffer;
  readonly #dataCenterId: string;

  constructor(options: {
    readonly take: TakeProof;
    readonly clock: Clock;
    readonly key: Buffer;
    readonly dataCenterId: string;
  }) {
    this.#take = options.take;
    this.#clock = options.clock;
    this.#key = options.key;
    this.#dataCenterId = options.dataCenterId;
  }

  /** The nonce that proofs are to carry now. */
  nonce(): string {
    return this.#nonceOf(this.#slot());
  }

  /** The thumbprint of the key that a proof proves, or why it proves nothing. */
  async check(header: string, request: ProofRequest): Promise<{ readonly thumbprint: string } | Refusal> {
    const proof = await readProof(header, { ...request, nowMs: this.#clock.nowMs() });
    if ('fault' in proof) return { outcome: 'ProofInvalid', detail: { reason: proof.fault } };
    const { endsAtMs, id, nonce, thumbprint } = proof;
    if (nonce === undefined ? request.nonce === 'required' : !this.#isOurs(nonce)) {
      return { outcome: 'ProofNonceNeeded', detail: { reason: nonce === undefined ? 'no nonce' : 'an old nonce' } };
    }
    const name = ['proof of possession', thumbprint, request.method, request.url, id];
    if (await this.#take(name, endsAtMs)) return { thumbprint };
    return { outcome: 'ProofInvalid', detail: { reason: 'it was used before' } };
  }

  #slot(): number {
    return Math.floor(this.#clock.nowMs() / nonceMs);
  }

  #nonceOf(slot: number): string {
    return keyedHash(this.#key, `${this.#dataCenterId} ${slot}`).subarray(0, 18).toString('base64url');
  }

  #isOurs(nonce: string): boolean {
    const slot = this.#slot();
    const came = Buffer.from(nonce);
    return [slot, slot - 1].some((each) => sameBytes(Buffer.from(this.#nonceOf(each)), came));
  }
}

/** What `TokenAuthority.prove` promises, by the proofs of a data centre. */
export async function proveBinding(
  proofs: Proofs,
  { binding }: Pick<TokenGrant, 'binding'>,
  came: Presentation,
): Promise<Refusal | undefined> {
  const { keyThumbprint } = binding;
  if (keyThumbprint === null) return came.scheme === 'DPoP' ? { outcome: 'TokenNotBound' } : undefined;
  if (came.scheme !== 'DPoP' || came.proof === undefined) return { outcome: 'ProofMissing' };
  const checked = await proofs.check(came.proof, { ...came, nonce: 'optional' });
  if ('outcome' in checked) return checked;
  return checked.thumbprint === keyThumbprint ? undefined : { outcome: 'TokenOfOtherKey' };
}
