import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Random } from './random.ts';

/**
 * Values that only the holder of the key can read or make (AES-256-GCM): small ones that pass through the browser, as
 * the sign-in name does between the steps of a sign-in, and secrets in the database, whose key is outside of it.
 * `purpose` keeps one from being used as another.
 */
export function seal(key: Buffer, purpose: string, value: unknown, random: Random): string {
  const iv = random.bytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(purpose));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** The sealed value, or undefined when it was not sealed here for this purpose. */
export function unseal(key: Buffer, purpose: string, text: string | undefined): unknown {
  if (!text || text.length > 4096) return undefined;
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
