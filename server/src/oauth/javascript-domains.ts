/** Whether pages at `origin` are those of a client: it is one of its JavaScript domains, compared as a whole text. */
export function isOriginOf(client: { readonly javascriptDomains: readonly string[] }, origin: string): boolean {
  return client.javascriptDomains.includes(origin);
}

/** The JavaScript domain that `origin` was most likely meant to be, where one differs in scheme, port or "www." only. */
export function similarDomain(domains: readonly string[], origin: string): string | undefined {
  const host = hostOf(origin);
  return host === undefined ? undefined : domains.find((domain) => domain !== origin && hostOf(domain) === host);
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).hostname.replace(/^www\./, '') : undefined;
}
