import { createHash } from 'node:crypto';
import { secretHash } from '../foundation/secrets.ts';

/** Hexadecimal digits of a hash that tell the credentials of a platform apart. */
const keyLength = 16;

/**
 * What stands for a code or token where flows are joined and searched: the first 64 bits of its SHA-256. The
 * fingerprint that people see (`#` and ten digits) is the beginning of it.
 */
export function credentialKey(credential: string): string {
  return (storedHash(credential) ?? secretHash(credential)).toString('hex').slice(0, keyLength);
}

/** A JWT access token is stored under a hash that it carries itself (`jti`); whether it is genuine does not matter here. */
function storedHash(credential: string): Buffer | undefined {
  if (!credential.startsWith('eyJ')) return undefined;
  try {
    const claims = JSON.parse(Buffer.from(credential.split('.')[1] ?? '', 'base64url').toString('utf8')) as unknown;
    const { jti } = claims as Record<string, unknown>;
    const hash = typeof jti === 'string' ? Buffer.from(jti, 'base64url') : undefined;
    return hash?.length === 32 ? hash : undefined;
  } catch {
    return undefined;
  }
}

/** The keys of those that there are. */
export function credentialKeys(...credentials: readonly (string | null | undefined)[]): string[] {
  return credentials.filter((each) => typeof each === 'string' && each !== '').map((each) => credentialKey(`${each}`));
}

/** The same for a credential of which only the whole hash is known, in hexadecimal. */
export function credentialKeyOfHash(hash: string): string {
  return hash.slice(0, keyLength);
}

/** What else ties requests together. The sort keeps keys of different things apart. */
export type TieSort = 'session' | 'preflight' | 'device';

/** A key for something that is no credential: a session with a client, a preflight and its call, a device's user code. */
export function tieKey(sort: TieSort, ...parts: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, keyLength);
  return `${sort}:${digest}`;
}

export function isTie(key: string, sort: TieSort): boolean {
  return key.startsWith(`${sort}:`);
}
