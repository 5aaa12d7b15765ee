/** What a sample app is given: by the platform that runs it with its demo, or by `alone.ts` from the environment. */

import { DataCenters, type NamedOrigins } from '@grantway/node';
import type { ClientConfig } from 'pg';

export interface SampleClient {
  readonly clientId: string;
  /** The data centre where the client is registered. */
  readonly dataCenter: string;
  /** By data centre. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Data centres of one realm know of each other; a sign-in finds its way within a realm, never into another. */
export type SampleDataCenters = Readonly<Record<string, NamedOrigins & { readonly realm: string }>>;

export interface SampleOptions {
  readonly host: string;
  readonly port: number;
  /** Where browsers reach the app, the one to tell first. */
  readonly origins: readonly string[];
  /** The client as it is now: secrets can be rotated while the app runs. Undefined once it was deleted. */
  readonly client: () => Promise<SampleClient | undefined>;
  readonly dataCenters: SampleDataCenters;
  /** Connection to a PostgreSQL database of the app's own. */
  readonly database: () => Promise<ClientConfig>;
  /** A secret of 32 bytes for each purpose, the same at every start. */
  readonly key: (purpose: string) => Buffer;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Takes failures that no user can mend. */
  readonly onError: (error: Error, what: string) => void;
}

export interface RunningSample {
  close(): Promise<void>;
}

/** The allow-list: no secret goes to an accounts server that is not in it. */
export function allowListOf(dataCenters: SampleDataCenters): DataCenters {
  return DataCenters.of(dataCenters);
}

/** What people call the place of a realm: the name, if it has one, else the id of the data centre where it begins. */
export function placeNameOf(dataCenter: string): string {
  return placeNames[dataCenter] ?? dataCenter.toUpperCase();
}

const placeNames: Readonly<Record<string, string>> = { cn: 'China' };

/**
 * Where sign-ins begin: for the client's own realm at the client's data centre, for each other realm at its first one.
 * Users of China, say, begin there.
 */
export function startsOf(
  dataCenters: SampleDataCenters,
  home: string,
): { readonly own: string; readonly others: string[] } {
  const ownRealm = dataCenters[home]?.realm;
  const byRealm = new Map<string, string>();
  for (const [id, { realm }] of Object.entries(dataCenters)) {
    if (realm !== ownRealm && !byRealm.has(realm)) byRealm.set(realm, id);
  }
  return { own: home, others: [...byRealm.values()] };
}
