import { type CompactVerifyGetKey, compactVerify, createLocalJWKSet, type JWTPayload } from 'jose';
import type { SigningKeys } from './signing-keys.ts';

/** The type in the header of JWT access tokens (RFC 9068 §2.1): what no other token of ours has. */
export const accessTokenType = 'at+jwt';
/** The type in the header of ID tokens. */
export const idTokenType = 'JWT';

const longestToken = 8192;
const jwtPattern = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** Published keys, read once for as long as they stay the same. */
const known = new WeakMap<object, { readonly names: string; readonly find: CompactVerifyGetKey }>();

/**
 * The claims of a JWT that one of our published keys has signed, of just this type (RFC 8725 §3.11). Its end is not looked
 * at: hints may have expired, and of access tokens the store knows it.
 * @returns undefined for anything else
 */
export async function readOwnJwt(
  keys: Pick<SigningKeys, 'published'>,
  token: string,
  type: typeof accessTokenType | typeof idTokenType,
): Promise<JWTPayload | undefined> {
  if (!canBeOwnJwt(token)) return undefined;
  const published = await keys.published();
  const names = published.map(({ kid }) => kid).join(' ');
  const last = known.get(keys);
  const find = last?.names === names ? last.find : createLocalJWKSet({ keys: published });
  if (last?.names !== names) known.set(keys, { names, find });
  try {
    const { payload, protectedHeader } = await compactVerify(token, find);
    return protectedHeader.typ === type ? JSON.parse(Buffer.from(payload).toString('utf8')) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a text has the form of a JWT of a length that is read. */
export function canBeOwnJwt(text: string): boolean {
  return text.length <= longestToken && jwtPattern.test(text);
}
