import { decimalsOf, jsonTypeOf, kindOf, valueKindOf } from '../../fields/field-kinds.ts';
import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { systemIds } from '../../kernel/ids.ts';
import type { Field, Module, PickListValue } from '../../kernel/metadata/metadata.ts';
import { layoutApiName, layoutsOf } from '../../kernel/space/layouts-of.ts';
import { pipelinesOf } from '../../kernel/space/pipelines-of.ts';
import type { Space } from '../../kernel/space/space.ts';
import { type RelatedList, relatedListId, relatedListsOf } from '../../records/list/related-lists.ts';
import { rollupSource } from '../../records/rollups.ts';
import { conversionTargetsOf } from '../layouts/convert-mapping.ts';

/** Most values of one pick list; custom fields beyond the first ones have room of their own. */
const valuesPerField = 1000;

const systemFields = new Set(['id', 'Created_By', 'Modified_By', 'Created_Time', 'Modified_Time', 'Tag', 'Layout']);

/** A field as `GET /settings/fields` shows it, with every key that clients look for. */
export function fieldAnswer(
  field: Field,
  module: Module,
  { space, version, user }: Pick<CrmCall, 'space' | 'version' | 'user'>,
): Record<string, unknown> {
  const writable = !field.readOnly && !systemFields.has(field.apiName);
  // Restrictions are the reader's own; what others may do does not depend on them.
  const mayBeWritten = writable || field.restrictions.has(user.profile.id);
  const kind = kindOf(field);
  const { searchable, sortable } = valueKindOf(field);
  return {
    associated_module: associatedModule(field, space),
    webhook: searchable,
    operation_type: {
      web_update: writable,
      api_create: writable,
      web_create: writable,
      api_update: writable,
    },
    colour_code_enabled_by_system: false,
    field_label: field.label,
    tooltip: field.tooltip,
    type: 'used',
    field_read_only: field.readOnly,
    customizable_properties: writable ? ['field_label', 'tooltip', 'default_value'] : [],
    display_label: field.label,
    read_only: field.readOnly,
    association_details: null,
    businesscard_supported: searchable,
    multi_module_lookup: {},
    id: space.id(field.idSuffix),
    created_time: shownTime(field.createdAtMs, user.timeZone),
    modified_time: shownTime(field.modifiedAtMs, user.timeZone),
    filterable: searchable,
    sortable,
    searchable,
    visible: true,
    profiles: space.contents.profiles.map(({ id, name }) => ({
      permission_type: field.restrictions.get(id) ?? (mayBeWritten ? 'read_write' : 'read_only'),
      name,
      id,
    })),
    view_type: { view: true, edit: writable, quick_create: writable && field.mandatory, create: writable },
    separator: false,
    unique: field.unique ? { casesensitive: String(field.caseSensitive) } : {},
    json_type: jsonTypeOf(field),
    pick_list_values: kind.choices ? pickListValues(field, module, space) : [],
    pick_list_values_sorted_lexically: false,
    enable_colour_code: field.pickList.some(({ colour }) => colour !== undefined),
    global_picklist: globalPickList(field, space),
    ui_type: field.uiType,
    virtual_field: false,
    private: null,
    crypt: null,
    hipaa_compliance: null,
    hipaa_compliance_enabled: false,
    display_field: module.displayField === field.apiName,
    display_type: -1,
    external: field.external,
    history_tracking: null,
    history_tracking_enabled: false,
    mass_update: writable && searchable,
    email_parser: { fields_update_supported: writable, record_operations_supported: writable },
    data_type: kind.nameIn?.(version, field) ?? field.dataType,
    formula: formula(field),
    rollup_summary: rollup(field, module, space),
    decimal_place: kind.decimals === null ? null : decimalsOf(field),
    currency: {},
    auto_number: {},
    multiselectlookup: {},
    multiuserlookup: {},
    lookup: {},
    subform: subform(field, space),
    refer_from_field: null,
    created_source: field.custom ? 'user' : 'default',
    convert_mapping: module.traits.convertible ? conversionTargetsOf(field, space) : null,
    system_mandatory: field.mandatory,
    custom_field: field.custom,
    length: field.length,
    default_value: field.defaultValue,
    api_name: field.apiName,
    layout_associations: module.generatedType === 'subform' ? [] : layoutsWith(field, module, space),
    // What the type says takes the place of what stands for nothing.
    ...kind.attributes(field, { space, version }),
  };
}

