import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Settings } from '../../config/settings.ts';
import type { CrmAnswer, CrmCall } from '../kernel/call.ts';
import type { Operation } from '../kernel/operation.ts';
import { checkPermission } from '../kernel/permissions.ts';
import type { Pass } from '../kernel/store.ts';
import { contentDisposition } from '../store/files/file-name.ts';
import { fromReplica } from '../store/replica/from-replica.ts';
import { checkAddress } from './address.ts';
import { costOf, furtherCredits, isHeavyBody } from './costs.ts';
import { hasIdempotencyKey, runOnce } from './idempotency.ts';

/**
 * Checks that every handler relies on: path and parameters are texts, and the profile has the operation's permission.
 * @throws Refusal INVALID_DATA, NO_PERMISSION
 */
export function checkCall(call: CrmCall, operation: Operation): void {
  checkAddress(call, operation);
  if (operation.permission !== undefined) checkPermission(call.user, operation.permission);
}

/**
 * Runs an admitted call and charges what it cost beyond its price.
 * @param hold is given what lets the next heavy call in, when this one turns out to be heavy by its body.
 * @throws Refusal
 */
export async function runCall(
  { limits: { crmConcurrentHeavyCalls } }: Settings,
  operation: Operation,
  call: CrmCall,
  pass: Pass,
  hold: (leave: Pass['leave']) => void,
): Promise<CrmAnswer> {
  const cost = costOf(operation);
  const { limits } = call.store;
  const { organizationId } = call.space.contents;
  // Bodies are looked into only where it matters.
  if (crmConcurrentHeavyCalls > 0 && isHeavyBody(cost, call.body)) {
    hold(limits.enterHeavy(organizationId, call.grant.clientId, pass.headers));
  }
  checkCall(call, operation);
  const answer = await runWhereItMay(operation, call);
  const further = furtherCredits(cost, answer.json);
  if (further > 0) await limits.charge(organizationId, pass, further);
  return answer;
}

function runWhereItMay(operation: Operation, call: CrmCall): Promise<CrmAnswer> {
  const { store, space } = call;
  const { replica } = store;
  const run = () => (hasIdempotencyKey(operation, call.headers) ? runOnce(operation, call) : operation.handle(call));
  if (!replica) return run();
  if (operation.fromReplica) return fromReplica(call, operation.handle);
  return operation.method === 'GET' ? run() : replica.whileWriting(space.dataSpace, run);
}

const jsonHeaders = {
  'content-type': 'application/json;charset=utf-8',
  'content-disposition': 'attachment; filename=response.json',
};

/** Sends what a handler answered, or a refusal's body. */
export function sendAnswer(reply: FastifyReply, answer: CrmAnswer): FastifyReply {
  reply.code(answer.status);
  if (answer.headers) reply.headers(answer.headers);
  if (answer.file) {
    const { contentType, name, sizeBytes, content } = answer.file;
    reply.headers({
      'content-type': contentType,
      'content-disposition': contentDisposition(name),
      'content-length': sizeBytes,
      // A file that is a page after all runs nothing.
      'content-security-policy': "default-src 'none'; sandbox",
    });
    return reply.send(Readable.from(content, { objectMode: false }));
  }
  const text = answer.text ?? (answer.json === undefined ? undefined : JSON.stringify(answer.json));
  return text === undefined ? reply.send() : reply.headers(jsonHeaders).send(text);
}
