import type { Flow, FlowSummary } from './flow-reader.ts';

/** What a flow says of itself, without its steps. */
function headOf(flow: Omit<FlowSummary, 'steps'>) {
  return {
    flow_id: flow.flowId,
    client_id: flow.clientId,
    user_id: flow.userId,
    started_at: new Date(flow.startedAtMs).toISOString(),
    last_at: new Date(flow.lastAtMs).toISOString(),
    outcome: flow.outcome,
    data_centers: flow.dataCenters,
  };
}

/** A flow in a list of the admin API. */
export function summaryDocument(flow: FlowSummary) {
  return { ...headOf(flow), steps: flow.steps };
}

/**
 * A whole flow as JSON: what the admin API answers, and what is shared. It can be opened on any other platform, to be
 * read; it holds no secret.
 */
export function flowDocument({ omitted, steps, unreachable, ...flow }: Flow) {
  return {
    ...headOf(flow),
    steps: steps.map(({ dataCenter, eventId, explanation, injected, request, requestId, times, ...step }) => ({
      at: step.at,
      component: step.component,
      data_center: dataCenter,
      kind: step.kind,
      caller: step.caller,
      request: request ?? { method: null, path: null },
      answer: step.answer ?? { status: null },
      outcome: step.outcome,
      ...(explanation && {
        expected: explanation.expected,
        came: explanation.came,
        rule: explanation.rule,
        mend: explanation.mend,
        ...(explanation.setting && { setting: explanation.setting }),
      }),
      ...(injected && { injected }),
      ...(times > 1 && { times }),
      request_id: requestId,
      client_id: step.clientId,
      user_id: step.userId,
      event_id: eventId,
      detail: step.detail,
    })),
    omitted_steps: omitted,
    unreachable_data_centers: unreachable,
  };
}

export type FlowDocument = ReturnType<typeof flowDocument>;
export type SummaryDocument = ReturnType<typeof summaryDocument>;

/** The flow of a shared document. @throws TypeError with one line that says what was expected. */
export function flowOfDocument(value: unknown): Flow {
  const document = value as FlowDocument | null;
  if (typeof document !== 'object' || document === null || !Array.isArray(document.steps)) {
    throw new TypeError('expected a flow that was shared as JSON: an object with "flow_id" and "steps"');
  }
  return {
    flowId: String(document.flow_id),
    clientId: document.client_id ?? null,
    userId: document.user_id ?? null,
    startedAtMs: Date.parse(document.started_at),
    lastAtMs: Date.parse(document.last_at),
    outcome: document.outcome === 'failed' ? 'failed' : 'succeeded',
    dataCenters: (document.data_centers ?? []).map(String),
    omitted: document.omitted_steps ?? 0,
    unreachable: [],
    steps: document.steps.map((step, index) => {
      const { came, expected, mend, rule, setting } = step;
      const method = step.request?.method;
      if (typeof step.at !== 'string' || typeof step.outcome !== 'string' || typeof step.component !== 'string') {
        throw new TypeError(`step ${index + 1} of the shared flow: expected "at", "component" and "outcome"`);
      }
      return {
        eventId: String(step.event_id ?? index),
        at: step.at,
        dataCenter: String(step.data_center),
        component: step.component,
        caller: step.caller === 'browser' ? 'browser' : 'app',
        kind: step.kind,
        outcome: step.outcome,
        failed: expected !== undefined,
        injected: step.injected === true,
        times: step.times ?? 1,
        requestId: step.request_id ?? null,
        clientId: step.client_id ?? null,
        userId: step.user_id ?? null,
        request: typeof method === 'string' ? (step.request as Flow['steps'][number]['request']) : null,
        answer: typeof step.answer?.status === 'number' ? (step.answer as Flow['steps'][number]['answer']) : null,
        detail: step.detail ?? {},
        explanation:
          expected === undefined
            ? null
            : { expected, came: came ?? '', rule: rule ?? '', mend: mend ?? '', ...(setting && { setting }) },
      };
    }),
  };
}
