const countries: Readonly<Record<string, string>> = {
  us: 'United States',
  eu: 'Europe',
  in: 'India',
  au: 'Australia',
  cn: 'China',
  jp: 'Japan',
  ca: 'Canada',
  sa: 'Saudi Arabia',
  uk: 'United Kingdom',
};

/** Where a data centre is, as people say it; its id where it is one of somebody's own. */
export function countryOf(id: string): string {
  return countries[id] ?? id.toUpperCase();
}
