import type { CrmAnswer, CrmCall } from './call.ts';
import type { Cost } from './cost.ts';
import type { Description } from './description.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The service of a row's path, which stands before the version in addresses, and what follows the version. */
export function partsOfPath(path: string): { readonly service: string; readonly rest: string } {
  const [, service = '', rest = path] = /^\/(\w+)\/(.*)$/.exec(path) ?? [];
  return { service, rest };
}

/** The path of a row in addresses of a version. */
export function addressOf(path: string, version: string): string {
  const { service, rest } = partsOfPath(path);
  return service === '' ? `/crm/${version}/${rest}` : `/crm/${service}/${version}/${rest}`;
}

/** One operation of the API, as a whole: the row of the operations table. */
export interface Operation {
  readonly method: Method;
  /** After `/crm/{version}/`, or with a service first (`/bulk/read`: `/crm/bulk/{version}/read`); placeholders stand in braces. */
  readonly path: string;
  /** Scopes that the call needs, all of them; each entry lists alternatives. `path` holds the placeholders' values. */
  readonly scopes: (path: readonly string[]) => readonly (readonly string[])[];
  /** The one of them that a setting can drop (`compatibility.searchWithoutScope`). */
  readonly searchScope?: string;
  /** The permission that its user's profile must have, whatever the call is about. */
  readonly permission?: string;
  /** Its price. Default: one credit. */
  readonly cost?: Cost;
  /** The version that the operation came with; without it: the first. */
  readonly since?: number;
  /** The operation reads multipart bodies as they arrive. */
  readonly takesFiles?: boolean;
  /** Records may be named by external ids in its body or parameters; those in its path always may. */
  readonly externalIds?: true;
  /** A POST without `Idempotency-Key`: it creates nothing, or its work is not done when it answers. */
  readonly keyless?: true;
  /** It reads lists of records, found or counted: a read replica may answer. */
  readonly fromReplica?: true;
  /** It does not run inside a composite request. */
  readonly standsAlone?: true;
  readonly handle: (call: CrmCall) => Promise<CrmAnswer>;
  /** What clients are told of it. */
  readonly about: Description;
}
