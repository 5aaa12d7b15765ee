/** Printable ASCII: what a header carries without doubt. */
const unprintable = /[^\x21-\x7e]/;

/**
 * `address` as a Location header can carry it. Addresses that were registered under earlier rules may hold letters beyond
 * ASCII, and a header with such a letter cannot be sent: hosts become punycode, the rest percent-encoded UTF-8.
 */
export function locationHeader(address: string): string {
  if (!unprintable.test(address)) return address;
  const parsed = URL.canParse(address) ? new URL(address).href : address;
  return parsed.toWellFormed().replace(/[^\x21-\x7e]/gu, encodeURIComponent);
}
