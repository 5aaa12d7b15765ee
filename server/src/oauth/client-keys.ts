import type { ClientKeySet } from './client.ts';

/**
 * The algorithms that a client may sign with (RFC 7518, RFC 8037): asymmetric ones only, so that nobody who knows the
 * public half can sign.
 */
export const clientSigningAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const;

const maxKeys = 10;
const minModulusBits = 2048;
/** What only private and symmetric keys have (RFC 7518 §6). */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const curves: Readonly<Record<string, readonly string[]>> = { EC: ['P-256'], OKP: ['Ed25519'] };

/** The key set that `value` is, or what is wrong with it, in one line that names what is expected. */
export function readClientKeys(value: unknown): { readonly keys: ClientKeySet } | { readonly fault: string } {
  const list = (value as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(list)) return { fault: 'expected a JSON object with a list "keys" (RFC 7517)' };
  if (list.length === 0 || list.length > maxKeys) {
    return { fault: `expected 1 to ${maxKeys} keys, got ${list.length}` };
  }
  for (const [index, key] of list.entries()) {
    const fault = keyFault(key);
    if (fault !== undefined) return { fault: `key ${index + 1}: ${fault}` };
  }
  return { keys: { keys: list } };
}

function keyFault(key: unknown): string | undefined {
  if (typeof key !== 'object' || key === null || Array.isArray(key)) return 'expected an object';
  const jwk = key as Readonly<Record<string, unknown>>;
  const secret = secretMembers.find((name) => name in jwk);
  if (secret !== undefined) return `expected a public key, got one with the private member "${secret}"`;
  if (jwk.use !== undefined && jwk.use !== 'sig') return `use: expected "sig", got "${String(jwk.use)}"`;
  if (jwk.kid !== undefined && typeof jwk.kid !== 'string') return 'kid: expected a text';
  if (jwk.kty === 'RSA') {
    const bits = isBase64Url(jwk.n) && isBase64Url(jwk.e) ? Math.floor((jwk.n.length * 3) / 4) * 8 : 0;
    return bits >= minModulusBits ? undefined : `expected an RSA key of at least ${minModulusBits} bits, got ${bits}`;
  }
  const known = curves[String(jwk.kty)];
  if (!known) return `kty: expected RSA, EC or OKP, got "${String(jwk.kty)}"`;
  if (!known.includes(String(jwk.crv))) return `crv: expected ${known.join(' or ')}, got "${String(jwk.crv)}"`;
  if (!isBase64Url(jwk.x) || (jwk.kty === 'EC' && !isBase64Url(jwk.y)))
    return 'the coordinates of the point are missing';
  return undefined;
}

function isBase64Url(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_-]+$/.test(value);
}
