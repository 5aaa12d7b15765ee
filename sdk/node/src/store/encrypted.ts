import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { ConfigurationError, StoreError } from '../../../common/errors.ts';
import type { StoredToken, StoreOptions, TokenRow, TokenStore } from './token-store.ts';

const mark = 'sealed1.';
const nonceBytes = 12;
const tagBytes = 16;
const sealedColumns = ['accessToken', 'refreshToken'] as const;

/**
 * A store whose access and refresh tokens are encrypted (AES-256-GCM) before they reach `inner`. Each value is bound to its
 * row and column, so that none can be put in another's place. With several keys the first one encrypts and all of them
 * decrypt: put a new key first, and each row changes to it with its next write. Values from before the encryption are read.
 *
 * @example
 * const store = encryptTokens(new MemoryTokenStore(), process.env.TOKEN_KEY ?? ''); // 32 bytes as base64 or hex
 * @throws ConfigurationError when a key has not 32 bytes.
 */
export function encryptTokens(
  inner: TokenStore,
  keys: Uint8Array | string | readonly (Uint8Array | string)[],
): TokenStore {
  const list = (Array.isArray(keys) ? keys : [keys]).map(readKey);
  const [first] = list;
  if (!first) throw new ConfigurationError('expected at least one key, got none', { code: 'bad_encryption_key' });
  const sealRow = (key: string, row: TokenRow) =>
    mapTokens(row, (text, column) => seal(first, `${key}\n${column}`, text));
  const openRow = ({ key, version, row }: StoredToken): StoredToken => ({
    key,
    version,
    row: mapTokens(row, (text, column) => open(list, `${key}\n${column}`, text)),
  });
  return {
    async get(key, options) {
      const stored = await inner.get(key, options);
      return stored && openRow(stored);
    },
    compareAndSwap(key: string, version: string | null, row: TokenRow | null, options?: StoreOptions) {
      return inner.compareAndSwap(key, version, row && sealRow(key, row), options);
    },
    async list(options) {
      return (await inner.list(options)).map(openRow);
    },
    close: () => inner.close(),
  };
}

function mapTokens(row: TokenRow, change: (text: string, column: string) => string): TokenRow {
  const changed = sealedColumns.map((column) => [column, row[column] === '' ? '' : change(row[column], column)]);
  return { ...row, ...Object.fromEntries(changed) };
}

function readKey(key: unknown): Uint8Array {
  const bytes = typeof key !== 'string' ? key : Buffer.from(key, /^[0-9a-f]{64}$/i.test(key) ? 'hex' : 'base64');
  if (bytes instanceof Uint8Array && bytes.length === 32) return bytes;
  throw new ConfigurationError('expected an encryption key of 32 bytes, as bytes, base64 or hex', {
    code: 'bad_encryption_key',
    mend: 'Make one with: openssl rand -base64 32',
  });
}

function seal(key: Uint8Array, place: string, text: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place));
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return mark + sealed.toString('base64url');
}

function open(keys: readonly Uint8Array[], place: string, text: string): string {
  if (!text.startsWith(mark)) return text;
  const sealed = Buffer.from(text.slice(mark.length), 'base64url');
  for (const key of keys) {
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes));
      decipher.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(-tagBytes));
      const plain = decipher.update(sealed.subarray(nonceBytes, -tagBytes));
      return Buffer.concat([plain, decipher.final()]).toString('utf8');
    } catch {
      // Sealed with another key.
    }
  }
  throw new StoreError('a stored token cannot be decrypted with these keys', {
    code: 'token_not_readable',
    mend: 'Give the key that it was stored with, behind the new one',
  });
}
