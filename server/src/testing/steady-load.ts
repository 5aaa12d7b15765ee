import { setTimeout as delay } from 'node:timers/promises';
import { until } from './platform-process.ts';

/** Whom the load calls, and with what. */
export interface LoadTarget {
  /** Origins of the accounts server and of the API. */
  readonly accounts: string;
  readonly api: string;
  readonly client: { readonly client_id: string; readonly client_secret: string };
  readonly tokens: { readonly access_token: string; readonly refresh_token: string };
}

const insertLoops = 4;
const renewLoops = 2;
/** What a proxy says of a process that is gone, and the platform of a database that is. */
const passing = new Set([502, 503]);
const pauseMs = 20;

/**
 * Inserts of leads and renewals of an access token without a pause, by clients that send again what was cut or refused
 * for the moment; and what was acknowledged of them.
 */
export class SteadyLoad {
  static readonly loops = insertLoops + renewLoops;
  readonly leadIds: string[] = [];
  readonly accessTokens: string[] = [];
  /** Answers that no client would expect. */
  readonly faults: string[] = [];
  readonly #target: LoadTarget;
  readonly #running: Promise<void>[];
  #sentAgain = 0;
  #ended = false;

  constructor(target: LoadTarget) {
    this.#target = target;
    const repeat = async (step: () => Promise<void>) => {
      while (!this.#ended) await step();
    };
    const inserts = Array.from({ length: insertLoops }, () => repeat(() => this.#insert()));
    this.#running = [...inserts, ...Array.from({ length: renewLoops }, () => repeat(() => this.#renew()))];
  }

  /** Requests that were sent again, because their connection was cut or their service was away. */
  get sentAgain(): number {
    return this.#sentAgain;
  }

  /** Sends until there is an answer that is more than "not now". */
  async persist(send: () => Promise<Response>): Promise<Response> {
    for (;;) {
      const answer = await send().catch(() => undefined);
      if (answer && !passing.has(answer.status)) return answer;
      await answer?.body?.cancel();
      this.#sentAgain++;
      await delay(pauseMs);
    }
  }

  /** A call of the API with the load's own token. */
  call(path: string, body?: object, { origin = this.#target.api, token = this.#target.tokens.access_token } = {}) {
    const headers = { authorization: `Zoho-oauthtoken ${token}`, 'content-type': 'application/json' };
    return fetch(`${origin}${path}`, body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers });
  }

  /** Waits until some more of both was acknowledged. */
  async goesOn(): Promise<void> {
    const [leads, tokens] = [this.leadIds.length + 20, this.accessTokens.length + 10];
    await until(() => this.leadIds.length >= leads && this.accessTokens.length >= tokens, 'the load goes on', 30);
  }

  async end(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#running);
  }

  /** What was acknowledged and is not there: ids of leads, and tokens (some of them) that are refused. */
  async lost(): Promise<string[]> {
    const lost = new Set(this.leadIds);
    for (let from = 0; from < this.leadIds.length; from += 100) {
      const ids = this.leadIds.slice(from, from + 100);
      const answer = await this.call(`/crm/v8/Leads?fields=Last_Name&per_page=100&ids=${ids}`);
      for (const { id } of ((await answer.json()) as { data: { id: string }[] }).data) lost.delete(id);
    }
    for (const token of this.accessTokens.filter((_, index) => index % 10 === 0)) {
      const { status } = await this.call('/crm/v8/Leads?fields=Last_Name&per_page=1', undefined, { token });
      if (status !== 200) lost.add(`token number ${this.accessTokens.indexOf(token)}: ${status}`);
    }
    return [...lost];
  }

  async #insert(): Promise<void> {
    const data = [{ Last_Name: `Lead ${this.leadIds.length}`, Company: 'Zylker' }];
    const answer = await this.persist(() => this.call('/crm/v8/Leads', { data }));
    const text = await answer.text();
    if (answer.status === 201) this.leadIds.push(JSON.parse(text).data[0].details.id);
    else this.faults.push(`${answer.status} ${text}`);
  }

  async #renew(): Promise<void> {
    const { accounts, client, tokens } = this.#target;
    const parameters = { ...client, grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
    const body = new URLSearchParams(parameters);
    const answer = await this.persist(() => fetch(`${accounts}/oauth/v2/token`, { method: 'POST', body }));
    const json = (await answer.json()) as Record<string, string>;
    if (json.access_token) this.accessTokens.push(json.access_token);
    else this.faults.push(JSON.stringify(json));
  }
}
