const lowest = -(2n ** 63n);
const highest = 2n ** 63n - 1n;

/**
 * A channel's id as a request may write it, the client's own choice: any signed 64-bit number, as text or as a JSON
 * number (crm-api 2.3; some clients send hashes). Undefined for anything else.
 */
export function readChannelId(raw: unknown): string | undefined {
  const text = typeof raw === 'bigint' || Number.isSafeInteger(raw) ? String(raw) : raw;
  if (typeof text !== 'string' || !/^-?\d{1,40}$/.test(text)) return undefined;
  const id = BigInt(text);
  return id >= lowest && id <= highest ? String(id) : undefined;
}
