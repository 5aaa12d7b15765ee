import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Service } from '../config/data-centers.ts';
import type { Database } from '../database/database.ts';

/** Metrics of one process as prom-client writes them, to be added up with those of others. */
export type MetricsDocument = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

export interface CacheUse {
  readonly hits: number;
  readonly misses: number;
}

/** Reads of a data centre that has a replica, by who answered them and why. */
export interface ReplicaUse {
  readonly reads: Readonly<Record<string, number>>;
  readonly lagSeconds: number;
}

/** Requests of a listener: worked on now, the most at once so far, and refused. */
export interface GateUse {
  readonly underWay: number;
  readonly peak: number;
  readonly refused: number;
}

export interface JobCount {
  readonly operation: string;
  readonly state: string;
  readonly count: number;
}

/** Upper bounds in seconds: from a token known to the memory to a statement at its limit. */
const durationBuckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/** Memory, processor time, delay of the event loop …: of the process, however many platforms it runs. */
let ofProcess: Registry | undefined;

function processRegistry(): Registry {
  if (!ofProcess) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

/**
 * What a platform measures about itself, in the Prometheus text format 0.0.4. Labels have few values each: a route or an
 * operation, never an address, an id or anything else that came with a request.
 */
export class Metrics {
  readonly #process = processRegistry();
  readonly #registry = new Registry();
  readonly #answers = new Histogram({
    name: 'grantway_http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer.',
    labelNames: ['data_center', 'service', 'route', 'status'],
    buckets: durationBuckets,
    registers: [this.#registry],
  });

  readonly #gates: { readonly labels: Record<'data_center' | 'service', string>; readonly gate: GateUse }[] = [];

  constructor() {
    this.#watchGates();
  }

  /** Measures the answers of a listener. `routeOf`: what it calls a request's route where that is not Fastify's. */
  watchListener(
    app: FastifyInstance,
    dataCenter: string,
    service: Service,
    routeOf: (request: FastifyRequest) => string | undefined = (request) => request.routeOptions.url,
  ): void {
    // The labels of one route and status, kept, so that an answer costs one look-up.
    const known = new Map<string, Histogram.Internal<string>>();
    app.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done) => {
      const route = routeOf(request) ?? 'none';
      const key = `${reply.statusCode} ${route}`;
      let answers = known.get(key);
      if (!answers) {
        const status = String(reply.statusCode);
        answers = this.#answers.labels({ data_center: dataCenter, service, route, status });
        known.set(key, answers);
      }
      answers.observe(reply.elapsedTime / 1000);
      done();
    });
  }

  /** How many requests of a listener are worked on, and how many were refused because there were too many. */
  watchGate(dataCenter: string, service: Service, gate: GateUse): void {
    this.#gates.push({ labels: { data_center: dataCenter, service }, gate });
  }

  #watchGates(): void {
    const registers = [this.#registry];
    const labelNames = ['data_center', 'service'];
    const gates = this.#gates;
    new Gauge({
      ...{ name: 'grantway_http_requests_under_way', help: 'Requests that are worked on.', labelNames, registers },
      collect() {
        for (const { labels, gate } of gates) this.set(labels, gate.underWay);
      },
    });
    new Gauge({
      ...{ name: 'grantway_http_requests_peak', labelNames, registers, aggregator: 'max' },
      help: 'The most requests that a process worked on at the same time since it began.',
      collect() {
        for (const { labels, gate } of gates) this.set(labels, gate.peak);
      },
    });
    new Counter({
      ...{ name: 'grantway_http_requests_refused_total', labelNames, registers },
      help: 'Requests that were answered 503 because as many as may be (limits.requestsAtOnce) were worked on.',
      collect() {
        this.reset();
        for (const { labels, gate } of gates) this.inc(labels, gate.refused);
      },
    });
  }

  /** Connections and statements of pools. `pool`: what they serve, `requests` or `background`. */
  watchDatabases(databases: readonly { readonly pool: string; readonly database: Database }[]): void {
    const registers = [this.#registry];
    new Gauge({
      name: 'grantway_database_connections',
      help: 'Connections of a pool, and requests that wait for one.',
      labelNames: ['database', 'pool', 'state'],
      registers,
      collect() {
        for (const { pool, database } of databases) {
          const labels = { database: database.label, pool };
          for (const [state, count] of Object.entries(database.connections)) this.set({ ...labels, state }, count);
        }
      },
    });
    new Counter({
      name: 'grantway_database_statements_total',
      help: 'Statements sent.',
      labelNames: ['database', 'pool'],
      registers,
      collect() {
        this.reset();
        for (const { pool, database } of databases) this.inc({ database: database.label, pool }, database.roundTrips);
      },
    });
  }

  /** How often a cache of the access tokens of a data centre was asked, and knew. */
  watchTokenCaches(dataCenters: ReadonlyMap<string, { readonly tokenCacheUse: () => CacheUse }>): void {
    new Counter({
      name: 'grantway_token_cache_lookups_total',
      help: 'Look-ups of access tokens by resource servers; result "hit": known in memory.',
      labelNames: ['data_center', 'result'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [id, { tokenCacheUse }] of dataCenters) {
          const { hits, misses } = tokenCacheUse();
          this.inc({ data_center: id, result: 'hit' }, hits);
          this.inc({ data_center: id, result: 'miss' }, misses);
        }
      },
    });
  }

  /** How often lists were read from the replica of a data centre, and why not; data centres without one are left out. */
  watchReplicas(dataCenters: ReadonlyMap<string, { readonly replicaUse: (() => ReplicaUse) | undefined }>): void {
    const uses = () =>
      [...dataCenters].flatMap(([id, { replicaUse }]) => (replicaUse ? [[id, replicaUse()] as const] : []));
    new Counter({
      name: 'grantway_replica_reads_total',
      help: 'Reads of lists; answered by "replica", or by the primary because of what else it says.',
      labelNames: ['data_center', 'result'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [id, { reads }] of uses()) {
          for (const [result, count] of Object.entries(reads)) this.inc({ data_center: id, result }, count);
        }
      },
    });
    new Gauge({
      name: 'grantway_replica_lag_seconds',
      help: 'Seconds of the primary that the replica does not show yet.',
      labelNames: ['data_center'],
      aggregator: 'max',
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [id, { lagSeconds }] of uses()) this.set({ data_center: id }, lagSeconds);
      },
    });
  }

  /** Jobs that wait or run, counted in the database when they are asked for; a database that is away tells none. */
  watchJobs(dataCenters: ReadonlyMap<string, { readonly countJobs: () => Promise<readonly JobCount[]> }>): void {
    new Gauge({
      name: 'grantway_jobs',
      help: 'Background jobs of the CRM that have something left to do.',
      labelNames: ['data_center', 'operation', 'state'],
      registers: [this.#registry],
      async collect() {
        this.reset();
        const tell = async (id: string, countJobs: () => Promise<readonly JobCount[]>) => {
          for (const { operation, state, count } of await countJobs()) {
            this.set({ data_center: id, operation, state }, count);
          }
        };
        await Promise.allSettled([...dataCenters].map(([id, { countJobs }]) => tell(id, countJobs)));
      },
    });
  }

  /** Those of the process included. */
  async document(): Promise<MetricsDocument> {
    const parts = await Promise.all([this.#process, this.#registry].map((each) => each.getMetricsAsJSON()));
    return parts.flat();
  }
}

export const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

/** The metrics of the processes of one platform, added up, as Prometheus reads them. */
export function writeMetrics(documents: readonly MetricsDocument[]): Promise<string> {
  return AggregatorRegistry.aggregate([...documents]).metrics();
}
