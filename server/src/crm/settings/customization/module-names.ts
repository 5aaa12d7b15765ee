import { firstCustomModule } from '../../kernel/ids.ts';
import type { Metadata, Module } from '../../kernel/metadata/metadata.ts';

/** First parts of paths that are no modules: nobody could call a module of such a name. */
const reserved = new Set([
  'users',
  'org',
  'coql',
  'settings',
  'files',
  'upload',
  'actions',
  'functions',
  'activities',
  'deleted',
  'search',
  'upsert',
  'read',
  'write',
]);

export function isModuleNameTaken(metadata: Metadata, name: string): boolean {
  return reserved.has(name.toLowerCase()) || metadata.find(name) !== undefined;
}

/** Whether another module has a label, whatever its capital letters. */
export function isLabelTaken(metadata: Metadata, label: string, self: Module | null): boolean {
  const folded = label.toLowerCase();
  return metadata.modules.some(
    (module) =>
      module.number !== self?.number &&
      module.generatedType !== 'subform' &&
      module.generatedType !== 'linking' &&
      [module.singularLabel, module.pluralLabel, module.apiName].some((each) => each.toLowerCase() === folded),
  );
}

/** Numbers of an organization's own modules begin behind those that fields and choices have ids with. */
const firstNumber = firstCustomModule + 1_000_001;

/** The number of the next module; `spent` is the highest of those that are gone. */
export function nextModuleNumber(metadata: Metadata, spent: number): number {
  return Math.max(firstNumber - 1, spent, ...metadata.modules.map(({ number }) => number)) + 1;
}

/** `CustomModule3`, `LinkingModule2`: what the wire calls `module_name`. */
export function nextModuleName(metadata: Metadata, kind: 'CustomModule' | 'LinkingModule'): string {
  const numbers = metadata.modules.map(({ moduleName }) =>
    Number(new RegExp(`^${kind}(\\d+)$`).exec(moduleName)?.[1] ?? 0),
  );
  return `${kind}${Math.max(0, ...numbers) + 1}`;
}
