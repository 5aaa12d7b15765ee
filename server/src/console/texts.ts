/** A fault that is a part of a sentence elsewhere, as a sentence of its own. */
export function sentence(fault: string): string {
  return `${fault.charAt(0).toUpperCase()}${fault.slice(1)}.`;
}

/** A moment of a database column or of the clock (milliseconds since 1970) in ISO 8601; null where there is none. */
export function isoTime<Moment extends string | number | null>(ms: Moment): Moment extends null ? null : string;
export function isoTime(ms: string | number | null): string | null {
  return ms === null ? null : new Date(Number(ms)).toISOString();
}
