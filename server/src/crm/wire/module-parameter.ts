import type { CrmCall } from '../kernel/call.ts';
import { Refusal } from '../kernel/errors.ts';
import { findModule } from '../kernel/metadata/activities.ts';
import type { Module } from '../kernel/metadata/metadata.ts';

/**
 * The module that `?module=` names, for calls about metadata.
 * @throws Refusal REQUIRED_PARAM_MISSING, INVALID_MODULE.
 */
export function metadataModule(call: CrmCall): Module {
  const name = call.query.get('module');
  if (!name) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'module' } });
  const module = findModule(call, name);
  if (!module || module.generatedType === 'web') {
    throw new Refusal('INVALID_MODULE', { details: { param_name: 'module' } });
  }
  return module;
}
