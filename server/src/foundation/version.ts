import { readFileSync } from 'node:fs';

const file = new URL('../../../package.json', import.meta.url);

/** The version of this release. */
export const { version: platformVersion } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string };

/** Whether a release (`major.minor.patch`) is `other` or a later one. */
export function isAtLeast(release: string, other: string): boolean {
  const [own, others] = [release, other].map((text) => text.split('.').map(Number));
  const differing = own?.findIndex((number, place) => number !== others?.[place]) ?? -1;
  return differing < 0 || (own?.[differing] ?? 0) > (others?.[differing] ?? 0);
}
