import type { Module } from '../crm/kernel/metadata/metadata.ts';
import type { Space } from '../crm/kernel/space/space.ts';
import { moduleMark } from '../crm/store/records/module-mark.ts';
import { type CrmCaller, readEnvironment } from './crm.ts';
import { badInput, ConsoleFailure, notFound } from './failure.ts';
import { type ConsoleCall, type ConsoleRoute, defineRoute } from './route.ts';
import type { Streams } from './streams.ts';
import { type LookupTargets, lookupTargets, type RecordChange, recordChange } from './wire.ts';

const moduleQuery = {
  environment: 'production, sandbox or developer',
  organizationId: "One of the user's organizations",
  module: 'API name',
} as const;

/** News of records, and what of their fields the CRM API does not tell. */
export function recordRoutes(streams: Streams, crm: CrmCaller): readonly ConsoleRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/records/stream',
      summary: 'Tells by server-sent events that records of a module changed; each message names the module',
      query: moduleQuery,
      answer: recordChange,
      answerType: 'text/event-stream',
      handle: async (call) => {
        const { database } = call.context;
        const { space, module } = await moduleOf(call, crm, (name) => `${name}?fields=id&per_page=1`);
        let seen = await moduleMark(database, space.dataSpace, module.number);
        streams.open(call, async (): Promise<RecordChange[]> => {
          const mark = await moduleMark(database, space.dataSpace, module.number);
          if (mark === seen) return [];
          seen = mark;
          return [{ module: call.query.get('module') ?? '' }];
        });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/records/lookup-targets',
      summary: 'The modules that look-ups of a module into several modules may lead to',
      query: moduleQuery,
      answer: lookupTargets,
      handle: async (call): Promise<LookupTargets> => {
        const { module } = await moduleOf(call, crm, (name) => `settings/fields?module=${name}`);
        const several = module.fields.filter(({ lookupModules }) => lookupModules.length > 1);
        return {
          targets: Object.fromEntries(several.map(({ apiName, lookupModules }) => [apiName, [...lookupModules]])),
        };
      },
    }),
  ];
}

/**
 * The module that the query names. Whether the user may read it is for the API to say, which is asked for `path`.
 * @throws ConsoleFailure with the refusal of the API; 404.
 */
async function moduleOf(
  { context, session, query, admin }: ConsoleCall,
  crm: CrmCaller,
  path: (module: string) => string,
): Promise<{ readonly space: Space; readonly module: Module }> {
  const environment = readEnvironment(query.get('environment'));
  const organizationId = query.get('organizationId') ?? '';
  const name = query.get('module') ?? '';
  if (!/^\w{1,100}$/.test(name)) throw badInput('module: expected the API name of a module.');
  const answer = await crm.ask(session, { environment, organizationId }, { method: 'GET', path: `v8/${path(name)}` });
  if (answer.statusCode >= 400) throw refusalOf(answer.statusCode, answer.json());
  const store = admin.dataCenters.get(context.dataCenter.id)?.crm;
  const space = await store?.spaces.get(organizationId, environment);
  const module = space?.metadata.find(name);
  if (!space || !module) throw notFound('module');
  return { space, module };
}

function refusalOf(status: number, { code, message }: { code?: string; message?: string }): ConsoleFailure {
  return new ConsoleFailure(status, code ?? 'REFUSED', message ?? 'The CRM API refused the call.');
}
