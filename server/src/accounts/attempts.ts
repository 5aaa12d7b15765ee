import type { Database } from '../database/database.ts';
import type { Clock } from '../foundation/clock.ts';
import { keyedHash } from '../foundation/secrets.ts';
import type { Outcome } from '../oauth/outcomes.ts';
import type { Refusal } from '../oauth/refusal.ts';

/** One thing that tries are counted for. */
export interface AttemptLimit {
  /** What is counted, as events name it: "passwords for a name". */
  readonly of: string;
  /** Whose: a folded name, a network, … Stored as a keyed hash only. */
  readonly key: string;
  /** Most tries in a window; 0: no limit. */
  readonly most: number;
}

/** A try that may be made; it is counted already. */
export interface Attempt {
  readonly granted: true;
  /** Takes the try back: it was none after all (the password was right). */
  giveBack(): Promise<void>;
}

export interface AttemptRefusal {
  readonly granted: false;
  readonly limit: AttemptLimit;
  readonly retryAfterSeconds: number;
}

interface Counted {
  readonly hash: Buffer;
  readonly windowEndsAtMs: number;
}

const free: Attempt = { granted: true, giveBack: async () => {} };

/**
 * Counts tries in fixed windows, exactly over all processes of a data centre: a try is counted by one atomic statement
 * before it is made, and given back when it was none. Whoever checks first and counts afterwards lets every try through
 * that comes in between.
 */
export class AttemptCounter {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #key: Buffer;
  readonly #windowMs: number;

  constructor(options: { database: Database; clock: Clock; key: Buffer; windowSeconds: number }) {
    this.#database = options.database;
    this.#clock = options.clock;
    this.#key = options.key;
    this.#windowMs = options.windowSeconds * 1000;
  }

  /**
   * Takes one try of each limit, in their order, and stops at the first that is used up. Limits that others share
   * (names) come last: whoever has used up a limit of their own does not use up the others'. That order is also the order of the locks.
   */
  async take(limits: readonly AttemptLimit[]): Promise<Attempt | AttemptRefusal> {
    const counted = limits.filter((limit) => limit.most > 0);
    if (counted.length === 0) return free;
    const nowMs = this.#clock.nowMs();
    const hashes = counted.map((limit) => keyedHash(this.#key, `${limit.of} ${limit.key}`));
    const [row = {}] = await this.#database.query<Record<string, string | null>>({
      name: `attempt-take-${counted.length}`,
      text: takeStatement(counted.length),
      values: [nowMs, nowMs + this.#windowMs, ...counted.flatMap((limit, index) => [hashes[index], limit.most])],
    });
    const taken = hashes.flatMap<Counted>((hash, index) => {
      const end = row[`taken_${index}`];
      return end == null ? [] : [{ hash, windowEndsAtMs: Number(end) }];
    });
    if (taken.length === counted.length) return { granted: true, giveBack: () => this.#giveBack(taken) };
    // Nothing is tried, so the limits before the one that is used up get theirs back.
    if (taken.length > 0) await this.#giveBack(taken);
    // The row as it was before the statement; another process may have made it meanwhile.
    const endMs = Number(row[`known_${taken.length}`] ?? nowMs + this.#windowMs);
    return {
      granted: false,
      limit: counted[taken.length] as AttemptLimit,
      retryAfterSeconds: Math.max(1, Math.ceil((endMs - nowMs) / 1000)),
    };
  }

  /** A window that has ended since keeps what it has. */
  async #giveBack(taken: readonly Counted[]): Promise<void> {
    await this.#database.query({
      name: 'attempt-give-back',
      text: `WITH given AS (
               SELECT a.key_hash FROM unnest($1::bytea[], $2::bigint[]) WITH ORDINALITY AS g(key_hash, window_ends_ms, place)
               JOIN attempt_count a USING (key_hash, window_ends_ms) ORDER BY g.place FOR UPDATE OF a
             )
             UPDATE attempt_count a SET count = a.count - 1 FROM given WHERE a.key_hash = given.key_hash`,
      values: [taken.map(({ hash }) => hash), taken.map(({ windowEndsAtMs }) => windowEndsAtMs)],
    });
  }
}

/** The refusal of a request that had no try left: who has used up what, and when there is more. */
export function attemptsUsedUp(outcome: Outcome, { limit, retryAfterSeconds }: AttemptRefusal): Refusal {
  return { outcome, detail: { usedUp: limit.of, limit: limit.most, retryAfterSeconds } };
}

/** Each limit is an upsert that runs only when the one before it let the try through. */
function takeStatement(limits: number): string {
  const places = Array.from({ length: limits }, (_, index) => index);
  const steps = places.map((index) => {
    const [hash, most] = [`$${3 + 2 * index}::bytea`, `$${4 + 2 * index}::int`];
    return `step_${index} AS (
      INSERT INTO attempt_count AS a (key_hash, count, window_ends_ms)
      SELECT ${hash}, 1, $2::bigint ${index === 0 ? '' : `FROM step_${index - 1}`}
      ON CONFLICT (key_hash) DO UPDATE SET
        count = CASE WHEN a.window_ends_ms > $1 THEN a.count + 1 ELSE 1 END,
        window_ends_ms = CASE WHEN a.window_ends_ms > $1 THEN a.window_ends_ms ELSE EXCLUDED.window_ends_ms END
      WHERE a.window_ends_ms <= $1 OR a.count < ${most}
      RETURNING a.window_ends_ms
    )`;
  });
  const results = places.map(
    (index) => `(SELECT window_ends_ms FROM step_${index}) AS taken_${index},
      (SELECT window_ends_ms FROM attempt_count WHERE key_hash = $${3 + 2 * index} AND window_ends_ms > $1) AS known_${index}`,
  );
  return `WITH ${steps.join(', ')} SELECT ${results.join(', ')}`;
}
