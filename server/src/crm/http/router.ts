import type { CrmAnswer, CrmCall } from '../context.ts';
import type { Description } from '../openapi/description.ts';
import { findVersion, type Version } from './versions.ts';

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

interface Node {
  readonly literals: Map<string, Node>;
  placeholder: Node | undefined;
  /** By method; none for the beginning of longer paths, and for paths of the platform that are not built. */
  readonly operations: Map<string, Operation>;
}

export type Match =
  | { readonly operation: Operation; readonly version: Version; readonly path: readonly string[] }
  | { readonly problem: 'unknownPath' | 'unknownMethod' };

const bulkPrefix = '/bulk/';

const unknownPath = { problem: 'unknownPath' } as const;
const unknownMethod = { problem: 'unknownMethod' } as const;

const newNode = (): Node => ({ literals: new Map(), placeholder: undefined, operations: new Map() });

/**
 * Finds the operation of a path. A literal part is matched before a placeholder and without a way back, so that
 * `settings/anything` is never taken for the record `anything` of a module "settings".
 */
export class Router {
  readonly #root = newNode();
  readonly #bulkRoot = newNode();

  constructor(operations: readonly Operation[], unbuilt: readonly string[]) {
    for (const operation of operations) this.#node(operation.path).operations.set(operation.method, operation);
    for (const path of unbuilt) this.#node(path);
  }

  #node(path: string): Node {
    const bulk = path.startsWith(bulkPrefix);
    let node = bulk ? this.#bulkRoot : this.#root;
    for (const part of (bulk ? path.slice(bulkPrefix.length) : path).split('/')) {
      if (part.startsWith('{')) {
        node.placeholder ??= newNode();
        node = node.placeholder;
      } else {
        const next = node.literals.get(part) ?? newNode();
        node.literals.set(part, next);
        node = next;
      }
    }
    return node;
  }

  /** `path` is the URL's path, still percent-encoded. */
  find(method: string, path: string): Match {
    const parts = path.split('/');
    if (parts.length < 4 || parts[0] !== '' || parts[1] !== 'crm') return unknownPath;
    const bulk = parts[2] === 'bulk';
    const version = findVersion(parts[bulk ? 3 : 2] as string);
    if (!version) return unknownPath;
    let node = bulk ? this.#bulkRoot : this.#root;
    const values: string[] = [];
    for (let index = bulk ? 4 : 3; index < parts.length; index++) {
      const part = decode(parts[index] as string);
      if (part === undefined || part === '') return unknownPath;
      const literal = node.literals.get(part);
      if (literal) node = literal;
      else if (node.placeholder) {
        node = node.placeholder;
        values.push(part);
      } else return unknownPath;
    }
    if (node.operations.size === 0) return unknownPath;
    const operation = node.operations.get(method);
    return operation ? { operation, version, path: values } : unknownMethod;
  }
}

function decode(part: string): string | undefined {
  if (!part.includes('%')) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
