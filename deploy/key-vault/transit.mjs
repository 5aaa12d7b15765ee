/**
 * A key vault for the setting `keyVault`: the transit engine of HashiCorp Vault or OpenBao seals the private signing keys, with
 * a key that never leaves it. Of a key service or a hardware module (PKCS#11) only the two calls below are different.
 *
 *     vault secrets enable transit
 *     vault write transit/keys/grantway type=aes256-gcm96
 *
 * Environment: VAULT_ADDR, VAULT_TOKEN (may `update` transit/encrypt/grantway and transit/decrypt/grantway), and
 * VAULT_TRANSIT_KEY where the key has another name.
 */
const { VAULT_ADDR: address, VAULT_TOKEN: token, VAULT_TRANSIT_KEY: key = 'grantway' } = process.env;
const longestMs = 5_000;
const base64 = (text) => Buffer.from(text).toString('base64');

async function transit(what, body) {
  const response = await fetch(`${address}/v1/transit/${what}/${key}`, {
    method: 'POST',
    headers: { 'x-vault-token': token, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(longestMs),
  });
  if (!response.ok) throw new Error(`transit/${what} answered ${response.status}`);
  return (await response.json()).data;
}

export default function openKeyVault() {
  if (!address || !token) throw new Error('expected VAULT_ADDR and VAULT_TOKEN in the environment');
  return {
    /** A text that only `open` understands, and only for the same purpose. */
    async seal(purpose, privateJwk) {
      const plaintext = base64(JSON.stringify(privateJwk));
      return (await transit('encrypt', { plaintext, associated_data: base64(purpose) })).ciphertext;
    },
    async open(purpose, sealed) {
      const { plaintext } = await transit('decrypt', { ciphertext: sealed, associated_data: base64(purpose) });
      return JSON.parse(Buffer.from(plaintext, 'base64').toString());
    },
  };
}
