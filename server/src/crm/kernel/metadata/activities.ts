import type { Version } from '../versions.ts';
import type { Field, Metadata, Module } from './metadata.ts';
import { buildField, buildModule, standardModules } from './standard-modules.ts';

/** The modules whose records are activities. */
export const activityModules: readonly string[] = standardModules
  .filter(({ traits }) => traits.activity)
  .map(({ apiName }) => apiName);

const apiName = 'Activities';

/** Whether a path or parameter names the union of all activities. */
export function namesActivities(name: string): boolean {
  return name.toLowerCase() === apiName.toLowerCase();
}

/** Says of each activity which module it is of. */
export const activityType: Field = buildField({
  id: 300_999,
  api_name: 'Activity_Type',
  label: 'Activity Type',
  type: 'picklist',
  length: 120,
  read_only: true,
  values: activityModules,
});

const known = new WeakMap<Metadata, Module>();

/**
 * `Activities` of v2 (crm-api 2.3): the tasks, meetings and calls in one module that is only read. It stores nothing, so
 * its fields are those of the three, with their ids; of several with one name the first stands for all.
 */
function activitiesOf(metadata: Metadata): Module {
  let module = known.get(metadata);
  if (!module) {
    const fields = new Map<string, Field>([[activityType.apiName, activityType]]);
    for (const name of activityModules) {
      for (const field of metadata.find(name)?.fields ?? []) {
        if (!fields.has(field.apiName))
          fields.set(field.apiName, { ...field, mandatory: false, readOnly: true, indexed: false });
      }
    }
    const source = {
      id: 2185,
      api_name: apiName,
      module_name: apiName,
      singular_label: 'Activity',
      plural_label: apiName,
      generated_type: 'default',
      scope: null,
      display_field: null,
      traits: { listedApart: true },
      flags: ['api_supported', 'viewable'],
      fields: [],
    };
    module = buildModule(source, metadata.modules.length + 1, [...fields.values()]);
    known.set(metadata, module);
  }
  return module;
}

interface Place {
  readonly space: { readonly metadata: Metadata };
  readonly version: Version;
}

/** The modules that a call's version has. */
export function modulesOf({ space, version }: Place): readonly Module[] {
  const { metadata } = space;
  return version.number < 2.1 ? [...metadata.modules, activitiesOf(metadata)] : metadata.modules;
}

/** The module of this API name, or with this number, that a call's version has. */
export function findModule({ space, version }: Place, name: string | number): Module | undefined {
  const { metadata } = space;
  const module = typeof name === 'string' ? metadata.find(name) : metadata.byNumber(name);
  if (module || version.number >= 2.1) return module;
  const activities = activitiesOf(metadata);
  return name === activities.number || (typeof name === 'string' && namesActivities(name)) ? activities : undefined;
}
