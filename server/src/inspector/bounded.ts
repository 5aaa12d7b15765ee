import { maskCredentials } from '../foundation/secrets.ts';

const maxTextLength = 500;
const maxItems = 20;
const maxDepth = 6;
const maxCharacters = 8_000;

/**
 * `detail` as an event may hold it: whoever sends a request decides what is compared, and must not decide how much is
 * stored. Long texts are cut and say how long they were; so are long lists, deep structures, and all of it as a whole.
 */
export function boundedDetail(detail: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return new Cutter().cut(detail, 0) as Record<string, unknown>;
}

/** Secrets are masked before anything is cut, because half a secret is not recognised any more. */
export function boundedText(text: string, maxLength: number = maxTextLength): string {
  if (text.length <= maxLength) return text.toWellFormed();
  const masked = maskCredentials(text);
  if (masked.length <= maxLength) return masked.toWellFormed();
  return `${masked.slice(0, maxLength).toWellFormed()}… (${text.length} characters)`;
}

const maxClientIdLength = 100;

/** A client id as an event may hold it: whoever sends a request may have put anything there. */
export function keptClientId(clientId: string | null | undefined): string | null {
  return clientId ? maskCredentials(boundedText(clientId, maxClientIdLength)) : null;
}

class Cutter {
  #left = maxCharacters;

  cut(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.#text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth >= maxDepth || this.#left <= 0) return '…';
    if (Array.isArray(value)) {
      const items = value.slice(0, maxItems).map((item) => this.cut(item, depth + 1));
      return value.length > maxItems ? [...items, `… ${value.length - maxItems} more`] : items;
    }
    const entries = Object.entries(value).filter(([, each]) => each !== undefined);
    const cut = entries.slice(0, 2 * maxItems).map(([name, each]) => [this.#text(name), this.cut(each, depth + 1)]);
    if (entries.length > cut.length) cut.push(['…', `${entries.length - cut.length} more`]);
    return Object.fromEntries(cut);
  }

  #text(text: string): string {
    const cut = boundedText(text, Math.max(0, Math.min(maxTextLength, this.#left)));
    this.#left -= cut.length;
    return cut;
  }
}
