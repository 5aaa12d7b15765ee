import { Unavailable } from '../../foundation/unavailable.ts';
import type { CrmAnswer, CrmCall } from '../kernel/call.ts';
import { Refusal, unavailable } from '../kernel/errors.ts';
import type { Operation } from '../kernel/operation.ts';
import type { Pass } from '../kernel/store.ts';
import { newestVersion } from '../kernel/versions.ts';
import { isRetriable } from '../store/records/transaction-store.ts';
import { admitCaller } from '../wire/admission/admit.ts';
import { type Admitted, type Arrived, arrived, type Caller, type Stage } from '../wire/admission/stages.ts';
import { runCall } from '../wire/answer-call.ts';
import type { CallEvents, Incoming } from '../wire/call-events.ts';
import type { CrmContext } from '../wire/context.ts';
import { readArguments, type ToolRequest } from './read-arguments.ts';
import type { Tool } from './tools.ts';

/** What a tool's call needs beside the tool. */
export interface ToolCalls {
  readonly context: CrmContext;
  readonly events: CallEvents;
  makeCall(admitted: Admitted, incoming: Incoming, sent: Pick<ToolRequest, 'query' | 'body'>): CrmCall;
}

/**
 * Calls the operation of a tool for a caller who is known: from here on it is a call of the API like any other, with the
 * same checks, limits, prices and events.
 * @returns its answer, refusals included; a fault of our own is logged and answered without its cause
 */
export async function runTool(
  { context, events, makeCall }: ToolCalls,
  request: Incoming,
  caller: Arrived & Caller,
  tool: Tool,
  given: Readonly<Record<string, unknown>>,
): Promise<CrmAnswer> {
  const { operation } = tool;
  const leaves: Pass['leave'][] = [];
  let incoming: Incoming = { ...partsOf(request), method: operation.method, url: `/crm/${newestVersion.name}` };
  let stage: Stage = { ...caller, operation };
  try {
    const { headers, path, url, ...sent } = readArguments(tool, given);
    incoming = { ...incoming, headers, url };
    const routed = { ...arrived(caller.origin), operation, version: newestVersion, path };
    const { grant, originOfClient } = caller;
    const admitted = await admitCaller(context, { ...routed, grant, originOfClient }, (reached) => {
      stage = reached;
    });
    leaves.push(admitted.pass.leave);
    const call = makeCall(admitted, incoming, sent);
    const answer = await runCall(context.settings, operation, call, admitted.pass, (leave) => leaves.push(leave));
    events.answered(incoming, admitted, answer);
    return answer;
  } catch (error) {
    const refusal = refusalOf(context, incoming, operation, error);
    events.refused(incoming, stage, refusal);
    return { status: refusal.status, json: refusal.body };
  } finally {
    for (const leave of leaves) leave?.();
  }
}

const partsOf = ({ headers, id, ip }: Incoming): Pick<Incoming, 'headers' | 'id' | 'ip'> => ({ headers, id, ip });

function refusalOf({ log }: CrmContext, { id }: Incoming, { method, path }: Operation, error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const about = { requestId: id, method, path, err: error };
  if (error instanceof Unavailable || isRetriable(error)) {
    log.warn(about, 'unavailable');
    return unavailable();
  }
  log.error(about, 'the call of a tool failed');
  return new Refusal('INTERNAL_ERROR');
}
