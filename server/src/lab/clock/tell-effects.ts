/** What ended, in words: `{"access_tokens_expired": 4, "codes_expired": 1}` as "4 access tokens expired", "1 code expired". */
export function tellEffects(effects: Readonly<Record<string, number>>): string[] {
  return Object.entries(effects)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${(count === 1 ? what.replace('s_', '_') : what).replaceAll('_', ' ')}`);
}
