import type { Operation as ScopeOperation } from '../../oauth/scope-catalogue.ts';
import { activityModules, namesActivities } from '../kernel/metadata/activities.ts';
import { standardMetadata } from '../kernel/metadata/standard-modules.ts';
import type { Operation } from '../kernel/operation.ts';

/** How the table of operations says which scopes a call needs (crm-api 4): all entries, each by an alternative. */
type Scopes = Operation['scopes'];

/** A scope that does not depend on the path. */
export const fixed = (...alternatives: string[]): Scopes => {
  const needed = [alternatives];
  return () => needed;
};

const tokenOf = (name: string): string => standardMetadata.find(name)?.scopeToken ?? 'custom';

/** Tokens of modules are a fixed set, so what is needed is made once for each. */
const byModule = (scopesOf: (token: string) => readonly string[]): Scopes => {
  const byToken = new Map<string, readonly (readonly string[])[]>();
  return ([name = '']) => {
    const tokens = namesActivities(name) ? activityModules.map(tokenOf) : [tokenOf(name)];
    const key = tokens.join();
    const known = byToken.get(key);
    if (known) return known;
    const needed = tokens.map(scopesOf);
    byToken.set(key, needed);
    return needed;
  };
};

/** Access to the module in the path. */
export const module = (operation: ScopeOperation): Scopes =>
  byModule((token) => [`ZohoCRM.modules.${token}.${operation}`]);

/** Access to the module in the path, or to what hangs on its records: `notes`, `attachments`. */
export const moduleOr = (part: string, operation: ScopeOperation): Scopes =>
  byModule((token) => [`ZohoCRM.modules.${token}.${operation}`, `ZohoCRM.modules.${part}.${operation}`]);

/** Related records: access to the module in the path; for its notes, access to notes is enough. */
export const related = (operation: ScopeOperation): Scopes => {
  const [ofModule, ofNotes] = [module(operation), moduleOr('notes', operation)];
  return (path) => (path[2]?.toLowerCase() === 'notes' ? ofNotes(path) : ofModule(path));
};

/** A family of its own for each module: `ZohoCRM.mass_delete.leads.DELETE`, or the whole family. */
export const perModule = (family: string, operation: ScopeOperation, ...others: readonly ScopeOperation[]): Scopes =>
  byModule((token) => [
    `ZohoCRM.${family}.${operation}`,
    `ZohoCRM.${family}.${token}.${operation}`,
    ...others.map((other) => `ZohoCRM.modules.${token}.${other}`),
  ]);

/** One of several ways to be allowed. */
export const anyOf =
  (...ways: readonly Scopes[]): Scopes =>
  (path) => [ways.flatMap((way) => way(path).flat())];

export const settings = (area: string, operation: ScopeOperation): Scopes =>
  fixed(`ZohoCRM.settings.${area}.${operation}`);
