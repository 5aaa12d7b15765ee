import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { seal, unseal } from '../../foundation/sealed.ts';

/** The one algorithm of ID tokens (reference §4.3). */
export const signingAlgorithm = 'RS256';

export interface KeyMaterial {
  readonly keyId: string;
  readonly publicJwk: JWK;
  readonly sealedPrivateJwk: string;
}

/**
 * A new RSA pair of 2048 bits. It comes from the operating system's source, off the event loop. The id is the start of the RFC 7638 thumbprint, as 32 hexadecimal digits like the original's `key_id`.
 */
export async function createKeyMaterial(sealingKey: Buffer, dataCenterId: string): Promise<KeyMaterial> {
  const pair = await generateKeyPair(signingAlgorithm, { modulusLength: 2048, extractable: true });
  const { kty, n, e } = await exportJWK(pair.publicKey);
  const publicJwk = { kty, n, e } as JWK;
  const thumbprint = await calculateJwkThumbprint(publicJwk);
  const keyId = Buffer.from(thumbprint, 'base64url').toString('hex').slice(0, 32);
  const privateJwk = await exportJWK(pair.privateKey);
  return {
    keyId,
    publicJwk: { ...publicJwk, kid: keyId, use: 'sig', alg: signingAlgorithm },
    sealedPrivateJwk: await seal(sealingKey, purposeOf(dataCenterId, keyId), privateJwk),
  };
}

/** The private half, for signing. Throws when it was sealed under another secret key or for another row. */
export async function openPrivateKey(
  sealingKey: Buffer,
  dataCenterId: string,
  keyId: string,
  sealedPrivateJwk: string,
): Promise<CryptoKey> {
  const jwk = await unseal(sealingKey, purposeOf(dataCenterId, keyId), sealedPrivateJwk);
  if (jwk === undefined) {
    throw new Error(`signing key ${keyId} of data centre "${dataCenterId}" was sealed under another secret key`);
  }
  return (await importJWK(jwk as JWK, signingAlgorithm)) as CryptoKey;
}

/** The private half under another key. Throws when it was sealed under neither. */
export async function resealPrivateKey(
  { from, to }: { readonly from: Buffer; readonly to: Buffer },
  dataCenterId: string,
  keyId: string,
  sealedPrivateJwk: string,
): Promise<string> {
  const purpose = purposeOf(dataCenterId, keyId);
  const jwk = await unseal(from, purpose, sealedPrivateJwk);
  if (jwk === undefined) {
    throw new Error(`signing key ${keyId} of data centre "${dataCenterId}" was sealed under another secret key`);
  }
  return seal(to, purpose, jwk);
}

function purposeOf(dataCenterId: string, keyId: string): string {
  return `signing key ${dataCenterId} ${keyId}`;
}
