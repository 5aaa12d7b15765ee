import type { Module } from '../crm/kernel/metadata/metadata.ts';
import type { Space } from '../crm/kernel/space/space.ts';
import { isIndexedField } from '../crm/language/query/index-range.ts';
import { countRecords, moduleMark } from '../crm/store/records/module-mark.ts';
import { type CrmCaller, readEnvironment } from './crm.ts';
import { badInput, ConsoleFailure, notFound } from './failure.ts';
import { type ConsoleCall, type ConsoleRoute, defineRoute } from './route.ts';
import type { Streams } from './streams.ts';
import { type ModuleFacts, moduleFacts, type RecordChange, recordChange } from './wire.ts';

/** Records that are sorted for a page of them; of more, only what an index has in order is offered. */
const mostSorted = 50_000;

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
      path: '/records/module',
      summary: 'What the pages need to know of a module and the CRM API does not tell',
      query: moduleQuery,
      answer: moduleFacts,
      handle: async (call): Promise<ModuleFacts> => {
        const { space, module } = await moduleOf(call, crm, (name) => `settings/fields?module=${name}`);
        const several = module.fields.filter(({ lookupModules }) => lookupModules.length > 1);
        const records = await countRecords(call.context.database, space.dataSpace, module.number, null);
        const ordered = module.fields.filter((field) => isIndexedField(module, field));
        return {
          targets: Object.fromEntries(several.map(({ apiName, lookupModules }) => [apiName, [...lookupModules]])),
          sortable: records <= mostSorted ? null : ordered.map(({ apiName }) => apiName),
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
