import type { Worker } from 'node:cluster';
import type { Settings } from '../config/settings.ts';
import type { DatabaseUrls } from '../databases.ts';
import type { MetricsDocument } from '../metrics/metrics.ts';

/** What a worker needs to serve; it goes over the channel between the two processes and is in no environment or file. */
export interface WorkerOrder {
  readonly settings: Settings;
  readonly databaseUrls: DatabaseUrls;
  readonly dataPath: string;
  /** Hexadecimal. */
  readonly secretKey: string;
  readonly adminToken: string;
}

export type ToWorker =
  | { readonly kind: 'serve'; readonly order: WorkerOrder }
  | { readonly kind: 'metrics'; readonly request: number }
  | { readonly kind: 'end' };

export type FromWorker =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'ready' }
  /** `message`: one line for the operator. */
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'metrics'; readonly request: number; readonly document: MetricsDocument };

/** A worker that has just ended hears nothing; its end is told by its event. */
export function send(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, undefined, () => {});
}
