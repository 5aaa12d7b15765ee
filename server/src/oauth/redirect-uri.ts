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
    differsAtCharacter: closest.differsAt + 1,
    ...(trailingSlash ? { hint: 'trailing slash' } : {}),
  };
}
