import type { Client } from './client.ts';
import type { Refusal } from './refusal.ts';

/** Exact string comparison (RFC 9700 §2.1); for client-based apps the origin must also be a JavaScript domain. */
export function checkRedirectUri(client: Client, redirectUri: string | null): Refusal | undefined {
  if (!redirectUri) return { outcome: 'RedirectUriMissing', detail: { registeredUris: client.redirectUris } };
  if (!isRegistered(client, redirectUri)) {
    return { outcome: 'RedirectUriMismatch', detail: describeMismatch(redirectUri, client.redirectUris) };
  }
  if (client.type === 'browser' && !client.javascriptDomains.includes(new URL(redirectUri).origin)) {
    return {
      outcome: 'RedirectOriginNotRegistered',
      detail: { origin: new URL(redirectUri).origin, registered: client.javascriptDomains },
    };
  }
  return undefined;
}

/**
 * Apps on a desktop listen on whatever port is free, so for them the port of a loopback address is left out of the
 * comparison (RFC 8252 §7.3). Only for IP literals: `localhost` may be somebody else's.
 */
function isRegistered(client: Client, redirectUri: string): boolean {
  if (client.redirectUris.includes(redirectUri)) return true;
  // Ports above 65535 do not parse.
  if (client.type !== 'mobile' || !loopbackOrigin.test(redirectUri) || !URL.canParse(redirectUri)) return false;
  const withoutPort = (uri: string) => uri.replace(loopbackOrigin, 'http://$1');
  return client.redirectUris.some((uri) => loopbackOrigin.test(uri) && withoutPort(uri) === withoutPort(redirectUri));
}

const loopbackOrigin = /^http:\/\/(127\.0\.0\.1|\[::1\])(?::[1-9]\d{0,4})?(?=[/?]|$)/;

/** Where `came` leaves the most similar of `expected`, counted from 1. */
export function describeMismatch(came: string, expected: readonly string[]): Record<string, unknown> {
  let closest = { uri: expected[0] ?? '', differsAt: 0 };
  for (const uri of expected) {
    let same = 0;
    while (same < uri.length && uri[same] === came[same]) same++;
    if (same >= closest.differsAt) closest = { uri, differsAt: same };
  }
  const trailingSlash = came === `${closest.uri}/` || `${came}/` === closest.uri;
  return {
    came: came.slice(0, 500),
    closest: closest.uri,
    registeredUris: expected,
    differsAtCharacter: closest.differsAt + 1,
    ...(trailingSlash ? { hint: 'trailing slash' } : {}),
  };
}
