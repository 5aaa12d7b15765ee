import type { ScopeList } from '../../../../server/src/console/wire.ts';
import { moduleSubjects, type ScopeGroup } from '../../../../server/src/oauth/scope-catalogue.ts';
import { ScopeCatalogue, splitScopes } from '../../../../server/src/oauth/scopes.ts';

export type Operation = ScopeList['operations'][number];

/** Stands for a module's token in what a call needs. */
const placeholder = '{module}';

/** The platform's catalogue with the server's own rules; services that an operator declares are taken from its list. */
export function catalogueOf({ scopes }: Pick<ScopeList, 'scopes'>): ScopeCatalogue {
  const platform = new ScopeCatalogue();
  const declared = new Map<string, ScopeGroup>();
  for (const { name, organizationBound } of scopes) {
    if (platform.parse(name)) continue;
    const dot = name.lastIndexOf('.');
    const group = name.slice(0, dot);
    const operation = name.slice(dot + 1) as ScopeGroup['operations'][number];
    const operations = [...(declared.get(group)?.operations ?? []), operation];
    declared.set(group, { name: group, operations, subject: group, organizationBound });
  }
  return new ScopeCatalogue([...declared.values()]);
}

/** Whether what a call needs depends on the module in its path. */
export function isForModules({ scopes }: Operation): boolean {
  return scopes.some((alternatives) => alternatives.some((scope) => scope.includes(placeholder)));
}

/** What a call needs on one module, or on all of them (undefined): `ZohoCRM.modules.{module}.READ` is `ZohoCRM.modules.READ`. */
function neededOn({ scopes }: Operation, module: string | undefined): string[][] {
  const onModule = (scope: string) =>
    module === undefined ? scope.replace(`.${placeholder}`, '') : scope.replace(placeholder, module);
  return scopes.map((alternatives) => alternatives.map(onModule));
}

/**
 * The smallest list of scopes that opens all of `operations`, and nothing that none of them names. Of several
 * alternatives the one that serves most calls is taken; operations of one scope that together are ALL or WRITE are
 * written so.
 * @param modules tokens of the modules that the calls are made on; none means all modules
 */
export function smallestScopes(
  catalogue: ScopeCatalogue,
  operations: readonly Operation[],
  modules: readonly string[],
): string[] {
  let open = operations.flatMap((operation) =>
    isForModules(operation) && modules.length > 0
      ? modules.flatMap((module) => neededOn(operation, module))
      : neededOn(operation, undefined),
  );
  const chosen: string[] = [];
  while (open.length > 0) {
    const candidates = [...new Set(open.flat())];
    const serves = (candidate: string) => open.filter((entry) => isOpened(catalogue, [candidate], entry)).length;
    const counts = new Map(candidates.map((candidate) => [candidate, serves(candidate)]));
    // Of those that serve as many, the one that allows less: its name is the longer one.
    const [best] = candidates.sort(
      (one, other) => (counts.get(other) ?? 0) - (counts.get(one) ?? 0) || other.length - one.length,
    );
    if (best === undefined || counts.get(best) === 0) break;
    chosen.push(best);
    open = open.filter((entry) => !isOpened(catalogue, [best], entry));
  }
  return joined(catalogue, withoutCovered(catalogue, chosen)).sort();
}

function isOpened(catalogue: ScopeCatalogue, scopes: readonly string[], alternatives: readonly string[]): boolean {
  const held = catalogue.setOf(scopes);
  return alternatives.some((scope) => held.covers(scope));
}

function withoutCovered(catalogue: ScopeCatalogue, scopes: readonly string[]): string[] {
  return scopes.filter((scope) => !catalogue.setOf(scopes.filter((other) => other !== scope)).covers(scope));
}

/** All four operations of a scope are the same as ALL, creating and updating the same as WRITE where there is one. */
function joined(catalogue: ScopeCatalogue, scopes: readonly string[]): string[] {
  const byGroup = Map.groupBy(scopes, (scope) => scope.slice(0, scope.lastIndexOf('.')));
  return [...byGroup].flatMap(([group, theirs]) => {
    const operations = new Set(theirs.map((scope) => scope.slice(scope.lastIndexOf('.') + 1)));
    if (
      ['READ', 'CREATE', 'UPDATE', 'DELETE'].every((each) => operations.has(each)) &&
      catalogue.parse(`${group}.ALL`)
    ) {
      return [`${group}.ALL`];
    }
    if (operations.has('CREATE') && operations.has('UPDATE') && catalogue.parse(`${group}.WRITE`)) {
      const others = [...operations].filter((each) => each !== 'CREATE' && each !== 'UPDATE');
      return [...others, 'WRITE'].map((each) => `${group}.${each}`);
    }
    return theirs;
  });
}

/** What a pasted list of scopes allows, and what is wrong with it. */
export interface CheckedList {
  readonly count: number;
  readonly unknown: readonly string[];
  readonly repeated: readonly string[];
  /** What the consent page says. */
  readonly sentences: readonly string[];
  /** `modules` is empty for calls that are not about one module, or that are opened on all of them. */
  readonly allowed: readonly { readonly operation: Operation; readonly modules: readonly string[] }[];
}

export function checkScopes(catalogue: ScopeCatalogue, operations: readonly Operation[], list: string): CheckedList {
  const parts = splitScopes(list);
  const counts = Map.groupBy(list.toLowerCase().split(/[\s,]+/), (each) => each);
  const held = catalogue.setOf(parts);
  const opens = (operation: Operation, module: string | undefined) =>
    neededOn(operation, module).every((alternatives) => alternatives.some((scope) => held.covers(scope)));
  return {
    count: parts.length,
    unknown: parts.filter((part) => !catalogue.parse(part)),
    repeated: parts.filter((part) => (counts.get(part.toLowerCase())?.length ?? 0) > 1),
    sentences: [...new Set(held.scopes.map(({ sentence }) => sentence))],
    allowed: operations.flatMap((operation) => {
      if (opens(operation, undefined)) return [{ operation, modules: [] }];
      const modules = isForModules(operation)
        ? Object.keys(moduleSubjects).filter((module) => opens(operation, module))
        : [];
      return modules.length > 0 ? [{ operation, modules }] : [];
    }),
  };
}
