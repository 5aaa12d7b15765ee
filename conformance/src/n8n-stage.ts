import { authorize, HttpBrowser } from '../../server/src/testing/http-browser.ts';
import { RunningClock } from '../../server/src/testing/running-clock.ts';
import { startTestPlatform, testPassword } from '../../server/src/testing/test-platform.ts';

/**
 * The calls of the Zoho CRM node of n8n (`n8n-nodes-base`), in words of our own: the package brings 88 others and is too
 * large to be installed for a test. What is sent, in which form, and what the node reads of the answers is the node's.
 */
type Plain = Record<string, unknown>;
// biome-ignore lint/suspicious/noExplicitAny: the node looks into answers of every shape
type Answer = any;

const redirectUri = 'https://app.example.com/callback';
const scope = 'ZohoCRM.modules.ALL,ZohoCRM.settings.all,ZohoCRM.users.all';

/** A live platform of two data centres, with a node connected in each of them. */
export async function openN8nStage() {
  const platform = await startTestPlatform({ dataCenters: ['us', 'in'], clock: new RunningClock() });
  const accountsOf = (dataCenter: string) => platform.topology.find(dataCenter)?.origins.accounts ?? '';
  const owner = 'anna@us.example';
  await platform.addUser('us', owner);
  await platform.addUser('in', 'ines@in.example');
  const client = await platform.addClient({ type: 'server', owner, enabledDataCenters: ['in'] });

  /** The node's credential: it begins at `us`, and takes the token where the user chose. */
  const connect = async (dataCenter: string, email: string): Promise<N8nNode> => {
    const query = new URLSearchParams({
      ...{ client_id: client.client_id, redirect_uri: redirectUri, response_type: 'code', scope },
      ...{ state: 'n8n', access_type: 'offline' },
    });
    const url = `${accountsOf('us')}/oauth/v2/auth?${query}`;
    const back = new URL(await authorize(new HttpBrowser(platform.basePort), url, { email, password: testPassword }));
    const body = new URLSearchParams({
      ...{ grant_type: 'authorization_code', code: back.searchParams.get('code') ?? '', redirect_uri: redirectUri },
      ...{ client_id: client.client_id, client_secret: client.secrets[dataCenter] ?? client.client_secret },
    });
    const answer = await fetch(`${accountsOf(dataCenter)}/oauth/v2/token`, { method: 'POST', body });
    return new N8nNode((await answer.json()) as TokenData);
  };
  const nodes = {
    us: await connect('us', owner),
    in: await connect('in', 'ines@in.example'),
  };
  return { nodes, apiOf: (dataCenter: string) => platform.topology.find(dataCenter)?.origins.api, stop: platform.stop };
}

interface TokenData {
  readonly access_token: string;
  readonly api_domain: string;
}

export class N8nNode {
  readonly token: TokenData;

  constructor(token: TokenData) {
    this.token = token;
  }

  /** One call: items go as the one item of `data`, and an answer without a body is an empty list. */
  async request(method: string, endpoint: string, body: Plain = {}, query: Plain = {}): Promise<Answer> {
    const text = new URLSearchParams(
      Object.entries(query).map(([name, value]): [string, string] => [name, `${value}`]),
    );
    const response = await fetch(`${this.token.api_domain}/crm/v2${endpoint}${text.size > 0 ? `?${text}` : ''}`, {
      method,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${this.token.access_token}`,
        ...(Object.keys(body).length > 0 ? { 'content-type': 'application/json' } : {}),
      },
      ...(Object.keys(body).length > 0 ? { body: JSON.stringify({ data: [body] }) } : {}),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(JSON.parse(answer).message ?? 'The Zoho API returned an error.');
    if (answer === '') return [];
    const data: Answer = JSON.parse(answer);
    // Errors of records come with good statuses; the node tells the record's own message.
    if (data.data?.[0]?.status === 'error') throw new Error(data.data[0].message);
    return data;
  }

  /** All pages of a list. */
  async all(endpoint: string, query: Plain = {}): Promise<Answer[]> {
    const items: Answer[] = [];
    for (let page = 1; ; page++) {
      const answer = await this.request('GET', endpoint, {}, { ...query, per_page: 200, page });
      if (Array.isArray(answer) && answer.length === 0) return items;
      items.push(...answer.data);
      if (answer.info.more_records !== true) return items;
    }
  }

  /** The details of a write: all that the node passes on. */
  async write(method: string, endpoint: string, body: Plain = {}): Promise<Answer> {
    return (await this.request(method, endpoint, body)).data[0].details;
  }

  /** The choices of fields in the node's forms: those of a module, by their labels. */
  async fields(module: string, onlyCustom = false): Promise<{ name: string; value: string }[]> {
    const { fields } = await this.request('GET', '/settings/fields', {}, { module });
    return fields
      .filter((field: { custom_field: boolean }) => !onlyCustom || field.custom_field)
      .map((field: { field_label: string; api_name: string }) => ({ name: field.field_label, value: field.api_name }));
  }

  /** The choices of a pick list, which the node looks for in the section that is named after the record. */
  async pickList(module: string, section: string, field: string): Promise<{ name: string; value: string }[]> {
    const { layouts } = await this.request('GET', '/settings/layouts', {}, { module });
    const choices = layouts[0].sections
      .find((each: { api_name: string }) => each.api_name === `${section} Information`)
      ?.fields.find((each: { api_name: string }) => each.api_name === field)?.pick_list_values;
    return (choices ?? []).map((choice: { display_value: string; actual_value: string }) => ({
      name: choice.display_value,
      value: choice.actual_value,
    }));
  }
}

/** Line items as the node sends them: what its form has, and the product by its id. */
export function productDetails(items: readonly Plain[], operation?: 'upsert'): Plain[] {
  return items.map(({ id, ...others }) => {
    const { product: _, ...rest } = others;
    const line = { product: { id }, quantity: others.quantity || 1 };
    return operation === 'upsert' ? { ...line, ...others } : { ...line, id, ...rest };
  });
}
