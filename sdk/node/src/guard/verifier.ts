/** What a token stands for, once it was found good. */
export interface VerifiedToken {
  /** Id of the user. */
  readonly subject: string;
  readonly clientId: string | undefined;
  readonly scopes: readonly string[];
  /** End of the token in milliseconds since 1970, when it is known. */
  readonly expiresAtMs: number | undefined;
  readonly issuer: string | undefined;
  readonly organizationId?: string | undefined;
  readonly environment?: string | undefined;
  /** Everything that was told of the token. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Finds out what a token stands for; undefined: it is no good. Rejects when nobody can tell just now. */
export interface TokenVerifier {
  verify(token: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<VerifiedToken | undefined>;
}

const operations = new Set(['READ', 'CREATE', 'UPDATE', 'DELETE']);

/**
 * Whether the scopes that were granted cover the one that is needed: the same one, or a group of it with `ALL`; `WRITE`
 * covers CREATE and UPDATE. Letter case does not matter.
 *
 * @example
 * covers(['ZohoCRM.modules.ALL'], 'ZohoCRM.modules.leads.READ'); // true
 */
export function covers(granted: readonly string[], needed: string): boolean {
  const wanted = split(needed);
  return granted.map(split).some(({ name, operation }) => {
    const same = name === wanted.name;
    const group = wanted.name.startsWith(`${name}.`);
    if (operation === 'ALL') return same || group;
    if (operation === 'WRITE') return same && ['WRITE', 'CREATE', 'UPDATE'].includes(wanted.operation);
    return same && operation === wanted.operation;
  });
}

function split(scope: string): { name: string; operation: string } {
  const dot = scope.lastIndexOf('.');
  const last = scope.slice(dot + 1).toUpperCase();
  if (dot > 0 && (operations.has(last) || last === 'ALL' || last === 'WRITE')) {
    return { name: scope.slice(0, dot).toLowerCase(), operation: last };
  }
  // Bare words like `email` have no operation; without one a scope of a service means all of it.
  return { name: scope.toLowerCase(), operation: dot > 0 ? 'ALL' : '' };
}
