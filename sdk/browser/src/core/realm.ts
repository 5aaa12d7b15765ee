import type { AuthorizationSettings } from './authorization-url.ts';
import { names } from './storage-names.ts';

/** The origin of an address, without what may follow it. */
function originOf(address: string): string {
  return address.replace(/\/+$/, '');
}

/** The accounts servers of the realm by data centre, as the configured one tells (`GET /oauth/serverinfo`, open to all pages). */
async function realmOf(accountsUrl: string): Promise<Readonly<Record<string, string>>> {
  try {
    const answer = await fetch(`${accountsUrl}/oauth/serverinfo`, { credentials: 'omit' });
    return ((await answer.json()) as { locations?: Record<string, string> }).locations ?? {};
  } catch {
    return {};
  }
}

/**
 * The accounts server of the user's own data centre, which alone knows the user's codes and tokens: what the redirect said,
 * or the realm says of its `location`. Only one that the configured server vouches for: undefined when the redirect
 * named another, for nothing may be sent there.
 */
export async function ownAccountsServer(
  { accountsUrl }: AuthorizationSettings,
  storage: Storage,
): Promise<string | undefined> {
  const start = originOf(accountsUrl);
  const told = storage.getItem(names.accountsServer);
  // Read before the first wait: whoever signs out clears the storage meanwhile.
  const location = storage.getItem(names.location) ?? '';
  const named = told === null ? undefined : originOf(decodeURIComponent(told));
  if (named === start) return start;
  const realm = await realmOf(start);
  if (named !== undefined) return Object.values(realm).find((origin) => originOf(origin) === named);
  return originOf(realm[location] ?? start);
}
