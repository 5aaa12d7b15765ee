import type { CrmCall } from '../../kernel/call.ts';
import type { Field, Metadata, Module } from '../../kernel/metadata/metadata.ts';
import type { GlobalPickList } from '../../kernel/space/global-pick-list.ts';
import type { Setting } from '../../kernel/space/setting.ts';
import { stampsOf } from '../kept/setting-list.ts';

/** A field that takes its choices from a global pick list. */
export interface UsingField {
  readonly module: Module;
  readonly field: Field;
}

/** The fields that use a list, in the order of their modules. */
export function fieldsUsing(metadata: Metadata, id: string): UsingField[] {
  return metadata.modules.flatMap((module) =>
    module.fields.filter((field) => field.globalPickList === id).map((field) => ({ module, field })),
  );
}

/** A list as `GET /settings/global_picklists` shows it. */
export function pickListAnswer(list: Setting<'global_pick_list'>, call: CrmCall): object {
  const { space } = call;
  const { id, definition } = list;
  const using = fieldsUsing(space.metadata, id);
  return {
    display_label: definition.label,
    ...stampsOf(call, list),
    associated_fields_count: using.length,
    pick_list_values_sorted_lexically: definition.sortedLexically,
    api_name: definition.apiName,
    actual_label: definition.label,
    id,
    description: definition.description,
    presence: true,
    customizable: true,
    used_in_modules: [...new Set(using.map(({ module }) => module))].map((module) => ({
      api_name: module.apiName,
      plural_label: module.pluralLabel,
      id: space.moduleId(module),
    })),
    pick_list_values: choices(definition, call),
  };
}

function choices({ values, sortedLexically }: GlobalPickList, { space }: CrmCall): object[] {
  return inOrder(values, sortedLexically).map(({ id, value, display, used }, index) => ({
    sequence_number: index + 1,
    display_value: display,
    reference_value: value,
    actual_value: value,
    id: space.id(id),
    type: used ? 'used' : 'unused',
  }));
}

/** Choices as they are offered: as they were given, or by what they are called. */
export function inOrder<Choice extends { readonly display: string }>(
  values: readonly Choice[],
  sorted: boolean,
): Choice[] {
  return sorted ? values.toSorted((a, b) => (a.display < b.display ? -1 : a.display > b.display ? 1 : 0)) : [...values];
}
