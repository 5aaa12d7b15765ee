import type { CrmCall } from '../../kernel/call.ts';
import type { Field, Module } from '../../kernel/metadata/metadata.ts';
import type { BlueprintTransition } from '../../kernel/space/blueprint.ts';
import { leavesFrom, type Process } from '../../records/blueprint-of.ts';
import { fieldAnswer, pickListValueId } from '../../settings/fields/field-answer.ts';

/** What `GET …/actions/blueprint` answers: where the record stands, and the transitions that lead on from there. */
export function blueprintAnswer(call: CrmCall, module: Module, { definition, field, state }: Process): object {
  const { space } = call;
  const { name, transitions } = definition.definition;
  const place = field.pickList.findIndex(({ value }) => value === state);
  const leading = transitions.filter((transition) => leavesFrom(transition, state));
  return {
    process_info: {
      field_id: space.id(field.idSuffix),
      is_continuous: false,
      api_name: field.apiName,
      continuous: false,
      field_label: field.label,
      name,
      column_name: field.apiName,
      field_value: state,
      id: definition.id,
      field_name: field.label,
      escalation: null,
      current_picklist:
        place < 0
          ? null
          : {
              id: pickListValueId(field, place, space),
              value: field.pickList[place]?.display ?? state,
              colour_code: field.pickList[place]?.colour ?? null,
            },
    },
    transitions: leading.map((transition, index) => ({
      next_transitions: transitions
        .filter((each) => leavesFrom(each, transition.to))
        .map((each) => ({ criteria_matched: true, name: each.name, id: each.id, type: 'manual' })),
      parent_transition: null,
      percent_partial_save: 0,
      data: {},
      next_field_value: transition.to,
      name: transition.name,
      criteria_matched: true,
      id: transition.id,
      criteria_message: null,
      type: 'manual',
      execution_time: null,
      color_code: transition.colour,
      text_color_code: null,
      sequence: index + 1,
      fields: fieldsOf(call, module, transition),
    })),
  };
}

function fieldsOf(call: CrmCall, module: Module, { fields }: BlueprintTransition): object[] {
  return fields.flatMap(({ name, mandatory }, index) => {
    const field = module.field.get(name);
    return field ? [transitionField(call, module, field, mandatory, index + 1)] : [];
  });
}

/** A field as transitions show it: the keys that clients look for, in the forms that they have here. */
function transitionField(call: CrmCall, module: Module, field: Field, mandatory: boolean, sequence: number): object {
  const whole = fieldAnswer(field, module, call);
  const same = [
    ...['webhook', 'json_type', 'pick_list_values', 'field_label', 'field_read_only', 'display_label', 'filterable'],
    ...['visible', 'data_type', 'length', 'profiles', 'read_only', 'sortable', 'system_mandatory', 'custom_field'],
    ...['created_source', 'api_name', 'ui_type', 'view_type', 'id', 'pick_list_values_sorted_lexically'],
  ];
  const decimals = whole.decimal_place;
  return {
    ...Object.fromEntries(same.map((key) => [key, whole[key]])),
    decimal_place: decimals === null || decimals === undefined ? null : String(decimals),
    mandatory,
    transition_sequence: sequence,
    _type: 'used',
    content: null,
    personality_name: null,
    column_name: field.apiName,
    history_tracking: false,
    ...Object.fromEntries(
      ['crypt', 'validation_rule', 'tooltip', 'layouts', 'private', 'external', 'convert_mapping'].map((key) => [
        key,
        null,
      ]),
    ),
  };
}
