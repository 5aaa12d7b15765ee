import { createDecipheriv } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, errors } from 'jose';
import { deriveKey } from './secrets.ts';

/** Longest text that is opened: cookies and addresses hold no more, nor does a stored secret. */
const maxLength = 4096;
const header = { alg: 'dir', enc: 'A256GCM' } as const;
const onlyOurs = { keyManagementAlgorithms: [header.alg], contentEncryptionAlgorithms: [header.enc] };

/**
 * Values that only the holder of the key can read or make (JWE, RFC 7516: direct encryption with A256GCM): small ones
 * that pass through the browser, as the sign-in name does between the steps of a sign-in, and secrets in the database,
 * whose key is outside of it. Each purpose has a key of its own, derived from `key` (32 bytes), so a value that was
 * sealed for one is nothing for another. The text is URL-safe.
 */
export function seal(key: Buffer, purpose: string, value: unknown): Promise<string> {
  return new CompactEncrypt(Buffer.from(JSON.stringify(value), 'utf8'))
    .setProtectedHeader(header)
    .encrypt(keyFor(key, purpose));
}

/** The sealed value, or undefined when it was not sealed under this key for this purpose. */
export async function unseal(key: Buffer, purpose: string, text: string | undefined): Promise<unknown> {
  if (!text || text.length > maxLength) return undefined;
  if (!text.includes('.')) return openEarlierForm(key, purpose, text);
  try {
    const { plaintext } = await compactDecrypt(text, keyFor(key, purpose), onlyOurs);
    return JSON.parse(Buffer.from(plaintext).toString('utf8'));
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function keyFor(key: Buffer, purpose: string): Buffer {
  return deriveKey(key, `seal ${purpose}`);
}

/** What was sealed before JWE: base64url of initialization vector (12 bytes), tag (16 bytes) and AES-256-GCM text. */
function openEarlierForm(key: Buffer, purpose: string, text: string): unknown {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length < 28) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(purpose));
  decipher.setAuthTag(bytes.subarray(12, 28));
  try {
    return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8'));
  } catch {
    return undefined;
  }
}
