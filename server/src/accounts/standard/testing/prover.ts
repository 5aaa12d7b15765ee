import { createHash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { Clock } from '../../../foundation/clock.ts';

/** A client's key, and proofs that are right but for what a test says (RFC 9449 §4.2). */
export async function createProver(clock: Clock) {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  const make = (url: string, more: JWTPayload = {}, header: object = {}, key = privateKey) =>
    new SignJWT({ htm: 'POST', htu: url, iat: Math.floor(clock.nowMs() / 1000), jti: randomUUID(), ...more })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header })
      .sign(key);
  return { make, jwk, privateKey, thumbprint: await calculateJwkThumbprint(jwk) };
}
export type Prover = Awaited<ReturnType<typeof createProver>>;

/** What a proof says of the access token that it comes with. */
export const ath = (token: string) => createHash('sha256').update(token).digest('base64url');
