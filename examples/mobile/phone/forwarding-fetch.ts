/**
 * A `fetch` that sends requests for accounts servers and APIs to the forwarder of the page's own origin
 * (`src/forwarder.ts`): `http://localhost:8021/crm/v8/Leads` becomes `/forward/in/api/crm/v8/Leads`. The SDK checks
 * addresses against its table before, as on a phone.
 */
export function forwardingFetch(
  dataCenters: Readonly<Record<string, Readonly<Record<string, string>>>>,
): typeof globalThis.fetch {
  const places = new Map<string, string>();
  for (const [id, services] of Object.entries(dataCenters)) {
    for (const [service, origin] of Object.entries(services)) places.set(origin, `/forward/${id}/${service}`);
  }
  return (input, init) => {
    const { origin, pathname, search } = new URL(String(input));
    const place = places.get(origin);
    if (place === undefined) return Promise.reject(new TypeError(`the forwarder does not know ${origin}`));
    return fetch(`${place}${pathname}${search}`, init);
  };
}
