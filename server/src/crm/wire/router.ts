import { type Operation, partsOfPath } from '../kernel/operation.ts';
import { findVersion, type Version } from '../kernel/versions.ts';

interface Node {
  readonly literals: Map<string, Node>;
  /** What paths of one module alone go on with, by its name in lower case: beside what all modules have. */
  readonly modules: Map<string, Node>;
  placeholder: Node | undefined;
  /** The placeholder stands for a name. */
  takesName: boolean;
  /** By method; none for the beginning of longer paths. */
  readonly operations: Map<string, Operation>;
}

export type Match =
  | { readonly operation: Operation; readonly version: Version; readonly path: readonly string[] }
  | { readonly problem: 'unknownPath' | 'unreadablePath' }
  /** `methods`: those that the path has. */
  | { readonly problem: 'unknownMethod'; readonly methods: readonly string[] };

const unknownPath = { problem: 'unknownPath' } as const;
const unreadablePath = { problem: 'unreadablePath' } as const;

/** Names of modules and lists; none begins like the API's own words (`__features`), so that those stay unknown. */
const names: ReadonlySet<string> = new Set(['{module}', '{list}']);

const newNode = (): Node => ({
  literals: new Map(),
  modules: new Map(),
  placeholder: undefined,
  takesName: false,
  operations: new Map(),
});

/**
 * Finds the operation of a path. A literal part is matched before a placeholder and without a way back, so that
 * `settings/anything` is never taken for the record `anything` of a module "settings". Paths of one module alone
 * (`Contacts/roles`) are known by what follows its name, those of what is no module (`Entity_Scores__s`) by that alone.
 */
export class Router {
  readonly #root = newNode();
  /** By service. */
  readonly #roots = new Map([['', this.#root]]);
  readonly #unbuilt: UnbuiltPaths;

  /** `unbuilt` begin paths that are unknown, whatever could be taken for them. */
  constructor(operations: readonly Operation[], unbuilt: readonly string[]) {
    for (const operation of operations) this.#node(operation.path).operations.set(operation.method, operation);
    this.#unbuilt = new UnbuiltPaths(unbuilt);
  }

  #node(path: string): Node {
    const { service, rest } = partsOfPath(path);
    let node = this.#roots.get(service) ?? newNode();
    this.#roots.set(service, node);
    for (const part of rest.split('/')) {
      if (part.startsWith('{')) {
        node.takesName ||= names.has(part);
        node.placeholder ??= newNode();
        node = node.placeholder;
      } else {
        // At the beginning of a path the API's own words have small letters or `_` first, the names of modules do not.
        const isModule = node === this.#root && /^[A-Z]/.test(part);
        const [nodes, key] = isModule ? [node.modules, part.toLowerCase()] : [node.literals, part];
        const next = nodes.get(key) ?? newNode();
        nodes.set(key, next);
        node = next;
      }
    }
    return node;
  }

  /** `path` is the URL's path, still percent-encoded. */
  find(method: string, path: string): Match {
    const parts = path.split('/');
    if (parts.length < 4 || parts[0] !== '' || parts[1] !== 'crm') return unknownPath;
    const root = parts[2] === '' ? undefined : this.#roots.get(parts[2] as string);
    const version = findVersion(parts[root ? 3 : 2] as string);
    if (!version) return unknownPath;
    let node = root ?? this.#root;
    const values: string[] = [];
    const decoded: string[] = [];
    for (let index = root ? 4 : 3; index < parts.length; index++) {
      const part = decode(parts[index] as string);
      if (part === undefined) return unreadablePath;
      if (part === '') return unknownPath;
      decoded.push(part);
      const literal = node.literals.get(part);
      const own = node.modules.get(part.toLowerCase());
      if (literal) node = literal;
      else if (own && (own.operations.size > 0 || own.literals.has(parts[index + 1] ?? ''))) node = own;
      else if (node.placeholder && !(node.takesName && part.startsWith('__'))) {
        node = node.placeholder;
        values.push(part);
      } else return unknownPath;
    }
    if (node.operations.size === 0 || (!root && this.#unbuilt.has(decoded))) return unknownPath;
    const operation = node.operations.get(method);
    if (operation) return { operation, version, path: values };
    return { problem: 'unknownMethod', methods: [...node.operations.keys()] };
  }
}

/** Finds whether a path begins with one of these; names of modules are written in any letter case. */
class UnbuiltPaths {
  /** By their first part in lower case: all that follows it. */
  readonly #byFirst = new Map<string, (readonly string[])[]>();

  constructor(paths: readonly string[]) {
    for (const path of paths) {
      const [first = '', ...rest] = path.split('/');
      const known = this.#byFirst.get(first.toLowerCase()) ?? [];
      this.#byFirst.set(first.toLowerCase(), [...known, rest]);
    }
  }

  has(parts: readonly string[]): boolean {
    const paths = this.#byFirst.get((parts[0] as string).toLowerCase());
    return (
      paths?.some((path) =>
        path.every((part, at) => (part.startsWith('{') ? parts.length > at + 1 : part === parts[at + 1])),
      ) ?? false
    );
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
