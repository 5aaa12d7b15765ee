import { ConfigurationError } from '../../common/errors.ts';
import type { CryptoHooks } from '../../common/oauth/pkce.ts';

/**
 * The cryptography of the engine itself: browsers (https or localhost), Electron, Capacitor and Node have it.
 * @throws ConfigurationError where there is none, as in React Native.
 */
export function engineCrypto(): CryptoHooks {
  const { crypto } = globalThis as { crypto?: Crypto };
  if (!crypto?.subtle) {
    throw new ConfigurationError('this JavaScript engine has no cryptography', {
      code: 'crypto_missing',
      mend: 'Give the option `crypto`; the adapter for Expo makes it of expo-crypto. A page must be on https or localhost',
    });
  }
  return {
    getRandomValues: (bytes) => crypto.getRandomValues(bytes),
    sha256: (bytes) => crypto.subtle.digest('SHA-256', bytes),
  };
}
