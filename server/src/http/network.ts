import { isIPv6 } from 'node:net';

/**
 * Whom requests from an address are counted for: an IPv4 address itself; of an IPv6 address the first 64 bits, because
 * a subscriber has at least as many addresses as the other 64 can name. Any other text stands for itself.
 */
export function networkOf(address: string): string {
  const plain = address.split('%', 1)[0] as string;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(plain)) return address;
  // The URL parser writes the address in its one canonical form: lower case, "::" for the longest run of zeros.
  const canonical = new URL(`http://[${plain}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const groupsOf = (text: string) => (text === '' ? [] : text.split(':'));
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')];
  const groups =
    tail === undefined ? before : [...before, ...Array(8 - before.length - after.length).fill('0'), ...after];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
