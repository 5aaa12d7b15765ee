import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { calculateJwkThumbprint, EmbeddedJWK, errors, type JWK, jwtVerify } from 'jose';

/** The algorithms of proofs of possession (RFC 9449 §4.2): asymmetric ones only. */
export const proofAlgorithms = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'] as const;

/** Longest distance between the time of a proof and ours: clients' clocks are often wrong by some seconds. */
const proofAgeSeconds = 60;
const longestProof = 8192;
const longestJti = 256;
/** What only private and symmetric keys have (RFC 7518 §6). */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** What a proof has to be about. */
export interface ProofDemand {
  readonly method: string;
  /** The address that was called, without query. */
  readonly url: string;
  readonly nowMs: number;
  /** The access token that came with it, if one did. */
  readonly accessToken?: string;
}

/** A proof whose signature and claims are right; whether it came before is another question. */
export interface Proof {
  /** RFC 7638 thumbprint of the key: what tokens are bound to. */
  readonly thumbprint: string;
  readonly id: string;
  readonly nonce: string | undefined;
  /** When it would be refused for its age. */
  readonly endsAtMs: number;
}

/**
 * Checks a proof of possession (RFC 9449 §4.3) against the request that it came with.
 * @param header the value of the DPoP header, which must be one proof.
 * @returns what is wrong with it, in a few words.
 */
export async function readProof(header: string, demand: ProofDemand): Promise<Proof | { readonly fault: string }> {
  if (header.length > longestProof) return { fault: `expected at most ${longestProof} characters` };
  if (header.includes(',')) return { fault: 'expected one DPoP header, got several' };
  try {
    const nowSeconds = Math.floor(demand.nowMs / 1000);
    const { payload, protectedHeader } = await jwtVerify(header, publicKeyOf, {
      typ: 'dpop+jwt',
      algorithms: [...proofAlgorithms],
      // Proofs have no `exp`; their age is checked below.
      currentDate: new Date(demand.nowMs),
      clockTolerance: proofAgeSeconds,
    });
    const { ath, htm, htu, iat, jti, nonce } = payload;
    if (typeof jti !== 'string' || jti === '' || jti.length > longestJti) return { fault: 'jti: expected a text' };
    if (htm !== demand.method) return { fault: `htm: expected ${demand.method}` };
    if (typeof htu !== 'string' || !sameAddress(htu, demand.url)) return { fault: `htu: expected ${demand.url}` };
    if (typeof iat !== 'number' || Math.abs(iat - nowSeconds) > proofAgeSeconds) {
      return { fault: `iat: expected a time within ${proofAgeSeconds} seconds of the server's` };
    }
    if (demand.accessToken !== undefined && ath !== hashForProof(demand.accessToken)) {
      return { fault: 'ath: expected the hash of the access token that came' };
    }
    if (nonce !== undefined && typeof nonce !== 'string') return { fault: 'nonce: expected a text' };
    return {
      thumbprint: await calculateJwkThumbprint(protectedHeader.jwk as JWK),
      id: jti,
      nonce,
      endsAtMs: (iat + proofAgeSeconds + 1) * 1000,
    };
  } catch (error) {
    return { fault: error instanceof errors.JOSEError ? error.message.slice(0, 200) : 'it cannot be read' };
  }
}

/** The proofs of a request as one text; of several headers none is right. */
export function proofHeader({ dpop }: IncomingHttpHeaders): string | undefined {
  return Array.isArray(dpop) ? dpop.join(',') : dpop;
}

/** The key that a proof carries; never a private one, nor one from anywhere else. */
const publicKeyOf: typeof EmbeddedJWK = async (header, token) => {
  const jwk: unknown = header?.jwk;
  if (typeof jwk !== 'object' || jwk === null) throw new errors.JWSInvalid('jwk: expected a public key');
  if (secretMembers.some((name) => name in jwk)) {
    throw new errors.JWSInvalid('jwk: expected a public key, got a private one');
  }
  return EmbeddedJWK(header, token);
};

/** RFC 9449 §4.3: compared after normalization, without query and fragment. */
function sameAddress(came: string, expected: string): boolean {
  return URL.canParse(came) && withoutQuery(came) === withoutQuery(expected);
}

function withoutQuery(address: string): string {
  const { origin, pathname } = new URL(address);
  return origin + pathname;
}

/** `ath` (RFC 9449 §4.2). */
function hashForProof(accessToken: string): string {
  return createHash('sha256').update(accessToken, 'ascii').digest('base64url');
}

/** What a key's thumbprint looks like: SHA-256 in base64url. */
export const thumbprintPattern = /^[A-Za-z0-9_-]{43}$/;
