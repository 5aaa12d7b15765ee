import type { Clock } from '../../foundation/clock.ts';

/** Slows password guessing: counts wrong passwords per name and per address in fixed windows, without locking anybody out for good. */
export class SignInGuard {
  readonly #clock: Clock;
  readonly #windowMs: number;
  readonly #limits: { readonly name: number; readonly address: number };
  readonly #failures = new Map<string, { startMs: number; count: number }>();

  constructor(clock: Clock, options: { windowSeconds: number; failuresPerName: number; failuresPerAddress: number }) {
    this.#clock = clock;
    this.#windowMs = options.windowSeconds * 1000;
    this.#limits = { name: options.failuresPerName, address: options.failuresPerAddress };
  }

  /** Whether one more try is allowed now. */
  allows(name: string, address: string): boolean {
    return this.#below(`name ${name}`, this.#limits.name) && this.#below(`address ${address}`, this.#limits.address);
  }

  failed(name: string, address: string): void {
    for (const key of [`name ${name}`, `address ${address}`]) {
      const entry = this.#current(key);
      if (entry) entry.count++;
      else this.#remember(key);
    }
  }

  #below(key: string, limit: number): boolean {
    return limit === 0 || (this.#current(key)?.count ?? 0) < limit;
  }

  #current(key: string): { startMs: number; count: number } | undefined {
    const entry = this.#failures.get(key);
    return entry && this.#clock.nowMs() - entry.startMs < this.#windowMs ? entry : undefined;
  }

  #remember(key: string): void {
    // Bounded: the oldest entry makes room.
    if (this.#failures.size >= 100_000) this.#failures.delete(this.#failures.keys().next().value as string);
    this.#failures.delete(key);
    this.#failures.set(key, { startMs: this.#clock.nowMs(), count: 1 });
  }
}
