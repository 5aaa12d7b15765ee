import type { Secrets } from '../directory/clients.ts';

const keptMs = 15 * 60_000;
const mostKept = 1000;

/** Secrets that were made a short while ago, in memory only, until their owner has seen them: each is shown once. */
export class FreshSecrets {
  readonly #kept = new Map<string, { readonly secret: string; readonly endsAtMs: number }>();

  keep(clientId: string, secrets: Secrets, nowMs: number): void {
    for (const [key, { endsAtMs }] of this.#kept) if (endsAtMs <= nowMs) this.#kept.delete(key);
    for (const [dataCenter, secret] of Object.entries(secrets)) {
      if (this.#kept.size >= mostKept) this.#kept.delete(this.#kept.keys().next().value as string);
      this.#kept.set(`${clientId} ${dataCenter}`, { secret, endsAtMs: nowMs + keptMs });
    }
  }

  has(clientId: string, dataCenter: string, nowMs: number): boolean {
    return (this.#kept.get(`${clientId} ${dataCenter}`)?.endsAtMs ?? 0) > nowMs;
  }

  take(clientId: string, dataCenter: string, nowMs: number): string | undefined {
    const key = `${clientId} ${dataCenter}`;
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    return kept && kept.endsAtMs > nowMs ? kept.secret : undefined;
  }
}