/** The layouts that show a field. */
function layoutsWith({ idSuffix }: Field, module: Module, space: Space): object[] {
  return layoutsOf(space, module)
    .filter(({ definition }) => !definition.unused.includes(idSuffix))
    .map((layout) => ({ api_name: layoutApiName(layout), name: layout.definition.name, id: layout.id }));
}

function globalPickList({ globalPickList: id }: Field, space: Space): object | null {
  const list = space.list('global_pick_list').find((each) => each.id === id);
  return list ? { id: list.id, api_name: list.definition.apiName, display_label: list.definition.label } : null;
}

function formula({ formula: own, custom }: Field): object {
  if (!own) return {};
  const { returnType, expression, assumeDefault } = own;
  return { return_type: returnType, expression, ...(custom ? { assume_default: assumeDefault, dynamic: false } : {}) };
}

function rollup({ rollup: own }: Field, module: Module, space: Space): object {
  const source = own && rollupSource(space.metadata, module, own);
  if (!source) return {};
  const lists = relatedListsOf(module, space.metadata);
  const place = lists.findIndex(({ apiName }) => apiName === own.list);
  const measured = own.field === null ? undefined : source.child.field.get(own.field);
  return {
    return_type: measured?.dataType ?? 'integer',
    based_on_module: { api_name: source.child.apiName, id: space.moduleId(source.child) },
    related_list: { api_name: own.list, id: relatedListId(space, module, lists[place] as RelatedList, place) },
    rollup_based_on: 'related_list',
    expression: {
      function: own.function,
      function_parameters: own.field === null ? [] : [{ api_name: own.field }],
      criteria: own.criteria,
    },
  };
}

/** Standard fields are as old as the organization, and nobody asks for that. */
function shownTime(atMs: number, timeZone: string): string | null {
  return atMs === 0 ? null : formatDateTime(atMs, timeZone);
}

function associatedModule(field: Field, space: Space): object | null {
  const module = field.subform === null ? undefined : space.metadata.find(field.subform);
  return module ? { module: module.apiName, id: space.moduleId(module) } : null;
}

function subform(field: Field, space: Space): object | null {
  const module = field.subform === null ? undefined : space.metadata.find(field.subform);
  return module ? { module: module.apiName, id: space.moduleId(module) } : null;
}

/** The id of a pick list's value: its own, or the field's thousand and the value's place in the list. */
export function pickListValueId(field: Field, index: number, space: Space): string {
  const own = field.pickList[index]?.idSuffix;
  if (own !== undefined) return space.id(own);
  const place = field.custom ? field.idSuffix : field.idSuffix - systemIds.firstField;
  return space.id(systemIds.pickListValues + place * valuesPerField + index + 1);
}

function pickListValues(field: Field, module: Module, space: Space): object[] {
  const ofDeals = module.traits.stages ? field.apiName : '';
  if (ofDeals === 'Pipeline') return pipelineValues(space);
  return field.pickList.map((choice: PickListValue, index) => ({
    ...pickListValue(choice.value, choice.display ?? choice.value, index, pickListValueId(field, index, space)),
    colour_code: choice.colour ?? null,
    ...(choice.probability === undefined
      ? {}
      : { probability: choice.probability, forecast_type: choice.forecastType, forecast_category: null }),
    // Which pipelines a stage is in.
    ...(ofDeals === 'Stage'
      ? { maps: [{ api_name: 'Pipeline', pick_list_values: pipelineValues(space, choice.value) }] }
      : {}),
  }));
}

function pickListValue(value: string, shown: string, index: number, id: string): object {
  return {
    display_value: shown,
    sequence_number: index + 1,
    reference_value: value,
    colour_code: null,
    actual_value: value,
    id,
    type: 'used',
  };
}

/** The choices of a deal's pipeline, or those that have a stage. */
function pipelineValues(space: Space, stage?: string): object[] {
  return pipelinesOf(space)
    .filter(({ ending, stages }) => !ending && (stage === undefined || stages.includes(stage)))
    .map(({ id, value, name }, index) => pickListValue(value, name, index, id));
}
