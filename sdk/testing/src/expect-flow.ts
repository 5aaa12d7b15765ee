import { AssertionError } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import type { Flow, FlowStep } from './flows.ts';

/** What a step has to be. What is left out is any; `path` may have `*` for any letters. */
export interface ExpectedStep
  extends Partial<Pick<FlowStep, 'component' | 'dataCenter' | 'kind' | 'outcome' | 'status' | 'injected' | 'failed'>> {
  readonly method?: string;
  readonly path?: string;
}

/** What can be said of a flow. Whatever does not hold throws an AssertionError whose message has the flow's diagram. */
export interface FlowExpectation {
  /** No step failed. */
  toSucceed(): void;
  /** A step failed; with `step`, such a one: the name of its outcome, or more of it. */
  toFail(step?: string | ExpectedStep): void;
  toHaveStep(step: ExpectedStep): void;
  /** All steps that are requests, in their order: `POST /oauth/v2/token 200`; the status may be left out. */
  toHaveRequests(requests: readonly string[]): void;
  /** The data centres with steps, in any order. */
  toTouch(dataCenters: readonly string[]): void;
}

/**
 * Says what a flow has to be. Works with every test runner.
 * @example
 * expectFlow(await platform.flows.last()).toFail('CodeUsed');
 */
export function expectFlow(flow: Flow): FlowExpectation {
  const { steps } = flow;
  const check = (holds: boolean, expected: string, came: string, matcher: (...args: never[]) => void) => {
    if (holds) return;
    throw new AssertionError({
      message: `expected the flow ${flow.flowId} ${expected}, got ${came}\n\n${flow.diagram}\n`,
      stackStartFn: matcher,
    });
  };
  const failures = () => {
    const failed = steps.filter((step) => step.failed).map(({ outcome }) => outcome);
    return failed.length === 0 ? 'no failed step' : `failed steps: ${failed.join(', ')}`;
  };
  const expectation: FlowExpectation = {
    toSucceed: () => check(flow.outcome === 'succeeded', 'to succeed', failures(), expectation.toSucceed),
    toFail: (wanted = {}) => {
      const step: ExpectedStep = typeof wanted === 'string' ? { outcome: wanted } : wanted;
      const found = steps.some((each) => each.failed && matches(each, step));
      check(found, `to fail${isEmpty(step) ? '' : ` with ${JSON.stringify(step)}`}`, failures(), expectation.toFail);
    },
    toHaveStep: (step) => {
      const found = steps.some((each) => matches(each, step));
      check(found, `to have a step ${JSON.stringify(step)}`, 'none like it', expectation.toHaveStep);
    },
    toHaveRequests: (wanted) => {
      const asked = steps.filter((step) => step.request !== undefined);
      const came = asked.map(({ request, status }) => `${request?.method} ${request?.path} ${status ?? '-'}`);
      const holds =
        came.length === wanted.length &&
        came.every((each, index) => each === wanted[index] || each.startsWith(`${wanted[index]} `));
      const list = (lines: readonly string[]) => lines.map((line) => `\n  ${line}`).join('');
      check(holds, `to have these requests:${list(wanted)}\n`, `these:${list(came)}`, expectation.toHaveRequests);
    },
    toTouch: (wanted) => {
      const holds = isDeepStrictEqual([...flow.dataCenters].sort(), [...wanted].sort());
      check(holds, `to touch ${wanted.join(', ')}`, flow.dataCenters.join(', '), expectation.toTouch);
    },
  };
  return expectation;
}

function isEmpty(step: ExpectedStep): boolean {
  return Object.keys(step).length === 0;
}

function matches(step: FlowStep, { method, path, ...wanted }: ExpectedStep): boolean {
  if (method !== undefined && step.request?.method !== method) return false;
  if (path !== undefined && !pathPattern(path).test(step.request?.path ?? '')) return false;
  return Object.entries(wanted).every(([name, value]) => step[name as keyof typeof wanted] === value);
}

function pathPattern(path: string): RegExp {
  const literal = (text: string) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${path.split('*').map(literal).join('.*')}$`);
}
