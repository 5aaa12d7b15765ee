import type { DataCenter } from '../config/data-centers.ts';

/** The two renderings of the one core: the platform's own dialect, and that of the standards. */
export type DialectName = 'platform' | 'standard';

/** The path below which the standard dialect speaks. */
export const standardPath = '/oauth2';

/** The issuer (RFC 8414 §2) of a data centre in a dialect; each data centre is an issuer of its own. */
export function issuerOf({ origins }: Pick<DataCenter, 'origins'>, dialect: DialectName): string {
  return dialect === 'standard' ? `${origins.accounts}${standardPath}` : origins.accounts;
}
