import type { Kind } from '../foundation/kinds.ts';

/**
 * The registry of data centres: the one place that knows which exist, in which realm they are and where they listen.
 * `api_domain`, `accounts-server`, `/oauth/serverinfo` and discovery are all derived from it.
 */

/** The three data spaces of an organization, each with an API origin of its own. */
export const environments = ['production', 'sandbox', 'developer'] as const;
export type Environment = (typeof environments)[number];

/** The services of a data centre, in the order of their ports. */
export const services = ['accounts', 'api', 'sandboxApi', 'developerApi', 'console', 'content'] as const;
export type Service = (typeof services)[number];

/** An origin: scheme, host and port, without a trailing slash. */
export type Origin = Kind<string, 'origin'>;

export interface DataCenter {
  /** Short lower-case id; also the `location` on the wire. */
  readonly id: string;
  /** Data centres of one realm know of each other; a sign-in never hops out of its realm. */
  readonly realm: string;
  /** What the world calls each service. */
  readonly origins: Readonly<Record<Service, Origin>>;
  /** Where the process listens for each service; a reverse proxy may stand between the two. */
  readonly ports: Readonly<Record<Service, number>>;
}

/** Data centres known from the start, by number: number `i` takes the ten ports from `base + 10 * i`. */
export const knownDataCenters: readonly { id: string; realm: string }[] = [
  { id: 'us', realm: 'global' },
  { id: 'eu', realm: 'global' },
  { id: 'in', realm: 'global' },
  { id: 'au', realm: 'global' },
  { id: 'cn', realm: 'cn' },
  { id: 'jp', realm: 'global' },
  { id: 'ca', realm: 'global' },
  { id: 'sa', realm: 'global' },
  { id: 'uk', realm: 'global' },
];

export const defaultDataCenterIds: readonly string[] = ['us', 'eu', 'in', 'au', 'cn'];

/** The first port may be one of these: a hundred and more follow it. */
export const basePorts = { minimum: 1, maximum: 65_000 } as const;

/** Distance from the base port: the first of the sample apps, and the admin API. */
export const portOffsets = { sampleApps: 90, admin: 99 } as const;

/** The API service of each environment. */
export const apiServiceOf: Readonly<Record<Environment, Service>> = {
  production: 'api',
  sandbox: 'sandboxApi',
  developer: 'developerApi',
};

/** The data centre number `index` on a laptop: ports of `localhost`. */
export function localDataCenter(id: string, realm: string, index: number, basePort: number): DataCenter {
  const ports = {} as Record<Service, number>;
  const origins = {} as Record<Service, Origin>;
  services.forEach((service, offset) => {
    ports[service] = basePort + 10 * index + offset;
    origins[service] = `http://localhost:${ports[service]}`;
  });
  return { id, realm, origins, ports };
}

/** What a client calls each environment of a data centre (`api_domain` on the wire). */
export function apiOrigin(dataCenter: DataCenter, environment: Environment): Origin {
  return dataCenter.origins[apiServiceOf[environment]];
}

/** The data centres that this process knows, with the look-ups that everything else is derived from. */
export class Topology {
  readonly dataCenters: readonly DataCenter[];
  readonly #byId: ReadonlyMap<string, DataCenter>;

  constructor(dataCenters: readonly DataCenter[]) {
    this.dataCenters = dataCenters;
    this.#byId = new Map(dataCenters.map((dataCenter) => [dataCenter.id, dataCenter]));
  }

  find(id: string): DataCenter | undefined {
    return this.#byId.get(id);
  }

  /** The data centres that `dataCenter` knows of, itself included. */
  realmOf(dataCenter: DataCenter): readonly DataCenter[] {
    return this.dataCenters.filter((other) => other.realm === dataCenter.realm);
  }
}
