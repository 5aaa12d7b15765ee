/** What PKCE needs of cryptography. */
export interface CryptoHooks {
  /** Fills the bytes with random ones of the system's generator. */
  getRandomValues(bytes: Uint8Array<ArrayBuffer>): unknown;
  /** SHA-256 of the bytes. */
  sha256(bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> | ArrayBuffer;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Base64 with the letters of addresses, without padding (RFC 4648 §5). */
export function base64url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [one = 0, two = 0, three = 0] = bytes.subarray(at, at + 3);
    const group = (one << 16) | (two << 8) | three;
    const letters = [18, 12, 6, 0].map((shift) => alphabet[(group >> shift) & 63]);
    text += letters.slice(0, Math.min(3, bytes.length - at) + 1).join('');
  }
  return text;
}

/** A text that nobody can guess, of 43 letters fit for addresses: a `state`, or a code verifier (RFC 7636 §4.1). */
export function unguessable(crypto: CryptoHooks): string {
  const bytes = new Uint8Array(32);
  crypto.getRandomValues(bytes);
  return base64url(bytes);
}

/** The S256 challenge of a code verifier (RFC 7636 §4.2). */
export async function challengeOf(crypto: CryptoHooks, verifier: string): Promise<string> {
  const ascii = Uint8Array.from(verifier, (letter) => letter.charCodeAt(0));
  return base64url(new Uint8Array(await crypto.sha256(ascii)));
}
