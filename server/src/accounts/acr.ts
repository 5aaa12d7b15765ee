/**
 * How surely a user is who they say: authentication context classes (OpenID Connect Core §2, `acr`), and the methods of a
 * sign-in (`amr`, RFC 8176): `pwd`, `otp` (an authenticator app or a recovery code), `pop` (a passkey, which asks for PIN or
 * body itself), `fed` (an outside provider; not in the registry), and `mfa` where there were two factors.
 */
export type SignInMethod = 'pwd' | 'otp' | 'pop' | 'fed' | 'mfa';

export const passwordAcr = 'urn:grantway:acr:password';
export const multiFactorAcr = 'urn:grantway:acr:mfa';
/** The classes, the weakest first; a sign-in of one is good for those before it. */
export const acrValues: readonly string[] = [passwordAcr, multiFactorAcr];

/** What an authorization request says of the class (`acr` in `claims`, or `acr_values`). */
export interface AskedAcr {
  /** Those of ours, as the client prefers them. */
  readonly values: readonly string[];
  /** Whether another one ends the request (OpenID Connect Core §5.5.1.1). */
  readonly essential: boolean;
}

/** The class of a sign-in by these methods: of what was asked for the first that it is good for, else its own. */
export function acrOf(amr: readonly string[], asked?: AskedAcr | undefined): string | undefined {
  const own = amr.includes('mfa') ? multiFactorAcr : amr.includes('pwd') ? passwordAcr : undefined;
  const good = acrValues.slice(0, own === undefined ? 0 : acrValues.indexOf(own) + 1);
  return asked?.values.find((each) => good.includes(each)) ?? own;
}

/** Whether a sign-in by these methods is of none of the classes that were asked for. */
export function missesAcr(amr: readonly string[], asked: AskedAcr | undefined): boolean {
  if (!asked || asked.values.length === 0) return false;
  const acr = acrOf(amr, asked);
  return acr === undefined || !asked.values.includes(acr);
}
