import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { UsableFailure } from '../../foundation/failure.ts';
import { isSealedElsewhere, type KeyVault, localKeyVault } from './key-vault.ts';
import type { SigningAlgorithm } from './signing-algorithms.ts';

export interface KeyMaterial {
  readonly keyId: string;
  readonly publicJwk: JWK;
  readonly sealedPrivateJwk: string;
}

/**
 * A new pair: RSA of 2048 bits, or P-256. It comes from the operating system's source, off the event loop. The id is the
 * start of the RFC 7638 thumbprint, as 32 hexadecimal digits like the original's `key_id`.
 */
export async function createKeyMaterial(
  vault: KeyVault,
  dataCenterId: string,
  algorithm: SigningAlgorithm,
): Promise<KeyMaterial> {
  const pair = await generateKeyPair(algorithm, { modulusLength: 2048, extractable: true });
  const { kty, n, e, crv, x, y } = await exportJWK(pair.publicKey);
  const publicJwk = (kty === 'RSA' ? { kty, n, e } : { kty, crv, x, y }) as JWK;
  const thumbprint = await calculateJwkThumbprint(publicJwk);
  const keyId = Buffer.from(thumbprint, 'base64url').toString('hex').slice(0, 32);
  const privateJwk = await exportJWK(pair.privateKey);
  return {
    keyId,
    publicJwk: { ...publicJwk, kid: keyId, use: 'sig', alg: algorithm },
    sealedPrivateJwk: await vault.seal(purposeOf(dataCenterId, keyId), privateJwk),
  };
}

/** The private half, for signing, which WebCrypto does off the event loop. Throws when another vault has sealed it. */
export async function openPrivateKey(
  vault: KeyVault,
  dataCenterId: string,
  {
    keyId,
    publicJwk,
    sealedPrivateJwk,
  }: Pick<KeyMaterial, 'keyId' | 'publicJwk'> & {
    readonly sealedPrivateJwk: string | null;
  },
): Promise<CryptoKey> {
  const jwk = await vault.open(purposeOf(dataCenterId, keyId), sealedPrivateJwk ?? '');
  if (jwk === undefined) {
    const by = isSealedElsewhere(sealedPrivateJwk ?? '') ? 'the vault of a setting keyVault' : 'another secret key';
    throw new Error(`signing key ${keyId} of data centre "${dataCenterId}" was sealed under ${by}`);
  }
  return (await importJWK(jwk as JWK, algorithmOf(publicJwk))) as CryptoKey;
}

export function algorithmOf({ alg }: JWK): SigningAlgorithm {
  return alg === 'ES256' ? 'ES256' : 'RS256';
}

/** The private half under another key. Throws when it was sealed under neither. */
export async function resealPrivateKey(
  { from, to }: { readonly from: Buffer; readonly to: Buffer },
  dataCenterId: string,
  keyId: string,
  sealedPrivateJwk: string,
): Promise<string> {
  const purpose = purposeOf(dataCenterId, keyId);
  if (isSealedElsewhere(sealedPrivateJwk)) {
    throw new UsableFailure(
      `signing key ${keyId} of data centre "${dataCenterId}" was sealed under the vault of a setting keyVault, which no other platform opens; expected keys sealed under a secret key`,
    );
  }
  const jwk = await localKeyVault(from).open(purpose, sealedPrivateJwk);
  if (jwk === undefined) {
    throw new Error(`signing key ${keyId} of data centre "${dataCenterId}" was sealed under another secret key`);
  }
  return localKeyVault(to).seal(purpose, jwk);
}

function purposeOf(dataCenterId: string, keyId: string): string {
  return `signing key ${dataCenterId} ${keyId}`;
}
