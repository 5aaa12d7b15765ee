import { apiOrigin } from '../../config/data-centers.ts';
import { proofAlgorithms } from '../../oauth/dpop.ts';
import { schemeOf, type TokenGrant } from '../../oauth/token-authority.ts';
import type { Refusal } from '../kernel/errors.ts';
import type { CrmContext } from './context.ts';

/** Those who send the platform's own scheme get the platform's own answer, which has no challenge. */
const platformScheme = /^zoho-oauthtoken /i;

/**
 * The challenge of an answer 401 or `insufficient_scope` (RFC 6750 §3, RFC 9449 §7.1), with the address of the metadata
 * that say where tokens come from (RFC 9728 §5.1). What came is not repeated in it.
 */
export function challengeHeaders(
  { authority, content, dataCenter, environment }: CrmContext,
  {
    authorization,
    refusal,
    grant,
    metadata,
  }: {
    readonly authorization: string | undefined;
    readonly refusal: Refusal;
    /** Of the token that came, where it is known. */
    readonly grant: TokenGrant | undefined;
    /** Path of the metadata of what was called. */
    readonly metadata: string;
  },
): Record<string, string> {
  const narrow = refusal.code === 'OAUTH_SCOPE_MISMATCH';
  if ((refusal.status !== 401 && !narrow) || platformScheme.test(authorization ?? '')) return {};
  const proof = refusal.outcome === 'ProofInvalid' || refusal.outcome === 'ProofNonceNeeded';
  const ofKey = proof || refusal.outcome === 'ProofMissing' || refusal.outcome === 'TokenOfOtherKey';
  const bound = ofKey || (grant && schemeOf(grant) === 'DPoP') || /^dpop /i.test(authorization ?? '');
  const needed = narrow ? (refusal.reason.needed as readonly string[] | undefined)?.join(' ') : undefined;
  const parameters = [
    errorOf(refusal),
    ...(needed === undefined ? [] : [`scope="${needed}"`]),
    ...(bound ? [`algs="${proofAlgorithms.join(' ')}"`] : []),
    // The content origin takes files for the API and is no resource of its own.
    ...(content ? [] : [`resource_metadata="${apiOrigin(dataCenter, environment)}${metadata}"`]),
  ].filter((each) => each !== undefined);
  const challenge = `${bound ? 'DPoP' : 'Bearer'} ${parameters.join(', ')}`.trim();
  const nonce = refusal.outcome === 'ProofNonceNeeded' ? { 'dpop-nonce': authority.proofNonce() } : {};
  return { 'www-authenticate': challenge, ...nonce };
}

/** Without a token there is no error to name (RFC 6750 §3.1). */
function errorOf({ code, outcome }: Refusal): string | undefined {
  if (code === 'AUTHENTICATION_FAILURE') return undefined;
  if (code === 'OAUTH_SCOPE_MISMATCH') return 'error="insufficient_scope"';
  if (outcome === 'ProofInvalid') return 'error="invalid_dpop_proof"';
  return outcome === 'ProofNonceNeeded' ? 'error="use_dpop_nonce"' : 'error="invalid_token"';
}
