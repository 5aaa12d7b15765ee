import { createHash } from 'node:crypto';
import { Refusal } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import type { PagePlace } from '../../store/records/page-place.ts';

/**
 * Tokens of pages. A token holds the place where a page begins and a digest of whose list it continues; it opens
 * nothing that the caller could not ask for anyway, so it is bound and checked, but not secret.
 */
export const pageTokenTtlMs = 86_400_000;
const lettersOfDigest = 24;

export interface TokenOwner {
  readonly dataSpace: number;
  readonly userId: string;
  /** All that makes the list: module, fields, sorting, filters. */
  readonly parameters: string;
}

export function makePageToken(place: PagePlace, owner: TokenOwner, nowMs: number): string {
  const { page, key, id, backwards } = place;
  const content = [page, key, id, backwards ? 1 : 0, nowMs + pageTokenTtlMs, digest(owner.parameters)].join('.');
  return Buffer.from(`${content}.${seal(content, owner)}`).toString('base64url');
}

/** @throws Refusal INVALID_DATA (broken or foreign), TOKEN_BOUND_DATA_MISMATCH, EXPIRED_VALUE. */
export function readPageToken(token: string, owner: TokenOwner, nowMs: number): PagePlace {
  const content = Buffer.from(token, 'base64url').toString('latin1');
  const end = content.lastIndexOf('.');
  const parts = content.slice(0, Math.max(end, 0));
  const match = /^(\d{1,7})\.(\d{1,19})\.(\d{1,19})\.([01])\.(\d{1,16})\.([0-9a-f]+)$/.exec(parts);
  const sound = match && isId(match[2] as string) && isId(match[3] as string);
  if (!sound || content.slice(end + 1) !== seal(parts, owner)) {
    throw new Refusal('INVALID_DATA', {
      details: { param_name: 'page_token' },
      message: 'the page_token given seems to be invalid',
      outcome: 'PageTokenInvalid',
    });
  }
  const details = { param_name: 'page_token' };
  if (match[6] !== digest(owner.parameters)) throw new Refusal('TOKEN_BOUND_DATA_MISMATCH', { details });
  if (Number(match[5]) <= nowMs) throw new Refusal('EXPIRED_VALUE', { details });
  return { page: Number(match[1]), key: match[2] as string, id: match[3] as string, backwards: match[4] === '1' };
}

function seal(content: string, owner: TokenOwner): string {
  return digest(`${owner.dataSpace}/${owner.userId}/${content}`);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, lettersOfDigest);
}
