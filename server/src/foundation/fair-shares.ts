/** Something that waits for its turn: whose it is, and whom it calls, if anybody. */
export interface Waiting {
  readonly tenant: string;
  readonly receiver?: string | undefined;
}

export interface ShareLimits {
  /** At the same time, of all tenants. */
  readonly total: number;
  readonly perTenant: number;
  readonly perReceiver: number;
  /** Of the total, places that only tenants get who have none. */
  readonly reserved: number;
}

/** Turns of so many tenants are remembered. */
const maxTurns = 10_000;

/**
 * Who of those that wait may begin: tenants with the fewest under way first, among them those whose last turn is longest
 * ago. A tenant with a thousand waiting, or a receiver that hangs, uses up its own share and nobody else's.
 */
export class FairShares {
  readonly #limits: ShareLimits;
  #running = 0;
  readonly #ofTenant = new Map<string, number>();
  readonly #ofReceiver = new Map<string, number>();
  /** Tenants by their last turn, the longest ago first. */
  readonly #turns = new Map<string, number>();
  #turn = 0;

  constructor(limits: ShareLimits) {
    this.#limits = limits;
  }

  /** Whether anybody at all may begin. */
  get hasRoom(): boolean {
    return this.#running < this.#limits.total;
  }

  /** Those of `waiting`, the oldest first, that may begin now. Each takes a place until it is given to `leave`. */
  admit<Each extends Waiting>(waiting: readonly Each[]): Each[] {
    const left = [...waiting];
    const admitted: Each[] = [];
    while (this.hasRoom) {
      const next = this.#next(left);
      if (next < 0) break;
      const [each] = left.splice(next, 1) as [Each];
      this.#enter(each);
      admitted.push(each);
    }
    return admitted;
  }

  leave({ tenant, receiver }: Waiting): void {
    this.#running--;
    add(this.#ofTenant, tenant, -1);
    if (receiver !== undefined) add(this.#ofReceiver, receiver, -1);
  }

  #next(waiting: readonly Waiting[]): number {
    let best = -1;
    let bestRank: readonly [running: number, turn: number] = [Infinity, Infinity];
    waiting.forEach((each, index) => {
      if (!this.#mayEnter(each)) return;
      const rank = [this.#ofTenant.get(each.tenant) ?? 0, this.#turns.get(each.tenant) ?? 0] as const;
      if (rank[0] > bestRank[0] || (rank[0] === bestRank[0] && rank[1] >= bestRank[1])) return;
      best = index;
      bestRank = rank;
    });
    return best;
  }

  #mayEnter({ tenant, receiver }: Waiting): boolean {
    const { total, perTenant, perReceiver, reserved } = this.#limits;
    const running = this.#ofTenant.get(tenant) ?? 0;
    if (running >= perTenant || (running > 0 && this.#running >= total - reserved)) return false;
    return receiver === undefined || (this.#ofReceiver.get(receiver) ?? 0) < perReceiver;
  }

  #enter({ tenant, receiver }: Waiting): void {
    this.#running++;
    add(this.#ofTenant, tenant, 1);
    if (receiver !== undefined) add(this.#ofReceiver, receiver, 1);
    this.#turns.delete(tenant);
    this.#turns.set(tenant, ++this.#turn);
    if (this.#turns.size > maxTurns) this.#turns.delete(this.#turns.keys().next().value as string);
  }
}

function add(counts: Map<string, number>, key: string, change: number): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
