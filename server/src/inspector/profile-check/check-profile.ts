import type { Client } from '../../oauth/client.ts';
import { type FlowSource, overAll } from '../flows/flow-reader.ts';
import { type Earlier, isRefresh, type StrictRule, strictRules, type Traffic } from './strict-rules.ts';

/** What of a client's recorded traffic the strict profile would break. */
export interface ProfileCheck {
  /** Recorded steps that were looked at. */
  readonly looked: number;
  /** The oldest of them; null where there is none. */
  readonly sinceMs: number | null;
  /** There may be older ones, which were not. */
  readonly more: boolean;
  /** Data centres that did not answer: their traffic is missing. */
  readonly unreachable: readonly string[];
  /** One for each rule that apps of this type can meet, met or not. */
  readonly findings: readonly Finding[];
}

export interface Finding extends Pick<StrictRule, 'id' | 'what' | 'effect' | 'mend' | 'rule'> {
  /** Requests that met it. */
  readonly count: number;
  /** The newest of them; null where there is none. */
  readonly lastAtMs: number | null;
  readonly dataCenters: readonly string[];
}

/** Events of a client that are looked at in a data centre: its newest. */
const mostEvents = 20_000;
const kinds = [
  'api',
  'authorize',
  'device-request',
  'request',
  'scope-enhance',
  'silent-refresh',
  'token',
  'user-info',
  'userinfo',
];

interface Row {
  readonly at_ms: string;
  readonly kind: string;
  readonly outcome: string;
  readonly times: string | null;
  readonly path: string | null;
  readonly parameters: Record<string, string> | null;
  readonly status: string | null;
  readonly location: string | null;
  /** Events of the client that were looked through for it. */
  readonly total: number;
}

/** Holds the newest recorded traffic of a client against the rules of the strict profile. */
export async function checkStrictProfile(
  sources: readonly FlowSource[],
  { clientId, type }: Pick<Client, 'clientId' | 'type'>,
  graceMs: number,
): Promise<ProfileCheck> {
  const rules = strictRules.filter(({ types }) => types.includes(type));
  const { found, unreachable } = await overAll(sources, (source) => readTraffic(source, clientId));
  const met = new Map<string, { count: number; lastAtMs: number; dataCenters: Set<string> }>();
  for (const { dataCenter, value } of found) {
    for (const { atMs, ruleId, times } of meetings(value.rows, rules, graceMs)) {
      const one = met.get(ruleId) ?? { count: 0, lastAtMs: 0, dataCenters: new Set<string>() };
      one.count += times;
      one.lastAtMs = Math.max(one.lastAtMs, atMs);
      one.dataCenters.add(dataCenter);
      met.set(ruleId, one);
    }
  }
  const findings = rules.map(({ id, what, effect, mend, rule }) => {
    const { count = 0, lastAtMs = null, dataCenters = [] } = met.get(id) ?? {};
    return { id, what, effect, mend, rule, count, lastAtMs, dataCenters: [...dataCenters] };
  });
  const oldest = found.flatMap(({ value }) => value.rows.slice(0, 1)).map(({ at_ms }) => Number(at_ms));
  return {
    looked: found.reduce((sum, { value }) => sum + value.rows.length, 0),
    sinceMs: oldest.length === 0 ? null : Math.min(...oldest),
    more: found.some(({ value }) => value.more),
    unreachable,
    findings,
  };
}

async function readTraffic({ database, events }: FlowSource, clientId: string) {
  await events.settled();
  const rows = await database.query<Row>({
    name: 'traffic-of-client',
    text: `SELECT at_ms, kind, outcome, detail ->> 'repeated' AS times, exchange -> 'request' ->> 'path' AS path,
                  exchange -> 'request' -> 'parameters' AS parameters, exchange -> 'answer' ->> 'status' AS status,
                  exchange -> 'answer' -> 'headers' ->> 'location' AS location, total
           FROM (SELECT *, (count(*) OVER ())::int AS total FROM
                  (SELECT event_id, at_ms, kind, outcome, detail, exchange FROM protocol_event
                   WHERE client_id = $1 ORDER BY event_id DESC LIMIT $2) AS newest) AS counted
           WHERE kind = ANY($3) ORDER BY event_id`,
    values: [clientId, mostEvents, kinds],
  });
  return { rows, more: rows[0]?.total === mostEvents };
}

/** Which rules the requests meet, in their order. */
function* meetings(rows: readonly Row[], rules: readonly StrictRule[], graceMs: number) {
  const codes = new Map<string, number>();
  const refreshed = new Map<string, number>();
  const earlier: Earlier = {
    codeGivenAtMs: (code) => codes.get(code),
    refreshedAtMs: (refreshToken) => refreshed.get(refreshToken),
    graceMs,
  };
  for (const row of rows) {
    const { at_ms, kind, location, outcome, parameters, path, status, times } = row;
    const atMs = Number(at_ms);
    const request: Traffic = {
      ...{ atMs, kind, outcome, path: path ?? '', parameters: parameters ?? {} },
      status: status === null ? null : Number(status),
    };
    for (const { id, meets } of rules) {
      if (meets(request, earlier)) yield { ruleId: id, atMs, times: Number(times ?? 1) };
    }
    const given = /[?&]code=(#[0-9a-f]{10})/.exec(location ?? '')?.[1];
    if (given !== undefined) codes.set(given, atMs);
    const { refresh_token: token } = request.parameters;
    if (token !== undefined && isRefresh(request) && !refreshed.has(token)) refreshed.set(token, atMs);
  }
}
