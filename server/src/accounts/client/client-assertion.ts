import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
} from 'jose';
import { type Client, hasKeys } from '../../oauth/client.ts';
import { clientSigningAlgorithms } from '../../oauth/client-keys.ts';
import { issuerOf } from '../../oauth/issuer.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { AccountsContext } from '../context.ts';
import { takeProof } from '../store/used-proofs.ts';

/** The only kind of assertion that authenticates a client here (RFC 7523 §2.2). */
export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** An assertion is made for one request; one that lives longer than this was made for something else. */
const longestLifeSeconds = 600;
const clockToleranceSeconds = 10;
/**
 * What the header may say that it is: nothing, or one of these. A token that a client has signed for something else (a
 * request object, a token of its own) names another type, and is none of these (RFC 8725 §3.11, draft-ietf-oauth-rfc7523bis).
 */
const assertionTypes = ['jwt', 'client-authentication+jwt'];

/** The client that an assertion names; nothing of it is verified yet. */
export function clientIdOfAssertion(assertion: string): string | undefined {
  try {
    return decodeJwt(assertion).sub;
  } catch {
    return undefined;
  }
}

/**
 * Why an assertion does not authenticate the client, or undefined (RFC 7523 §3). Its one audience is the issuer, not the
 * URL of an endpoint, which another server could name as its own (RFC 9700 §4.9, draft-ietf-oauth-rfc7523bis).
 */
export async function checkAssertion(
  context: AccountsContext,
  client: Client,
  assertion: string,
): Promise<Refusal | undefined> {
  const refuse = (reason: string): Refusal => ({ outcome: 'AssertionInvalid', detail: { reason } });
  if (!hasKeys(client)) return refuse('the client has no keys');
  const nowSeconds = Math.floor(context.clock.nowMs() / 1000);
  let payload: JWTPayload;
  try {
    const verified = await verifyByKeysOf(context, client, assertion, {
      issuer: client.clientId,
      subject: client.clientId,
      algorithms: [...clientSigningAlgorithms],
      currentDate: new Date(context.clock.nowMs()),
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ['exp', 'jti', 'aud'],
    });
    if (!verified) return refuse('the keys at its jwks_uri cannot be had');
    payload = verified;
    const { typ = 'JWT' } = decodeProtectedHeader(assertion);
    if (!assertionTypes.includes(typ.toLowerCase().replace(/^application\//, ''))) {
      return refuse(`typ: expected ${assertionTypes.join(' or ')}, got "${typ.slice(0, 100)}"`);
    }
  } catch (error) {
    return refuse(error instanceof errors.JOSEError ? error.message.slice(0, 200) : 'it cannot be read');
  }
  const audience = Array.isArray(payload.aud) ? payload.aud : [payload.aud];
  const expected = issuerOf(context.dataCenter, 'standard');
  if (audience.length !== 1 || audience[0] !== expected) {
    return { outcome: 'AssertionInvalid', detail: { reason: 'aud', expected, came: audience.join(' ').slice(0, 300) } };
  }
  const { exp = 0, jti } = payload;
  if (typeof jti !== 'string' || jti === '') return refuse('jti: expected a text');
  if (exp > nowSeconds + longestLifeSeconds) return refuse(`exp: expected at most ${longestLifeSeconds} seconds ahead`);
  const fresh = await takeProof(
    context.database,
    ['client assertion', client.clientId, jti],
    (exp + clockToleranceSeconds) * 1000,
  );
  return fresh ? undefined : refuse('it was used before');
}

/** Verifies by the client's keys; undefined when they cannot be had. A key that is not among them may be a new one. */
async function verifyByKeysOf(
  { clients }: Pick<AccountsContext, 'clients'>,
  client: Client,
  assertion: string,
  options: Parameters<typeof jwtVerify>[2],
): Promise<JWTPayload | undefined> {
  const keys = await clients.keySets.of(client);
  if (!keys) return undefined;
  try {
    return await verifyWithAny(assertion, keys as unknown as JSONWebKeySet, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    const newer = await clients.keySets.of(client, true);
    if (!newer || newer === keys) throw error;
    return verifyWithAny(assertion, newer as unknown as JSONWebKeySet, options);
  }
}

/** Of several keys that could have signed, a set without key ids lets each be tried. */
async function verifyWithAny(
  token: string,
  keys: JSONWebKeySet,
  options: Parameters<typeof jwtVerify>[2],
): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, createLocalJWKSet(keys), options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}
