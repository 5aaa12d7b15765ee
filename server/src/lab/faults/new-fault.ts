import { badInput } from '../../admin/failure.ts';
import { parseDuration } from '../clock/duration.ts';
import { type Component, components, type FaultAction, type FaultRule } from './fault.ts';

/** A rule as it is asked for: exactly one of `status`, `throttle`, `latency`, `cut` and `down`. */
export interface NewFault {
  readonly dataCenter: string;
  readonly component?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly method?: string | undefined;
  readonly clientId?: string | undefined;
  readonly nth?: number | undefined;
  readonly times?: number | undefined;
  readonly share?: number | undefined;
  readonly seed?: number | undefined;
  readonly status?: number | undefined;
  readonly body?: unknown;
  readonly throttle?: boolean | undefined;
  readonly localized?: boolean | undefined;
  /** A duration, such as 2s, or milliseconds. */
  readonly latency?: string | number | undefined;
  readonly cut?: string | undefined;
  readonly down?: boolean | undefined;
}

const longestLatencyMs = 10 * 60_000;
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** The rule that was asked for; whether its data centre and client are there is not looked at. @throws AdminFailure naming what is wrong with it. */
export function readNewFault(fresh: NewFault): FaultRule {
  const component = componentOf(fresh.component);
  const { dataCenter, endpoint, clientId, nth, times, share, seed = 1 } = fresh;
  if (endpoint !== undefined && !/^[/*]/.test(endpoint)) {
    throw badInput(`endpoint: expected a path like /oauth/v2/token, got "${endpoint.slice(0, 100)}"`);
  }
  checkCalls('nth', nth);
  checkCalls('times', times);
  if (share !== undefined && !(share > 0 && share <= 1)) {
    throw badInput(`share: expected a number over 0 and up to 1, got ${share}`);
  }
  if (!Number.isInteger(seed)) throw badInput(`seed: expected a whole number, got ${seed}`);
  const action = actionOf(fresh);
  if (component === 'database' && (action.kind === 'status' || action.kind === 'throttle')) {
    throw badInput(`a database has no ${action.kind}: expected latency, cut or down`);
  }
  const method = fresh.method?.toUpperCase();
  if (method !== undefined && !methods.includes(method)) {
    throw badInput(`method: expected one of ${methods.join(', ')}, got "${method.slice(0, 100)}"`);
  }
  return { scope: { dataCenter, component, endpoint, method, clientId }, met: { nth, times, share, seed }, action };
}

function checkCalls(name: string, count: number | undefined): void {
  if (count === undefined || (Number.isInteger(count) && count >= 1)) return;
  throw badInput(`${name}: expected a whole number from 1, got ${count}`);
}

function componentOf(name: string | undefined): Component | undefined {
  const component = components.find((each) => each === name);
  if (name !== undefined && !component) {
    throw badInput(`component: expected one of ${components.join(', ')}, got "${name.slice(0, 50)}"`);
  }
  return component;
}

function actionOf(fresh: NewFault): FaultAction {
  const { status, body, throttle = false, localized = false, latency, cut, down = false } = fresh;
  const given = [
    ...(status === undefined ? [] : ['status']),
    ...(throttle ? ['throttle'] : []),
    ...(latency === undefined ? [] : ['latency']),
    ...(cut === undefined ? [] : ['cut']),
    ...(down ? ['down'] : []),
  ];
  if (given.length !== 1) {
    const came = given.length === 0 ? 'none' : given.join(' and ');
    throw badInput(`expected exactly one of status, throttle, latency, cut and down, got ${came}`);
  }
  if (body !== undefined && status === undefined) throw badInput('body: only an answer with a status has one');
  if (localized && !throttle) throw badInput('localized: only the throttle answer is known in other languages');
  if (status !== undefined) {
    if (!Number.isInteger(status) || status < 200 || status > 599) {
      throw badInput(`status: expected 200 to 599, got ${status}`);
    }
    return { kind: 'status', status, body };
  }
  if (throttle) return { kind: 'throttle', localized };
  if (down) return { kind: 'down' };
  if (cut !== undefined) {
    if (cut !== 'before' && cut !== 'after') throw badInput(`cut: expected before or after, got "${cut.slice(0, 50)}"`);
    return { kind: 'cut', cut };
  }
  const latencyMs = typeof latency === 'string' ? parseDuration(latency, 'latency') : (latency ?? 0);
  if (latencyMs > longestLatencyMs)
    throw badInput(`latency: expected at most ${longestLatencyMs} ms, got ${latencyMs}`);
  return { kind: 'latency', latencyMs };
}
