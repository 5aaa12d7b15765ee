import type { FastifyInstance } from 'fastify';
import { hasForm, textForms } from '../foundation/text-forms.ts';
import {
  type FlowDocument,
  flowDocument,
  type SummaryDocument,
  summaryDocument,
} from '../inspector/flows/flow-document.ts';
import { type Flow, listFlows, readFlow } from '../inspector/flows/flow-reader.ts';
import { svgDiagram } from '../inspector/flows/svg-diagram.ts';
import { textDiagram } from '../inspector/flows/text-diagram.ts';
import { readLimit } from './bounds.ts';
import { findClient } from './clients.ts';
import type { AdminContext } from './context.ts';
import { badInput, notFound } from './failure.ts';
import { administered } from './users.ts';

/** What `GET /flows` takes; all of it may be left out. */
export interface FlowQuery {
  readonly clientId?: string;
  readonly outcome?: string;
  readonly dataCenter?: string;
  readonly userId?: string;
  readonly key?: string;
  readonly requestId?: string;
  readonly recordId?: string;
  readonly limit?: string;
}

/** The flows of all data centres, newest first. @throws AdminFailure 400, 404. */
export async function findFlows(
  context: AdminContext,
  query: FlowQuery,
): Promise<{ flows: SummaryDocument[]; unreachable_data_centers: readonly string[] }> {
  const { clientId, dataCenter, key, limit = '50', outcome, recordId, requestId, userId } = query;
  if (dataCenter) administered(context, dataCenter);
  if (outcome && outcome !== 'failed') throw badInput(`outcome: expected "failed" or nothing, got "${outcome}"`);
  const count = readLimit(limit, 'flows');
  for (const [name, id] of Object.entries({ userId, recordId })) {
    if (id && !hasForm(id, textForms.id))
      throw badInput(`${name}: expected ${textForms.id.expected}, got "${id.slice(0, 50)}"`);
  }
  if (key && !/^[0-9a-f]{16}$/.test(key)) {
    throw badInput('key: expected the first 16 hexadecimal digits of the SHA-256 of a code or token');
  }
  if (clientId) await findClient(context, clientId);
  await Promise.all([...context.dataCenters.values()].map(({ events }) => events.settled()));
  const { flows, unreachable } = await listFlows([...context.dataCenters.values()], {
    limit: count,
    clientId: clientId || undefined,
    dataCenter: dataCenter || undefined,
    failed: outcome === 'failed',
    userId: userId || undefined,
    key: key || undefined,
    requestId: requestId || undefined,
    recordId: recordId || undefined,
  });
  return { flows: flows.map(summaryDocument), unreachable_data_centers: unreachable };
}

/** @throws AdminFailure 404. */
export async function showFlow(context: AdminContext, id: string): Promise<FlowDocument> {
  return flowDocument(await findFlow(context, id));
}

/** The same as a drawing. @throws AdminFailure 404. */
export async function drawFlow(context: AdminContext, id: string): Promise<{ text: string; svg: string }> {
  const flow = await findFlow(context, id);
  return { text: textDiagram(flow).join('\n'), svg: svgDiagram(flow) };
}

/** @param id of the flow, or of one of its requests. @throws AdminFailure 404. */
export async function findFlow(context: AdminContext, id: string): Promise<Flow> {
  const flow = await readFlow([...context.dataCenters.values()], id);
  if (flow) return flow;
  throw notFound(
    `expected the id of a flow, or of a request (the x-request-id of its answer); "${id.slice(0, 80)}" is neither, or it is too old to be kept`,
  );
}

export function registerFlows(app: FastifyInstance, context: AdminContext): void {
  app.get('/flows', async (request) => findFlows(context, request.query as FlowQuery));
  app.get('/flows/:id', async (request) => showFlow(context, (request.params as { id: string }).id));
  app.get('/flows/:id/diagram', async (request) => drawFlow(context, (request.params as { id: string }).id));
}
