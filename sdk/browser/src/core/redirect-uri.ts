const localHosts = new Set(['localhost', '127.0.0.1', '']);

/**
 * The redirect URI that belongs to a page when the application names none: the page's origin, its path without the last
 * two segments, `app/` on a local host, and `redirect.html`.
 *
 * @example
 * redirectUriFor(new URL('https://app.example/a/b/page.html')); // 'https://app.example/a/redirect.html'
 * redirectUriFor(new URL('http://localhost:8090/index.html')); // 'http://localhost:8090/app/redirect.html'
 */
export function redirectUriFor(page: Pick<Location, 'origin' | 'hostname' | 'pathname'>): string {
  const kept = page.pathname.split('/').slice(1, -2);
  const folders = localHosts.has(page.hostname) ? [...kept, 'app'] : kept;
  return [page.origin, ...folders, 'redirect.html'].join('/');
}
