import type { FastifyInstance } from 'fastify';
import { apiOrigin } from '../../config/data-centers.ts';
import { isForPerson, type PlainPage, sendPlainPage } from '../../http/plain-page.ts';
import type { CrmContext } from './context.ts';

/**
 * `GET /` for people; programs, which name JSON or send a token, get the refusal of the wire. Answered before any check
 * of a call.
 */
export function serveFrontPage(app: FastifyInstance, context: CrmContext): void {
  const page = context.content ? contentPage(context) : apiPage(context);
  app.addHook('onRequest', async (request, reply) => {
    const [path] = (request.raw.url ?? '').split('?', 1);
    return path === '/' && isForPerson(request) ? sendPlainPage(reply, page) : undefined;
  });
}

function apiPage({ dataCenter, environment }: CrmContext): PlainPage {
  return {
    heading: `CRM API, ${environment}`,
    place: dataCenter.id,
    paragraphs: [
      `Programs call the ${environment} environment of the CRM of data centre "${dataCenter.id}" here, with an access token of that environment.`,
    ],
    links: [
      { href: '/crm/v8/openapi.html', text: 'Try calls' },
      { href: '/crm/v8/openapi.json', text: 'OpenAPI document' },
      { href: `${dataCenter.origins.console}/`, text: 'API console: register an app, make a code, see records' },
      { href: `${dataCenter.origins.accounts}/`, text: 'Your account in this data centre' },
    ],
    commands: [
      {
        command: `curl -H 'Authorization: Zoho-oauthtoken …' '${apiOrigin(dataCenter, environment)}/crm/v8/Leads?fields=Last_Name'`,
        does: 'lists leads',
      },
    ],
  };
}

function contentPage({ dataCenter }: CrmContext): PlainPage {
  return {
    heading: 'CRM file upload',
    place: dataCenter.id,
    paragraphs: [
      `Programs send files for bulk jobs of data centre "${dataCenter.id}" here, with an access token. Everything else is called at the API's own address.`,
    ],
    links: [
      { href: `${dataCenter.origins.api}/`, text: 'The CRM API of this data centre' },
      { href: `${dataCenter.origins.console}/`, text: 'API console' },
      { href: `${dataCenter.origins.accounts}/`, text: 'Your account in this data centre' },
    ],
  };
}
