import type { FastifyInstance } from 'fastify';
import type { AccountsContext } from '../accounts/context.ts';
import type { AdminContext } from '../admin/context.ts';
import type { Environment } from '../config/data-centers.ts';
import type { Lab } from '../lab/lab.ts';
import type { StartSteps } from './wire.ts';
import type { Demo } from './wire-administration.ts';
import type { GuidedService } from './wire-diagnosis.ts';

/** Everything that the console of one data centre works with. */
export interface ConsoleContext
  extends Pick<
    AccountsContext,
    | 'dataCenter'
    | 'topology'
    | 'settings'
    | 'scopes'
    | 'database'
    | 'notices'
    | 'clients'
    | 'organizations'
    | 'attempts'
    | 'keys'
    | 'passwordRules'
    | 'pages'
    | 'clock'
    | 'random'
    | 'slots'
    | 'log'
    | 'events'
    | 'intercept'
  > {
  /** The sample apps that run, in the order of their ports. */
  readonly sampleApps: () => StartSteps['sampleApps'];
  /** The demo as it is now; undefined where there is none. */
  readonly describeDemo: () => Promise<Demo | undefined>;
  /** The client of the sample app that the platform serves; undefined where there is no demo. */
  readonly sampleClientId: () => Promise<string | undefined>;
  /** Aborted when the process begins to end. */
  readonly draining: AbortSignal;
  /** When this process began to serve. */
  readonly startedAtMs: number;
  /** Seals what a sign-in keeps in the browser, and makes the tokens against cross-site request forgery. */
  readonly key: Buffer;
  /** With which the console, a client of its own platform, redeems the codes of sign-ins. */
  readonly clientSecret: string;
  /** What the administration works with; clients are registered and changed by its functions. */
  readonly admin: AdminContext;
  /** The listener of any data centre that this process runs, for requests that users write themselves. */
  readonly listener: (dataCenterId: string, service: GuidedService) => Pick<FastifyInstance, 'inject'> | undefined;
  /** The listeners that the console calls in this process, as any client would over HTTP. */
  readonly accounts: Pick<FastifyInstance, 'inject'>;
  /** Undefined on a platform that runs without it. */
  readonly lab: () => Pick<Lab, 'clock' | 'replay'> | undefined;
  readonly apis: Readonly<Record<Environment, Pick<FastifyInstance, 'inject'>>>;
}
