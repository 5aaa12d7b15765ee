import {
  describeScope,
  moduleSubjects,
  type Operation,
  openIdScopes,
  type ScopeGroup,
  scopeCatalogue,
  standardScopes,
} from './scope-catalogue.ts';

/** One scope that a client asked for, as asked and as understood. */
export interface Scope {
  /** The spelling of the request, which answers echo. */
  readonly requested: string;
  /** `group` and `operation` in lower and upper case; OpenID scopes have no operation. */
  readonly group: string;
  readonly operation: Operation | null;
  /** The sentence of the consent page. */
  readonly sentence: string;
  readonly organizationBound: boolean;
}

const operations: ReadonlySet<string> = new Set(['ALL', 'READ', 'CREATE', 'UPDATE', 'DELETE', 'WRITE', 'CUSTOM']);

/** Most scopes of one request, and the longest one. */
export const scopeLimits = { count: 200, length: 100 } as const;

/**
 * Splits a scope parameter at commas and blanks, trims, drops empty parts and repetitions (compared without case,
 * the first one stays).
 */
export function splitScopes(parameter: string): string[] {
  const seen = new Map<string, string>();
  for (const part of parameter.split(/[\s,]+/)) {
    const folded = part.toLowerCase();
    if (part && !seen.has(folded)) seen.set(folded, part);
  }
  return [...seen.values()];
}

/** The outcome of reading a scope parameter: all or nothing, unknown scopes are never dropped in silence. */
export type ParsedScopes = { readonly scopes: readonly Scope[] } | { readonly unknown: string };

/** The scopes that exist on one platform: the catalogue's, and those of the services that its operator declares. */
export class ScopeCatalogue {
  readonly groups: readonly ScopeGroup[];
  readonly #byName: ReadonlyMap<string, ScopeGroup>;

  constructor(declared: readonly ScopeGroup[] = []) {
    this.groups = [...scopeCatalogue, ...declared];
    this.#byName = new Map(this.groups.map((group) => [group.name.toLowerCase(), group]));
  }

  /** Understands one scope, or undefined when there is no such scope. Case does not matter. */
  parse(requested: string): Scope | undefined {
    const folded = requested.toLowerCase();
    const openId = Object.hasOwn(openIdScopes, folded)
      ? openIdScopes[folded]
      : Object.hasOwn(standardScopes, folded)
        ? standardScopes[folded]
        : undefined;
    if (openId !== undefined) {
      return { requested, group: folded, operation: null, sentence: openId, organizationBound: false };
    }
    const dot = folded.lastIndexOf('.');
    const last = folded.slice(dot + 1).toUpperCase();
    // A group without an operation means ALL.
    const [name, operation] = operations.has(last)
      ? [folded.slice(0, dot), last as Operation]
      : [folded, 'ALL' as const];
    const group = this.#byName.get(name) ?? this.#byName.get(folded) ?? this.#ofModule(name);
    if (!group) return undefined;
    if (operations.has(last) && !group.operations.includes(operation)) return undefined;
    return {
      requested,
      group: group.name.toLowerCase(),
      operation,
      sentence: describeScope(group, operation),
      organizationBound: group.organizationBound,
    };
  }

  /** Tokens of modules are written with and without underscores: `price_books` is `pricebooks` (crm-api 4). */
  #ofModule(name: string): ScopeGroup | undefined {
    const dot = name.lastIndexOf('.') + 1;
    const token = name.slice(dot).replaceAll('_', '');
    return Object.hasOwn(moduleSubjects, token) ? this.#byName.get(name.slice(0, dot) + token) : undefined;
  }

  /** Reads a scope parameter (reference §10.2). */
  parseList(parameter: string): ParsedScopes {
    const parts = splitScopes(parameter);
    const foreign = parts.find((part) => Object.hasOwn(standardScopes, part.toLowerCase()));
    return foreign === undefined ? this.#parseParts(parts) : { unknown: foreign };
  }

  /** Reads a scope parameter of the standard dialect: separated by blanks (RFC 6749 §3.3), `offline_access` included. */
  parseStandardList(parameter: string): ParsedScopes {
    const comma = parameter.split(' ').find((part) => part.includes(','));
    if (comma !== undefined) return { unknown: comma.slice(0, scopeLimits.length) };
    return this.#parseParts(splitScopes(parameter));
  }

  #parseParts(parts: readonly string[]): ParsedScopes {
    if (parts.length === 0) return { unknown: '' };
    if (parts.length > scopeLimits.count) return { unknown: `more than ${scopeLimits.count} scopes` };
    const scopes: Scope[] = [];
    for (const part of parts) {
      const scope = part.length <= scopeLimits.length ? this.parse(part) : undefined;
      if (!scope) return { unknown: part.slice(0, scopeLimits.length) };
      scopes.push(scope);
    }
    return { scopes };
  }

  /** From stored spellings; ones that no longer exist grant nothing. */
  setOf(requested: readonly string[]): ScopeSet {
    return new ScopeSet(requested.map((scope) => this.parse(scope)).filter((scope) => scope !== undefined));
  }
}

/** The scopes of a grant, ready to be asked whether they cover what a call needs. */
export class ScopeSet {
  readonly scopes: readonly Scope[];
  readonly #covers = new Map<string, boolean>();

  constructor(scopes: readonly Scope[]) {
    this.scopes = scopes;
  }

  /**
   * Whether these scopes cover `needed` (`ZohoCRM.modules.leads.READ`): the same group or a parent of it, with the
   * operation itself, ALL, or WRITE for CREATE and UPDATE (never for DELETE).
   */
  covers(needed: string): boolean {
    const known = this.#covers.get(needed);
    if (known !== undefined) return known;
    const dot = needed.lastIndexOf('.');
    const group = needed.slice(0, dot).toLowerCase();
    const operation = needed.slice(dot + 1).toUpperCase();
    const covered = this.scopes.some((scope) => {
      if (scope.operation === null) return scope.group === needed.toLowerCase();
      if (group !== scope.group && !isChild(group, scope.group)) return false;
      if (scope.operation === 'ALL' || scope.operation === operation) return true;
      return scope.operation === 'WRITE' && (operation === 'CREATE' || operation === 'UPDATE');
    });
    this.#covers.set(needed, covered);
    return covered;
  }

  /** Whether every one of `wanted` is covered by these scopes. */
  includesAll(wanted: readonly Scope[]): boolean {
    return wanted.every((scope) =>
      this.covers(scope.operation === null ? scope.group : `${scope.group}.${scope.operation}`),
    );
  }

  has(openIdScope: string): boolean {
    return this.scopes.some((scope) => scope.operation === null && scope.group === openIdScope);
  }

  get organizationBound(): boolean {
    return this.scopes.some((scope) => scope.organizationBound);
  }

  /** As answers send it: the spellings of the request, separated by blanks. */
  toString(): string {
    return this.scopes.map((scope) => scope.requested).join(' ');
  }
}

/**
 * Group scopes contain their children (`ZohoCRM.modules` contains `ZohoCRM.modules.leads`), except that nothing but
 * `modules`, `settings` and the other families themselves is a parent: `ZohoCRM.bulk` does not contain `bulk.backup`
 * of another service.
 */
function isChild(group: string, parent: string): boolean {
  return group.startsWith(`${parent}.`);
}

/** The catalogue without services of an operator's own. */
export const platformScopes = new ScopeCatalogue();
