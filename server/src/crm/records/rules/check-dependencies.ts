import { wholeModule } from '../../kernel/metadata/metadata.ts';
import type { DerivationProblem } from '../../kernel/record/draft.ts';
import type { Writing } from './writing.ts';

/**
 * Step: a choice goes with the choice that it depends on (`settings/dependencies`), when the request names one of the
 * two. What was stored before the dependency stays until somebody changes it.
 */
export function checkDependencies({
  call,
  module,
  data,
  given,
}: Pick<Writing, 'call' | 'module' | 'data' | 'given'>): DerivationProblem | undefined {
  for (const { definition } of call.space.list('map_dependency', module.number)) {
    const { field } = wholeModule(module);
    const [parent, child] = [field.get(definition.parent), field.get(definition.child)];
    if (!definition.active || !parent || !child || !(given(parent.key) || given(child.key))) continue;
    const [above, below] = [data[parent.key], data[child.key]];
    if (above === undefined || below === undefined) continue;
    const name = String(above);
    // Values are any texts, `constructor` among them.
    if (Object.hasOwn(definition.maps, name) && definition.maps[name]?.includes(String(below))) continue;
    return {
      code: 'MAPPING_MISMATCH',
      apiName: child.apiName,
      details: { mapped_field: { api_name: parent.apiName, json_path: parent.apiName } },
      message: `expected a choice that goes with "${name.slice(0, 60)}"`,
    };
  }
  return undefined;
}
