import { showUserBriefly } from '../../fields/model/view.ts';
import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmCall } from '../../kernel/call.ts';
import type { Field, Metadata, Module } from '../../kernel/metadata/metadata.ts';
import type { Definition } from '../../kernel/space/definition.ts';
import type { GlobalPickList } from '../../kernel/space/global-pick-list.ts';

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
export function pickListAnswer(definition: Definition<'global_pick_list'>, call: CrmCall): object {
  const { space, user } = call;
  const { id, body, createdBy, createdAtMs, modifiedBy, modifiedAtMs } = definition;
  const using = fieldsUsing(space.metadata, id);
  return {
    display_label: body.label,
    created_time: formatDateTime(createdAtMs, user.timeZone),
    modified_time: formatDateTime(modifiedAtMs, user.timeZone),
    associated_fields_count: using.length,
    pick_list_values_sorted_lexically: body.sortedLexically,
    api_name: body.apiName,
    actual_label: body.label,
    id,
    description: body.description,
    presence: true,
    customizable: true,
    created_by: showUserBriefly(space, createdBy),
    modified_by: showUserBriefly(space, modifiedBy),
    used_in_modules: [...new Set(using.map(({ module }) => module))].map((module) => ({
      api_name: module.apiName,
      plural_label: module.pluralLabel,
      id: space.moduleId(module),
    })),
    pick_list_values: choices(body, call),
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
