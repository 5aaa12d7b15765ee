import type { CrmAnswer, CrmCall } from './call.ts';
import type { Description } from './description.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One operation of the API: the line of the operations table. */
export interface Operation {
  readonly method: Method;
  /** After `/crm/{version}/`, or with `/bulk/` first after `/crm/bulk/{version}/`; placeholders stand in braces. */
  readonly path: string;
  /** Scopes that the call needs, all of them; each entry lists alternatives. `path` holds the placeholders' values. */
  readonly scopes: (path: readonly string[]) => readonly (readonly string[])[];
  /** The version that the operation came with; without it: the first. */
  readonly since?: number;
  /** The operation reads multipart bodies as they arrive. */
  readonly takesFiles?: boolean;
  readonly handle: (call: CrmCall) => Promise<CrmAnswer>;
  /** What clients are told of it. */
  readonly about: Description;
}
