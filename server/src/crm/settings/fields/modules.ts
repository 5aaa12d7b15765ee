import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { sequenceOf } from '../../kernel/ids.ts';
import { findModule, modulesOf } from '../../kernel/metadata/activities.ts';
import { isListed, type Module } from '../../kernel/metadata/metadata.ts';
import { standardMetadata } from '../../kernel/metadata/standard-modules.ts';
import type { Space } from '../../kernel/space/space.ts';
import { relatedListsOf } from '../../records/list/related-lists.ts';
import { isScorable } from '../../records/scores.ts';
import { changedAfter, listParameter, timeHeader } from '../../wire/parameters.ts';
import { layoutReferences } from '../layouts/layouts.ts';
import { defaultViewAnswer } from '../views/custom-views.ts';
import { fieldAnswer } from './field-answer.ts';
import { relatedListAnswer } from './related-list-settings.ts';
import { displayFieldForm } from './version-forms.ts';

const statuses = ['visible', 'user_hidden', 'system_hidden', 'scheduled_for_deletion'] as const;
type Status = (typeof statuses)[number];

/** GET /settings/modules */
export async function listModules(call: CrmCall): Promise<CrmAnswer> {
  const { space, user } = call;
  const wanted = listParameter(call.query, 'status');
  if (wanted?.some((status) => !(statuses as readonly string[]).includes(status))) {
    throw new Refusal('PATTERN_NOT_MATCHED', { details: { param_name: 'status' } });
  }
  const since = timeHeader(call, 'if-modified-since');
  if (since !== undefined && !changedAfter(changedAtMs(space), since)) return { status: 304 };
  const modules = modulesOf(call).filter((module) => !wanted || wanted.includes(statusOf(module)));
  if (modules.length === 0) return { status: 204 };
  return { status: 200, json: { modules: modules.map((module) => moduleAnswer(module, space, user.timeZone)) } };
}

/** GET /settings/modules/{api name or id} */
export async function getModule(call: CrmCall): Promise<CrmAnswer> {
  const { space, user } = call;
  const name = call.path[0] as string;
  const number = sequenceOf(space.dataSpace, name);
  const module = findModule(call, number ?? name);
  if (!module) throw new Refusal('INVALID_MODULE', { details: { resource_path_index: 2 } });
  // Tabs that are no modules of records have nothing more to show.
  if (module.generatedType === 'web') return { status: 204 };
  const fields = module.fields.map((field) => fieldAnswer(field, module, call));
  const displayField = module.field.get(module.displayField ?? '');
  return {
    status: 200,
    json: {
      modules: [
        {
          ...moduleAnswer(module, space, user.timeZone),
          fields,
          layouts: layoutReferences(call, module),
          related_lists: relatedListsOf(module, space.metadata).map((list, place) =>
            relatedListAnswer(list, place, module, call),
          ),
          custom_view: defaultViewAnswer(module, call),
          display_field: displayFieldForm(
            call.version,
            displayField ? { api_name: displayField.apiName, id: space.id(displayField.idSuffix) } : null,
          ),
          search_layout_fields: module.displayField === null ? [] : [module.displayField],
          per_page: 200,
          properties: ['$se_module', '$currency_symbol', '$converted', '$approved', '$approval', '$editable'],
          related_list_properties: { sort_by: null, fields: [], sort_order: null },
          lookup_field_properties: { fields: [] },
          kanban_view: false,
          kanban_view_supported: module.generatedType !== 'subform',
          filter_supported: module.generatedType !== 'subform',
          filter_status: false,
          emailTemplate_support: false,
          inventory_template_supported: false,
        },
      ],
    },
  };
}

/** Standard metadata is as old as the organization. */
function changedAtMs(space: Space): number {
  return Math.max(space.contents.createdAtMs, space.metadata.modifiedAtMs);
}

function statusOf(module: Module): Status {
  // Tabs are seen and not served; what is neither a tab nor served, such as locks, only has fields to look at.
  const served = isListed(module) || module.generatedType === 'web';
  return served && !isPart(module) ? 'visible' : 'system_hidden';
}

/** Whether its records are parts of others: rows of subforms, and links. */
function isPart({ generatedType }: Module): boolean {
  return generatedType === 'subform' || generatedType === 'linking';
}

const noModifier = { modified_time: null, modified_by: null };

function moduleAnswer(module: Module, space: Space, timeZone: string): Record<string, unknown> {
  const has = (flag: string): boolean => module.flags.has(flag);
  const view = `Crm_Implied_View_${module.apiName}`;
  const profiles = space.contents.profiles
    .filter(({ denied }) => !denied.has(view))
    .map(({ id, name }) => ({ name, id }));
  const standard = standardMetadata.byNumber(module.number) ?? module;
  const parent = module.parentModule === null ? undefined : space.metadata.find(module.parentModule);
  const custom = module.generatedType === 'custom';
  return {
    global_search_supported: has('api_supported') && module.generatedType !== 'subform',
    deletable: has('deletable'),
    description: null,
    creatable: has('creatable'),
    recycle_bin_on_delete: has('recycle_bin_on_delete'),
    ...(custom ? { modified_time: formatDateTime(changedAtMs(space), timeZone), modified_by: null } : noModifier),
    plural_label: module.pluralLabel,
    presence_sub_menu: has('sub_menu_available'),
    actual_plural_label: standard.pluralLabel,
    id: space.moduleId(module),
    isBlueprintSupported: has('creatable') && module.generatedType !== 'subform',
    visibility: statusOf(module) === 'visible' ? 1 : 0,
    convertable: has('convertable'),
    scoring_supported: isScorable(module),
    sub_menu_available: has('sub_menu_available'),
    editable: has('editable'),
    actual_singular_label: standard.singularLabel,
    has_more_profiles: false,
    access_type: 'org_based',
    private_profile: null,
    profiles,
    show_as_tab: has('show_as_tab'),
    web_link: null,
    sequence_number: module.sequence,
    singular_label: module.singularLabel,
    viewable: has('viewable'),
    api_supported: isListed(module),
    api_name: module.apiName,
    quick_create: has('quick_create'),
    generated_type: module.generatedType,
    feeds_required: false,
    public_fields_configured: false,
    arguments: [],
    module_name: module.moduleName,
    profile_count: profiles.length,
    business_card_field_limit: module.generatedType === 'subform' ? 0 : 5,
    parent_module: parent ? { api_name: parent.apiName, id: space.moduleId(parent) } : {},
    status: statusOf(module),
  };
}
