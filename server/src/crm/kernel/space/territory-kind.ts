import type { CrmCall } from '../call.ts';
import { Refusal } from '../errors.ts';
import type { Module } from '../metadata/metadata.ts';
import { hasTerritories, territoryModules } from './territory-rules.ts';

/** @throws Refusal INVALID_MODULE when records of the module belong to no territories. */
export function territoryKind(module: Module) {
  const kind = territoryModules.get(module.apiName);
  if (kind) return kind;
  const message = 'Territory is not supported for the given module.';
  throw new Refusal('INVALID_MODULE', { details: { resource_path_index: 0 }, message });
}

/** @throws Refusal FEATURE_NOT_ENABLED when the organization has switched territories off. */
export function checkTerritories({ space }: CrmCall): void {
  if (hasTerritories(space)) return;
  throw new Refusal('FEATURE_NOT_ENABLED', { message: 'Territory feature is not enabled' });
}
