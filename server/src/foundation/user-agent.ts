import { maskCredentials } from './secrets.ts';

const longest = 200;

/**
 * A User-Agent header as it may be kept: the text is the caller's own, so no credential, no line end and nothing that
 * steers a terminal, and not more than 200 characters. Masked before it is cut: half a secret is not recognised.
 */
export function keptUserAgent(header: string | null | undefined): string | null {
  if (header === null || header === undefined) return null;
  return maskCredentials(header)
    .slice(0, longest)
    .replace(/\p{Cc}/gu, '\ufffd')
    .toWellFormed();
}
