import { moduleMark } from '../crm/store/records/module-mark.ts';
import { type CrmCaller, readEnvironment } from './crm.ts';
import { badInput, ConsoleFailure, notFound } from './failure.ts';
import { type ConsoleRoute, defineRoute } from './route.ts';
import type { Streams } from './streams.ts';
import { type RecordChange, recordChange } from './wire.ts';

/** News of records. */
export function recordRoutes(streams: Streams, crm: CrmCaller): readonly ConsoleRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/records/stream',
      summary: 'Tells by server-sent events that records of a module changed; each message names the module',
      query: {
        environment: 'production, sandbox or developer',
        organizationId: "One of the user's organizations",
        module: 'API name',
      },
      answer: recordChange,
      answerType: 'text/event-stream',
      handle: async (call) => {
        const { context, session, query, admin } = call;
        const environment = readEnvironment(query.get('environment'));
        const organizationId = query.get('organizationId') ?? '';
        const module = query.get('module') ?? '';
        if (!/^\w{1,100}$/.test(module)) throw badInput('module: expected the API name of a module.');
        // Whether the user may read the module is for the API to say.
        const path = `v8/${module}?fields=id&per_page=1`;
        const answer = await crm.ask(session, { environment, organizationId }, { method: 'GET', path });
        if (answer.statusCode >= 400) throw refusalOf(answer.statusCode, answer.json());
        const store = admin.dataCenters.get(context.dataCenter.id)?.crm;
        const space = await store?.spaces.get(organizationId, environment);
        const number = space?.metadata.find(module)?.number;
        if (!space || number === undefined) throw notFound('module');
        let seen = await moduleMark(context.database, space.dataSpace, number);
        streams.open(call, async (): Promise<RecordChange[]> => {
          const mark = await moduleMark(context.database, space.dataSpace, number);
          if (mark === seen) return [];
          seen = mark;
          return [{ module }];
        });
      },
    }),
  ];
}

function refusalOf(status: number, { code, message }: { code?: string; message?: string }): ConsoleFailure {
  return new ConsoleFailure(status, code ?? 'REFUSED', message ?? 'The CRM API refused the call.');
}
