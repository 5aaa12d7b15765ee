import { seal, unseal } from '../../foundation/sealed.ts';

/**
 * What keeps private signing keys from whoever reads the database: they lie there sealed, and only the vault opens them.
 * A hardware module or a key service is another object of this type, given to `SigningKeys`.
 */
export interface KeyVault {
  /** Seals a private key (JWK) for one purpose. */
  seal(purpose: string, privateJwk: unknown): Promise<string>;
  /** The private key, or undefined when this vault has not sealed it for this purpose. */
  open(purpose: string, sealed: string): Promise<unknown>;
}

/**
 * The default: a key of the platform itself, derived from its secret key, which is a file of the data directory or comes
 * by the environment (`GRANTWAY_SECRET_KEY`).
 */
export function localKeyVault(key: Buffer): KeyVault {
  return { seal: (purpose, jwk) => seal(key, purpose, jwk), open: (purpose, sealed) => unseal(key, purpose, sealed) };
}
