import { checkCors } from '../../admin/cors-check.ts';
import { badInput } from '../failure.ts';
import { type ConsoleRoute, defineRoute } from '../route.ts';
import * as wire from '../wire-diagnosis.ts';
import { findOwn } from './own-clients.ts';

const methodName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,32}$/;
const longest = 4096;

/** Whether a browser lets a page call with the client's tokens. */
export const corsRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/clients/:id/cors-check',
    summary: "What a browser does with a page's call of the API: preflight, request, and what decides",
    query: {
      dataCenter: 'The data centre whose API is called; default: that of the console',
      origin: 'Origin of the page',
      method: 'Method of the call; default: GET',
      headers: 'Names of the headers that the page sets, separated by commas',
    },
    answer: wire.corsDiagnosis,
    handle: async (call): Promise<wire.CorsDiagnosis> => {
      const { context, query } = call;
      const { clientId } = await findOwn(call);
      const origin = query.get('origin') ?? '';
      const method = query.get('method') || 'GET';
      const headers = query.get('headers') ?? '';
      if (origin === '' || origin.length > longest) throw badInput('Enter the origin of the page', 'origin');
      if (!methodName.test(method)) throw badInput('Enter a method of HTTP, such as GET', 'method');
      if (headers.length > longest) throw badInput('Enter names of headers, separated by commas', 'headers');
      const dataCenter = query.get('dataCenter') || context.dataCenter.id;
      const environment = 'production';
      const found = await checkCors(call.admin, { dataCenter, clientId, origin, method, headers, environment });
      return { ...found, headers: [...found.headers] };
    },
  }),
];
