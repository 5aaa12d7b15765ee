/** Where an organization's data live: each has an API origin and tokens of its own. */
export type Environment = 'production' | 'sandbox' | 'developer';

/** All environments, the usual one first. */
export const environments: readonly Environment[] = ['production', 'sandbox', 'developer'];

/** One data centre: its id on the wire and its origins, without a slash at the end. */
export interface DataCenter {
  /** The `location` on the wire, such as `eu`. */
  readonly id: string;
  /** How its users know it: `.com`, `.eu`, `.com.cn`. */
  readonly domain: string;
  readonly accounts: string;
  /** API origin of each environment. Empty where only the accounts server is known: then `api_domain` tells. */
  readonly api: Readonly<Partial<Record<Environment, string>>>;
  /** Where bulk writes are uploaded; otherwise the API origin takes them. */
  readonly upload?: string | undefined;
}

const domains: Readonly<Record<string, string>> = { us: '.com', au: '.com.au', cn: '.com.cn' };

/**
 * The domain by which users know a data centre: its id behind a dot, but for the three that differ.
 *
 * @example
 * domainOf('au'); // '.com.au'
 */
export function domainOf(id: string): string {
  return domains[id] ?? `.${id}`;
}
