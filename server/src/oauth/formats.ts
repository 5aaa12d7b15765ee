import { type Random, randomString } from '../foundation/random.ts';

/**
 * How credentials look on the wire (reference: token and id formats). The prefix before the first dot tells the class of
 * client; a client's tokens inherit it. Nothing in the string tells a code from a token.
 */
export type CredentialPrefix = '1000' | '1004';

const upperAlphanumerics = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** An authorization code or token: prefix and 256 random bits, 70 characters. */
export function createCredential(random: Random, prefix: CredentialPrefix): string {
  return credentialOf(random.bytes(32), prefix);
}

/** A credential made of 32 bytes that were derived from another one. */
export function credentialOf(bytes: Buffer, prefix: CredentialPrefix): string {
  const hex = bytes.toString('hex');
  return `${prefix}.${hex.slice(0, 32)}.${hex.slice(32)}`;
}

export function createClientId(random: Random, prefix: CredentialPrefix): string {
  return `${prefix}.${randomString(random, upperAlphanumerics, 30)}`;
}

/** A client secret: 168 random bits as 42 hexadecimal digits. */
export function createClientSecret(random: Random): string {
  return random.bytes(21).toString('hex');
}

const credentialPattern = /^100[04]\.[0-9a-f]{32}\.[0-9a-f]{32}$/;

/** Whether `text` can be a credential at all; spares the database look-ups of garbage. */
export function isCredential(text: string): boolean {
  return credentialPattern.test(text);
}

/** The prefix that a client's credentials carry. */
export function prefixOf(clientId: string): CredentialPrefix {
  return clientId.startsWith('1004.') ? '1004' : '1000';
}
