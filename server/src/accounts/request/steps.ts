import type { Refusal } from '../../oauth/refusal.ts';
import type { AccountsContext } from '../context.ts';

/** What every step is given, beside what the steps before it found. */
export interface Incoming {
  readonly context: AccountsContext;
  readonly parameters: URLSearchParams;
  /** The query that they came by, where that is another one: of a pushed request it holds the URI. */
  readonly query?: URLSearchParams;
  /** The Authorization header, for endpoints where a client may present itself with it. */
  readonly authorization?: string | undefined;
}

type MaybePromise<Value> = Value | Promise<Value>;
type Read<Found, Added> = (found: Found, incoming: Incoming) => MaybePromise<Added | Refusal>;
type Check<Found> = (found: Found, incoming: Incoming) => MaybePromise<Refusal | undefined>;

/**
 * The checks of a request as a list of named steps. A step either adds what it found to the findings or only checks; the
 * first refusal ends the list. A step that needs a finding compiles only behind the step that makes it.
 */
export class Steps<Found extends object> {
  /** The names of the steps, in their order. */
  readonly names: readonly string[];
  readonly #run: (incoming: Incoming) => Promise<Found | Refusal>;

  constructor(names: readonly string[], run: (incoming: Incoming) => Promise<Found | Refusal>) {
    this.names = names;
    this.#run = run;
  }

  /** The list with one more step, whose findings later steps get. */
  read<Added extends object>(step: Read<Found, Added>): Steps<Found & Added> {
    return new Steps<Found & Added>([...this.names, step.name], async (incoming) => {
      const found = await this.#run(incoming);
      if (isRefusal(found)) return found;
      const added = await step(found, incoming);
      return isRefusal(added) ? added : { ...found, ...added };
    });
  }

  /** The list with one more step, which finds nothing new. */
  check(step: Check<Found>): Steps<Found> {
    return new Steps<Found>([...this.names, step.name], async (incoming) => {
      const found = await this.#run(incoming);
      return isRefusal(found) ? found : ((await step(found, incoming)) ?? found);
    });
  }

  /** Everything that the steps found, or the refusal of the first that refused. */
  run(incoming: Incoming): Promise<Found | Refusal> {
    return this.#run(incoming);
  }
}

/** A list without steps. */
export const noSteps = new Steps<object>([], async () => ({}));

function isRefusal(result: object): result is Refusal {
  return 'outcome' in result;
}
