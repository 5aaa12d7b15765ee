import type { Secrets } from '../directory/clients.ts';

const keptMs = 15 * 60_000;
const mostKept = 1000;

interface Kept {
  readonly secret: string;
  readonly endsAtMs: number;
  readonly shown: boolean;
}

/**
 * Secrets that were made a short while ago, in memory only: each is shown once, and codes are exchanged with it until
 * it is forgotten.
 */
export class FreshSecrets {
  readonly #kept = new Map<string, Kept>();

  keep(clientId: string, secrets: Secrets, nowMs: number, shown = false): void {
    for (const [key, { endsAtMs }] of this.#kept) if (endsAtMs <= nowMs) this.#kept.delete(key);
    for (const [dataCenter, secret] of Object.entries(secrets)) {
      if (this.#kept.size >= mostKept) this.#kept.delete(this.#kept.keys().next().value as string);
      this.#kept.set(`${clientId} ${dataCenter}`, { secret, shown, endsAtMs: nowMs + keptMs });
    }
  }

  /** Whether it can be shown. */
  has(clientId: string, dataCenter: string, nowMs: number): boolean {
    return this.#find(clientId, dataCenter, nowMs)?.shown === false;
  }

  /** For the console's own use. */
  peek(clientId: string, dataCenter: string, nowMs: number): string | undefined {
    return this.#find(clientId, dataCenter, nowMs)?.secret;
  }

  /** To show it, once. */
  take(clientId: string, dataCenter: string, nowMs: number): string | undefined {
    const kept = this.#find(clientId, dataCenter, nowMs);
    if (!kept || kept.shown) return undefined;
    this.#kept.set(`${clientId} ${dataCenter}`, { ...kept, shown: true });
    return kept.secret;
  }

  #find(clientId: string, dataCenter: string, nowMs: number): Kept | undefined {
    const kept = this.#kept.get(`${clientId} ${dataCenter}`);
    return kept && kept.endsAtMs > nowMs ? kept : undefined;
  }
}
