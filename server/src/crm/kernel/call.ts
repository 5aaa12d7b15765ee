import type { Readable } from 'node:stream';
import type { Origin } from '../../config/data-centers.ts';
import type { Random } from '../../foundation/random.ts';
import type { TokenGrant } from '../../oauth/token-authority.ts';
import type { IgnoredKeys } from './record/ignored-keys.ts';
import type { CrmUser, Space } from './space/space.ts';
import type { CrmStore } from './store.ts';
import type { Version } from './versions.ts';

/** A call that may go ahead: who calls, on which data, with which parameters. */
export interface CrmCall {
  /** The API's own, for addresses in answers. */
  readonly origin: Origin;
  readonly store: CrmStore;
  readonly version: Version;
  readonly grant: TokenGrant;
  readonly space: Space;
  readonly user: CrmUser;
  readonly nowMs: number;
  /** Values of the placeholders in the operation's path, in their order. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The raw body; empty when there is none. */
  readonly body: Buffer;
  /** A multipart body that is still arriving, for operations that take files. */
  readonly upload: Readable | undefined;
  readonly random: Random;
  /** Collects the keys of records that the call's version does not know, for the call's event. */
  readonly ignoredKeys?: IgnoredKeys;
  /** Runs another call inside this one; there for calls over HTTP only. */
  readonly dispatch?: (sub: SubCall) => Promise<CrmAnswer | 'NOT_SUPPORTED' | 'REQUEST_TIMEOUT'>;
}

/** A call inside another one: the rest is that of the outer one. */
export interface SubCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: CrmCall['headers'];
  readonly body: Buffer;
  readonly store: CrmStore;
}

/** What a handler answers: JSON as a value or as text, a file, or no body at all. */
export interface CrmAnswer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  /** A download. */
  readonly file?: {
    readonly contentType: string;
    /** What whoever saves it is told to call it. */
    readonly name: string;
    readonly sizeBytes: number;
    readonly content: AsyncIterable<Buffer>;
  };
  /** Headers beside the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Why items failed, for the call's event. */
  readonly failures?: readonly { readonly code: string; readonly details: unknown }[];
}
