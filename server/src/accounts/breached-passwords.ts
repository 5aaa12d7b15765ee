import type { BreachedPasswords } from './password-rules.ts';

/**
 * Passwords that are common in breaches elsewhere (NIST SP 800-63B §3.1.1.2), some 50,000, from the list of
 * @zxcvbn-ts/language-common (docs/decisions/0062). Read when the first password is set, and asked nobody outside.
 */
export class CommonPasswords implements BreachedPasswords {
  #list: Promise<ReadonlySet<string>> | undefined;

  async has(password: string): Promise<boolean> {
    this.#list ??= readList();
    return (await this.#list).has(password.toLowerCase());
  }
}

async function readList(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set(dictionary['passwords-common'] as readonly string[]);
}
