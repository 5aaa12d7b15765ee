import type { Resource } from './resources.ts';

/** What a code or token is bound to beside its grant. */
export interface TokenBinding {
  /** The resources that it is for (RFC 8707); null: all of its data centre, and the user's claims. */
  readonly resources: readonly Resource[] | null;
  /** The key that whoever uses it must prove to have (RFC 9449), by its RFC 7638 thumbprint; null: none. */
  readonly keyThumbprint: string | null;
}

export const notBound: TokenBinding = { resources: null, keyThumbprint: null };
