import { type Admin, part } from './admin.ts';
import { TestPlatformError } from './errors.ts';

/** One step of a flow. */
export interface FlowStep {
  /** ISO 8601, of the platform's time. */
  readonly at: string;
  readonly component: string;
  readonly dataCenter: string;
  /** Undefined for what no request did, an eviction for example. */
  readonly request: FlowRequest | undefined;
  readonly status: number | undefined;
  /** What kind of event it is, such as `token`. */
  readonly kind: string;
  /** `Success`, or the name of what went wrong, such as `CodeUsed`. */
  readonly outcome: string;
  readonly failed: boolean;
  /** A fault of the lab made the answer. */
  readonly injected: boolean;
  /** How many requests the step stands for. */
  readonly times: number;
  readonly requestId: string | undefined;
  /** Of failed steps. */
  readonly expected: string | undefined;
  readonly came: string | undefined;
  readonly rule: string | undefined;
  readonly mend: string | undefined;
}

export interface FlowRequest {
  readonly method: string;
  readonly path: string;
  /** Credentials as fingerprints, what people chose hidden. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** What belongs together of what happened: authorization, exchange, calls, refreshes, at all data centres. */
export interface Flow {
  readonly flowId: string;
  readonly clientId: string | undefined;
  readonly outcome: 'succeeded' | 'failed';
  readonly dataCenters: readonly string[];
  readonly steps: readonly FlowStep[];
  /** The sequence diagram, as text for a terminal. */
  readonly diagram: string;
}

/** Which flows. What is left out is any. */
export interface FlowFilter {
  readonly clientId?: string;
  readonly dataCenter?: string;
  readonly userId?: string;
  /** Flows of which a step failed. */
  readonly outcome?: 'failed';
}

interface Document {
  readonly flow_id: string;
  readonly client_id: string | null;
  readonly outcome: Flow['outcome'];
  readonly data_centers: readonly string[];
  readonly steps: readonly {
    readonly at: string;
    readonly component: string;
    readonly data_center: string;
    readonly kind: string;
    readonly request: {
      readonly method: string | null;
      readonly path: string | null;
      readonly parameters?: Readonly<Record<string, string>>;
    };
    readonly answer: { readonly status: number | null };
    readonly outcome: string;
    readonly expected?: string;
    readonly came?: string;
    readonly rule?: string;
    readonly mend?: string;
    readonly injected?: boolean;
    readonly times?: number;
    readonly request_id: string | null;
  }[];
}

/** What happened, as the flow inspector tells it. */
export class Flows {
  readonly #admin: Admin;

  constructor(admin: Admin) {
    this.#admin = admin;
  }

  /** The newest flow. Throws TestPlatformError when there is none. */
  async last(filter: FlowFilter = {}): Promise<Flow> {
    const [newest] = await this.#list(filter, 1);
    return this.show(newest ?? '(none yet)');
  }

  /** Flows, newest first. */
  async list(filter: FlowFilter = {}, limit = 50): Promise<Flow[]> {
    const ids = await this.#list(filter, limit);
    return Promise.all(ids.map((id) => this.show(id)));
  }

  /** @param id of the flow, or of one of its requests: the `x-request-id` of any answer. */
  async show(id: string): Promise<Flow> {
    const document = await this.#admin.call<Document>('GET', `/flows/${part(id)}`);
    const { text } = await this.#admin.call<{ text: string }>('GET', `/flows/${part(document.flow_id)}/diagram`);
    return toFlow(document, text);
  }

  /** How one request came out. @param requestId the `x-request-id` of its answer. */
  async step(requestId: string): Promise<FlowStep> {
    const { steps } = await this.show(requestId);
    const own = steps.filter((step) => step.requestId === requestId);
    // What failed, rather than what went along with it.
    const step = own.find(({ failed }) => failed) ?? own.find(({ kind }) => kind !== 'eviction') ?? own[0];
    if (step) return step;
    throw new TestPlatformError('NOT_FOUND', `the request ${requestId} is one of many alike, or too old to be kept`);
  }

  async #list(filter: FlowFilter, limit: number): Promise<string[]> {
    const query = new URLSearchParams({ ...filter, limit: String(limit) });
    const { flows } = await this.#admin.call<{ flows: { flow_id: string }[] }>('GET', `/flows?${query}`);
    return flows.map((flow) => flow.flow_id);
  }
}

function toFlow({ flow_id: flowId, client_id, outcome, data_centers: dataCenters, steps }: Document, diagram: string) {
  return {
    ...{ flowId, outcome, dataCenters, diagram },
    clientId: client_id ?? undefined,
    steps: steps.map(({ answer, data_center, injected, request, request_id, times, ...step }): FlowStep => {
      const { method, path, parameters = {} } = request;
      return {
        at: step.at,
        component: step.component,
        dataCenter: data_center,
        request: method === null || path === null ? undefined : { method, path, parameters },
        status: answer.status ?? undefined,
        kind: step.kind,
        outcome: step.outcome,
        failed: step.expected !== undefined,
        injected: injected === true,
        times: times ?? 1,
        requestId: request_id ?? undefined,
        expected: step.expected,
        came: step.came,
        rule: step.rule,
        mend: step.mend,
      };
    }),
  } satisfies Flow;
}
