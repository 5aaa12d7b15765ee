import { companiesOf, leadId, type Tenant } from './crm-platform.ts';
import { request } from './load.ts';

/** Records of a page of a list that is walked far, and how many pages around its end are asked for. */
const perPage = 20;
const farPage = 5_000;
const farPages = 100;

/** What is asked again and again: the next request as text, and what its answer holds. */
export interface CrmSubject {
  readonly name: string;
  readonly expected: string;
  readonly next: () => string;
}

/** The hot paths of the API, each for one organization. What is searched for has as many hits in each of them. */
export async function crmSubjects(api: string, tenant: Tenant): Promise<CrmSubject[]> {
  const headers = { authorization: `Zoho-oauthtoken ${tenant.token}` };
  const get = (path: string) => () => request('GET', `/crm/v8/${path}`, headers);
  const send = (method: string, path: string, body: object) =>
    request(method, `/crm/v8/${path}`, headers, JSON.stringify(body));
  const any = () => Math.floor(Math.random() * tenant.leads);
  const list = `Leads?fields=Last_Name,Email&per_page=${perPage}`;
  const tokens = await pageTokens(api, tenant, list);
  const anyToken = () => tokens[Math.floor(Math.random() * tokens.length)] as string;
  const fresh = () => ({ Last_Name: `Fresh${any()}`, Company: 'Acme', Email: `fresh${any()}@acme.example` });
  const changed = () => ({ id: leadId(tenant, Math.random()), Phone: `+1 555 ${any()}` });
  const query = () => ({
    select_query: `select Last_Name, Email from Leads where Annual_Revenue > ${any() % 900_000} and Lead_Source = 'Partner' order by Created_Time desc limit 20`,
  });
  const hundred = (make: () => object) => ({ data: Array.from({ length: 100 }, make) });
  return [
    { name: 'get', expected: '"data"', next: () => get(`Leads/${leadId(tenant, Math.random())}`)() },
    { name: 'list-first-page', expected: '"data"', next: get(list) },
    { name: 'list-far-page', expected: '"data"', next: () => get(`${list}&page_token=${anyToken()}`)() },
    { name: 'search-email', expected: '"data"', next: () => get(`Leads/search?email=lead${any()}@acme.example`)() },
    {
      name: 'search-word',
      expected: '"data"',
      next: () => get(`Leads/search?word=company${any() % companiesOf(tenant.leads)}&per_page=${perPage}`)(),
    },
    { name: 'search-common-word', expected: '"data"', next: get(`Leads/search?word=sample&per_page=${perPage}`) },
    { name: 'coql', expected: '"data"', next: () => send('POST', 'coql', query()) },
    { name: 'insert-100', expected: 'SUCCESS', next: () => send('POST', 'Leads', hundred(fresh)) },
    { name: 'update-100', expected: 'SUCCESS', next: () => send('PUT', 'Leads', hundred(changed)) },
  ];
}

/** Tokens of the pages up to page 5,000, or to the last one that there is. */
async function pageTokens(api: string, tenant: Tenant, list: string): Promise<string[]> {
  const pages = Math.min(farPage, Math.floor(tenant.leads / perPage) - 1);
  const tokens = [''];
  for (let page = 1; page < pages; page++) {
    const token = tokens.at(-1);
    const response = await fetch(`${api}/crm/v8/${list}${token && `&page_token=${token}`}`, {
      headers: { authorization: `Zoho-oauthtoken ${tenant.token}` },
    });
    const answer = (await response.json()) as { info: { next_page_token: string } };
    tokens.push(encodeURIComponent(answer.info.next_page_token));
  }
  return tokens.slice(-farPages);
}
