import type { Settings } from '../config/settings.ts';

/** Passwords known from breaches elsewhere (NIST SP 800-63B §3.1.1.2). A platform without a list has none. */
export interface BreachedPasswords {
  has(password: string): Promise<boolean>;
}

export const noBreachedPasswords: BreachedPasswords = { has: async () => false };

/** Which rule a password breaks. */
export type PasswordFault = 'length' | 'own' | 'breached';

/** Whose password it would be. */
interface Owner {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
}

/** What a new password must be, wherever it is set: by the user, by an operator, with a new account. */
export class PasswordRules {
  readonly #limits: Pick<Settings['passwords'], 'minLength' | 'maxLength'>;
  readonly #breached: BreachedPasswords;

  constructor(
    limits: Pick<Settings['passwords'], 'minLength' | 'maxLength'>,
    breached: BreachedPasswords = noBreachedPasswords,
  ) {
    this.#limits = limits;
    this.#breached = breached;
  }

  /** The rule that the password breaks, or undefined. Characters are code points, as people count them. */
  async fault(password: string, owner: Owner): Promise<PasswordFault | undefined> {
    const { minLength, maxLength } = this.#limits;
    const length = codePoints(password);
    if (length < minLength || length > maxLength) return 'length';
    if (isOwnName(password, owner)) return 'own';
    return (await this.#breached.has(password)) ? 'breached' : undefined;
  }

  /** The rule in words, to follow "the password". */
  sentence(fault: PasswordFault): string {
    const { minLength, maxLength } = this.#limits;
    if (fault === 'length') return `must have ${minLength} to ${maxLength} characters`;
    if (fault === 'own') return "must not be the user's own name or e-mail address";
    return 'must not be one that became known in a breach elsewhere';
  }

  /** What is wrong with the password, in one line that says what came, or undefined. */
  async describe(password: string, owner: Owner): Promise<string | undefined> {
    const fault = await this.fault(password, owner);
    if (fault === undefined) return undefined;
    const came = fault === 'length' ? `, ${codePoints(password)} came` : '';
    return `the password ${this.sentence(fault)}${came}`;
  }
}

function codePoints(text: string): number {
  return [...text].length;
}

/** Whether nothing is left of the password beside the owner's name or address, digits and signs. */
function isOwnName(password: string, { email, firstName, lastName }: Owner): boolean {
  const came = lettersOf(password);
  if (came === '') return false;
  const [local = '', domain = ''] = email.split('@');
  const own = [email, local, domain, firstName, lastName, `${firstName}${lastName}`, `${lastName}${firstName}`];
  return own.some((name) => lettersOf(name) === came);
}

function lettersOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}]/gu, '');
}
