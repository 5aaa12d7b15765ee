import { existsSync } from 'node:fs';
import type { ClientConfig } from 'pg';
import { portOffsets } from '../config/data-centers.ts';
import type { ListeningPlace } from '../config/listening-places.ts';
import type { Settings } from '../config/settings.ts';
import type { ClientType } from '../oauth/client.ts';

/**
 * The registry of the sample apps: the one place that knows which there are. The demo's clients, the addresses that
 * `start` and `demo` tell, the ready line and the console's Start page are all made of it.
 */
export interface SampleApp {
  /** Its folder in `examples`. */
  readonly name: string;
  /** The type of its client; there is one sample app for each type. */
  readonly type: ClientType;
  readonly title: string;
  /** Distance of its port from the base port. */
  readonly portOffset: number;
  /** Paths below its own addresses that users are sent back to. */
  readonly redirectPaths: readonly string[];
  /** Redirect URIs that are not below its own addresses. */
  readonly otherRedirectUris?: readonly string[];
}

/** The names by which a browser on the same machine reaches a sample app. The first one is told. */
const hosts = ['localhost', '127.0.0.1'] as const;

const first = portOffsets.sampleApps;

export const sampleApps: readonly SampleApp[] = [
  {
    name: 'browser-leads',
    type: 'browser',
    title: 'Lead desk',
    portOffset: first,
    redirectPaths: ['/app/redirect.html'],
  },
  {
    name: 'server-portal',
    type: 'server',
    title: 'Reporting portal',
    portOffset: first + 1,
    redirectPaths: ['/callback'],
  },
  {
    name: 'mobile',
    type: 'mobile',
    title: 'Phone app',
    portOffset: first + 2,
    redirectPaths: ['/callback'],
    otherRedirectUris: ['example.demo.grantway:/callback'],
  },
  { name: 'tv', type: 'device', title: 'TV app', portOffset: first + 3, redirectPaths: [] },
];

/** The sample app of this type of client, if there is one. */
export function sampleAppOf(type: ClientType): SampleApp | undefined {
  return sampleApps.find((sample) => sample.type === type);
}

/** Where a sample app listens. */
export function placeOfSample(
  { basePort, listenHost: host }: Pick<Settings, 'basePort' | 'listenHost'>,
  { name, portOffset }: SampleApp,
): ListeningPlace {
  return { port: basePort + portOffset, host, label: `the sample app "${name}"` };
}

/** The origins of a sample app, the one to tell first. */
export function originsOf({ portOffset }: SampleApp, basePort: number): string[] {
  return hosts.map((host) => `http://${host}:${basePort + portOffset}`);
}

/** The redirect URIs that its client needs. */
export function redirectUrisOf(sample: SampleApp, basePort: number): string[] {
  const origins = originsOf(sample, basePort);
  const own = sample.redirectPaths.flatMap((path) => origins.map((origin) => `${origin}${path}`));
  return [...own, ...(sample.otherRedirectUris ?? [])];
}

/** A client's values for a sample app, as they are now. */
export interface SampleClient {
  readonly clientId: string;
  /** The data centre where it is registered. */
  readonly dataCenter: string;
  /** By data centre; those that cannot be told are missing. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** A data centre as sample apps are told of it. */
export interface SampleDataCenter {
  readonly realm: string;
  readonly accounts: string;
  readonly api: string;
  readonly sandboxApi: string;
  readonly developerApi: string;
  readonly content: string;
}

/** What the platform gives a sample app that it runs. */
export interface SampleOptions {
  readonly host: string;
  readonly port: number;
  /** Where browsers reach it, the one to tell first. */
  readonly origins: readonly string[];
  /** The demo's client; undefined once it was deleted. */
  readonly client: () => Promise<SampleClient | undefined>;
  readonly dataCenters: Readonly<Record<string, SampleDataCenter>>;
  /** Connection to a PostgreSQL database of its own. */
  readonly database: () => Promise<ClientConfig>;
  /** Makes a secret of 32 bytes that is this sample app's own and the same at every start. */
  readonly key: (purpose: string) => Buffer;
  /** Milliseconds since 1970, by the platform's clock. */
  readonly now: () => number;
  /** Takes a failure that no user can mend. */
  readonly onError: (error: Error, what: string) => void;
}

export interface RunningSample {
  /** Ends its listener and everything else that it began. */
  close(): Promise<void>;
}

/**
 * What `examples/<name>/src/sample.ts` exports. The promise is kept once its listener accepts; it is broken with the error
 * of the listener (`EADDRINUSE`) when the port cannot be had.
 */
export interface SampleModule {
  startSample(options: SampleOptions): Promise<RunningSample>;
}

/** The module of a sample app: TypeScript in a checkout, JavaScript in the published package. Undefined: there is none. */
export function sampleModuleOf(name: string): string | undefined {
  const file = import.meta.url.endsWith('.ts') ? 'src/sample.ts' : 'dist/sample.js';
  const url = new URL(`../../../examples/${name}/${file}`, import.meta.url);
  return existsSync(url) ? url.href : undefined;
}
