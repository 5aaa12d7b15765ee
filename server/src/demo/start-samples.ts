import type { ClientConfig } from 'pg';
import { changeClient } from '../admin/clients.ts';
import type { AdminContext } from '../admin/context.ts';
import { portFailure } from '../http/listen.ts';
import type { Client, ClientType } from '../oauth/client.ts';
import { startBrowserLeads } from './browser-leads.ts';
import {
  originsOf,
  placeOfSample,
  type RunningSample,
  redirectUrisOf,
  type SampleApp,
  type SampleDataCenter,
  type SampleModule,
  type SampleOptions,
  sampleApps,
  sampleModuleOf,
} from './sample-apps.ts';
import { readDemoFact } from './seed-demo.ts';

/** A sample app that accepts connections, as people are told of it. */
export interface ServedSample {
  readonly type: ClientType;
  readonly name: string;
  readonly title: string;
  readonly origin: string;
}

export interface SamplesContext {
  readonly admin: AdminContext;
  /** Connection to a database that is the named sample app's own. */
  readonly database: (name: string) => Promise<ClientConfig>;
  /** A secret of 32 bytes for each purpose. */
  readonly key: (purpose: string) => Buffer;
}

/** The sample apps of a platform with a demo, each on its own listener in this process. */
export class Samples {
  readonly #context: SamplesContext;
  readonly #running: { readonly served: ServedSample; readonly sample: RunningSample }[] = [];

  constructor(context: SamplesContext) {
    this.#context = context;
  }

  /** Those that run, in the order of their ports. */
  list(): readonly ServedSample[] {
    return this.#running.map(({ served }) => served);
  }

  /**
   * Starts the sample apps whose clients the demo has; all of them accept connections when the promise is kept.
   * @throws UsableFailure when a port cannot be had; `close` ends those that were started.
   */
  async start(types: readonly ClientType[] = sampleApps.map(({ type }) => type)): Promise<void> {
    const fact = await readDemoFact(this.#context.admin.directory);
    if (!fact) return;
    const wanted = sampleApps.filter(({ type }) => types.includes(type) && fact.clients[type] !== undefined);
    const results = await Promise.allSettled(wanted.map((app) => this.#startOne(app, fact.clients[app.type] ?? '')));
    this.#running.push(...results.flatMap((result) => (result.status === 'fulfilled' ? (result.value ?? []) : [])));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #startOne(app: SampleApp, clientId: string) {
    const { admin, database, key } = this.#context;
    const { settings, topology, clients, clock, log } = admin;
    const { basePort } = settings;
    const place = placeOfSample(settings, app);
    const module = await this.#load(app);
    if (!module) return undefined;
    await this.#registerAddresses(app, clientId);
    const origins = originsOf(app, basePort);
    const options: SampleOptions = {
      host: place.host,
      port: place.port,
      origins,
      client: async () => {
        const client = await clients.find(clientId);
        return (
          client && { clientId, dataCenter: client.dataCenter, secrets: await clients.secrets.tellNewest(clientId) }
        );
      },
      dataCenters: Object.fromEntries(
        topology.dataCenters.map(({ id, realm, origins: of }): [string, SampleDataCenter] => [id, { realm, ...of }]),
      ),
      database: () => database(app.name),
      key: (purpose) => key(`${app.name} ${purpose}`),
      now: () => clock.nowMs(),
      onError: (error, what) => log.error({ err: error, sample: app.name }, what),
    };
    try {
      const sample = await module.startSample(options);
      return { served: { type: app.type, name: app.name, title: app.title, origin: origins[0] ?? '' }, sample };
    } catch (error) {
      throw portFailure(error, place);
    }
  }

  /** A sample app that has not been built is missed and does no harm. */
  async #load({ name }: SampleApp): Promise<SampleModule | undefined> {
    const { admin } = this.#context;
    if (name === 'browser-leads') return { startSample: (options) => startBrowserLeads(options, admin) };
    const module = sampleModuleOf(name);
    try {
      return module === undefined ? undefined : await import(module);
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
      admin.log.warn({ err: error, sample: name }, 'a sample app is not built: "npm start" builds what it needs');
      return undefined;
    }
  }

  /** The demo may have been made with another base port, or by a version that had fewer sample apps. */
  async #registerAddresses(app: SampleApp, clientId: string): Promise<void> {
    const { admin } = this.#context;
    const client = await admin.clients.find(clientId);
    const change = client && missingAddresses(app, client, admin.settings.basePort);
    if (change) await changeClient(admin, clientId, change);
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.splice(0).map(({ sample }) => sample.close()));
  }
}

/** The lists of the client with what its sample app needs; undefined when they have it. */
function missingAddresses(app: SampleApp, client: Client, basePort: number) {
  const add = (there: readonly string[], needed: readonly string[]) => {
    const missing = needed.filter((each) => !there.includes(each));
    return missing.length === 0 ? undefined : [...there, ...missing];
  };
  const redirectUris = add(client.redirectUris, redirectUrisOf(app, basePort));
  const javascriptDomains =
    app.type === 'browser' ? add(client.javascriptDomains, originsOf(app, basePort)) : undefined;
  if (!redirectUris && !javascriptDomains) return undefined;
  return { ...(redirectUris && { redirectUris }), ...(javascriptDomains && { javascriptDomains }) };
}
