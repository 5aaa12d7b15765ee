import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readableHeaders } from '../../http/cors/headers.ts';
import { isLoopbackOrigin } from '../../http/outgoing/outgoing-policy.ts';
import { mcpPath, mcpResource } from '../../oauth/resources.ts';
import { Refusal } from '../kernel/errors.ts';
import { type JsonObject, readJsonBody } from '../kernel/json-body.ts';
import type { Operation } from '../kernel/operation.ts';
import { identify } from '../wire/admission/admit.ts';
import type { Arrived, Caller, Stage } from '../wire/admission/stages.ts';
import { type CrmContext, ownOrigin } from '../wire/context.ts';
import { runTool, type ToolCalls } from './run-tool.ts';
import { openTools, type Tool, toolsOf } from './tools.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends a message to the MCP server; null until that is known. */
    mcpCaller: (Arrived & Caller) | null;
  }
}

/** Whether a request is one to the MCP server. */
export const isMcp = ({ routeOptions }: FastifyRequest): boolean => routeOptions.url === mcpPath;

const jsonRpc = { parseError: -32700, invalidRequest: -32600 } as const;

/**
 * `/mcp`: the API as a server of the Model Context Protocol, its operations as tools. Who calls is checked for each
 * message, as for each call of the API; only that the token is for this resource. What the protocol and its package need
 * is loaded and made by the first message.
 * @param reached is told of each stage of a request's checks
 */
export function serveMcp(
  app: FastifyInstance,
  calls: ToolCalls,
  operations: readonly Operation[],
  reached: (request: FastifyRequest, stage: Stage) => void,
): void {
  const { context } = calls;
  const resource = mcpResource(context.dataCenter, context.environment);
  const hosts = hostsOf(ownOrigin(context));
  let tools: ReadonlyMap<string, Tool> | undefined;
  app.decorateRequest('mcpCaller', null);
  app.route({
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: mcpPath,
    exposeHeadRoute: false,
    onRequest: async (request, reply) => {
      const came = request.crmStage as Arrived;
      await checkPlace(context, hosts, request, came);
      const caller = await identify(context, came, request, [resource], (stage) => reached(request, stage));
      request.mcpCaller = caller;
      if (caller.origin !== null) reply.headers(readableHeaders(caller.origin));
    },
    handler: async (request, reply) => {
      const caller = request.mcpCaller;
      if (caller === null) throw new Error('a message came to its handler without checks');
      if (request.method !== 'POST') {
        const message = `expected POST, got ${request.method}: this server has no sessions and opens no streams`;
        return sendFault(reply.header('allow', 'POST'), 405, jsonRpc.invalidRequest, message);
      }
      const message = readMessage(request.body);
      if (message instanceof Refusal) {
        const wanted = 'expected one JSON-RPC message: a JSON object in UTF-8, at most 32 levels deep';
        const came = message.reason.came ?? message.reason.cause ?? message.outcome;
        return sendFault(reply, 400, jsonRpc.parseError, `${wanted}, got ${came}`);
      }
      const { answerMessage } = await import('./protocol.ts');
      tools ??= toolsOf(operations);
      const known = tools;
      const answer = await answerMessage(asFetched(resource, request), message, {
        list: () => openTools(known, caller.grant, context.settings),
        call: async (name, given) => {
          const tool = known.get(name);
          if (tool) return runTool(calls, request, caller, tool, given);
          const { body, status } = new Refusal('INVALID_REQUEST', {
            message: `expected the name of a tool that tools/list shows, got ${JSON.stringify(name.slice(0, 100))}`,
          });
          return { status, json: body };
        },
      });
      reply.code(answer.status).header('cache-control', 'no-store');
      const type = answer.headers.get('content-type');
      if (type !== null) reply.header('content-type', type);
      return answer.body === null ? reply.send() : reply.send(Buffer.from(await answer.arrayBuffer()));
    },
  });
}

/**
 * Against pages that let a name of their own point here (DNS rebinding): host and origin are ours or a client's, whatever
 * token came ("Transports", security warning).
 * @throws Refusal 403
 */
async function checkPlace(
  { authority }: CrmContext,
  hosts: readonly string[],
  { host }: FastifyRequest,
  { origin }: Arrived,
): Promise<void> {
  if (!hosts.includes(host.toLowerCase())) {
    throw new Refusal('INVALID_REQUEST', {
      ...{ status: 403, outcome: 'HostUnknown' },
      message: `expected the host ${hosts[0]}, got another one`,
      reason: { expected: hosts[0], came: host.slice(0, 200) },
    });
  }
  if (origin !== null && !(await authority.allowsOrigin(origin))) {
    throw new Refusal('INVALID_REQUEST', {
      ...{ status: 403, outcome: 'OriginUnknown' },
      message: 'expected no Origin, or a JavaScript domain of a client, got another origin',
      reason: { origin: origin.slice(0, 200) },
    });
  }
}

/** The hosts of an origin: on loopback all its names are one. */
function hostsOf(origin: string): readonly string[] {
  const { host, port } = new URL(origin);
  if (!isLoopbackOrigin(origin)) return [host];
  return [host, ...['localhost', '127.0.0.1', '[::1]'].map((name) => (port === '' ? name : `${name}:${port}`))];
}

function readMessage(body: unknown): JsonObject | Refusal {
  try {
    return readJsonBody(Buffer.isBuffer(body) ? body : Buffer.alloc(0));
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

function sendFault(reply: FastifyReply, status: number, code: number, message: string): FastifyReply {
  return reply
    .code(status)
    .headers({ 'content-type': 'application/json;charset=utf-8', 'cache-control': 'no-store' })
    .send(JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id: null }));
}

/** A request as the protocol's package takes it: without the body, which is parsed already. */
function asFetched(url: string, { headers, method }: FastifyRequest): Request {
  const given = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' && !name.startsWith(':') ? [[name, value] as [string, string]] : [],
  );
  return new Request(url, { method, headers: given });
}
