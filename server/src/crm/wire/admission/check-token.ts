import { maskSecret } from '../../../foundation/secrets.ts';
import { credentialKey } from '../../../inspector/flow-key.ts';
import type { TokenGrant } from '../../../oauth/token-authority.ts';
import { Refusal } from '../../kernel/errors.ts';
import type { CrmContext } from '../context.ts';

const credentials = /^(?:zoho-oauthtoken|bearer) +([^\s]+) *$/i;

/** The token of an Authorization header in one of the two schemes; undefined: it has none. */
export function presentedToken(authorization: string | undefined): string | undefined {
  return credentials.exec(authorization ?? '')?.[1];
}

/**
 * The grant of the token in the Authorization header.
 * @throws Refusal AUTHENTICATION_FAILURE, INVALID_TOKEN
 */
export async function checkToken(
  { authority }: Pick<CrmContext, 'authority'>,
  authorization: string | undefined,
): Promise<TokenGrant> {
  const token = presentedToken(authorization);
  if (token === undefined) {
    throw new Refusal('AUTHENTICATION_FAILURE', {
      outcome: 'NoToken',
      reason: { expected: 'Authorization: Zoho-oauthtoken <token>', came: describeHeader(authorization) },
    });
  }
  const check = await authority.check(token);
  if (check.grant) return check.grant;
  const { explanation, known, refusal } = check;
  const reason = { token: maskSecret(token), ...known?.detail };
  const keys = [credentialKey(token)];
  throw new Refusal('INVALID_TOKEN', { outcome: refusal, reason, explanation, keys, party: known });
}

/** What may be said of a header that holds no usable token: its scheme, never what follows it. */
function describeHeader(authorization: string | undefined): string {
  if (authorization === undefined) return 'no Authorization header';
  const scheme = /^[A-Za-z][A-Za-z0-9-]{0,30}(?= )/.exec(authorization)?.[0];
  return scheme === undefined ? 'a header without a scheme' : `scheme ${scheme}`;
}
