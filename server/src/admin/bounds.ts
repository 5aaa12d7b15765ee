import { badInput } from './failure.ts';

/** What calls of the admin API may ask for; the command line says so before it calls. */

/** Entries of a list in one answer. */
export const mostListed = { audit: 1000, events: 1000, flows: 500, mails: 1000 } as const;

/** How long an initial access token may live: people forget that they gave one away. */
export const registrationTokenTtlSeconds = { minimum: 60, maximum: 365 * 86_400 } as const;

/** How many entries a list is to have. @throws AdminFailure */
export function readLimit(text: string, list: keyof typeof mostListed): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= mostListed[list]) return count;
  throw badInput(`limit: expected 1 to ${mostListed[list]}, got "${text.slice(0, 50)}"`);
}

/** Milliseconds since 1970 of a moment in ISO 8601, a date at least. @throws AdminFailure */
export function readMoment(name: string, text: string): number {
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(ms)) return ms;
  throw badInput(`${name}: expected a time like 2026-01-31T12:00:00Z, got "${text.slice(0, 50)}"`);
}
