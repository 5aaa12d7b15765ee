import { kindOf } from '../../fields/field-kinds.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { type Module, servesRecords } from '../../kernel/metadata/metadata.ts';
import { findView } from '../../records/list/find-view.ts';
import { type CustomView, standardViews } from '../../records/list/standard-views.ts';
import { viewSortOf } from '../../records/list/view-sort.ts';
import { metadataModule } from '../../wire/module-parameter.ts';
import { pageParameters, pathId } from '../../wire/parameters.ts';

const translation = {
  public_views: 'Public Views',
  other_users_views: 'Other Users Views',
  shared_with_me: 'Shared With Me',
  created_by_me: 'Created By Me',
};

/** Fields that a view shows when nobody has chosen others. */
const shownFields = 6;

/** GET /settings/custom_views?module= */
export async function listCustomViews(call: CrmCall): Promise<CrmAnswer> {
  const module = metadataModule(call);
  const { page, perPage } = pageParameters(call);
  const all = standardViews(module);
  const start = (page - 1) * perPage;
  const shown = all.slice(start, start + perPage);
  const [first] = all;
  if (shown.length === 0 || !first) return { status: 204 };
  return {
    status: 200,
    json: {
      custom_views: shown.map((view) => viewAnswer(view, call)),
      info: {
        per_page: perPage,
        default: call.space.id((all.find((view) => view.isDefault) ?? first).sequence),
        count: shown.length,
        translation,
        page,
        more_records: all.length > start + perPage,
      },
    },
  };
}

/** GET /settings/custom_views/{id}?module= */
export async function getCustomView(call: CrmCall): Promise<CrmAnswer> {
  const module = metadataModule(call);
  const view = findView(call.space, module, pathId(call.path[0] as string, 2));
  if (!view) throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
  // Old clients read how the categories are called from the answer to one view, too.
  const info = call.version.number < 3 ? { info: { translation } } : {};
  return { status: 200, json: { custom_views: [wholeViewAnswer(view, call)], ...info } };
}

/** The view that a module shows when nobody has chosen another, as the module's own metadata has it. */
export function defaultViewAnswer(module: Module, call: CrmCall): object | null {
  const view = standardViews(module).find(({ isDefault }) => isDefault);
  return view && servesRecords(module) ? wholeViewAnswer(view, call) : null;
}

function wholeViewAnswer(view: CustomView, call: CrmCall): object {
  const { space } = call;
  const fields = view.module.fields.filter((field) => !['layout', 'rows'].includes(kindOf(field).holds));
  return {
    ...viewAnswer(view, call),
    fields: fields
      .slice(0, shownFields)
      .map(({ apiName, idSuffix }) => ({ api_name: apiName, id: space.id(idSuffix) })),
    criteria: criteriaAnswer(view, call),
    ...sorting(view, call),
    shared_to: null,
  };
}

function viewAnswer({ sequence, name, systemName, isDefault }: CustomView, { space }: CrmCall): object {
  return {
    display_value: name,
    shared_type: null,
    system_name: systemName,
    created_time: null,
    access_type: 'public',
    criteria: null,
    modified_time: null,
    name,
    system_defined: true,
    modified_by: null,
    default: isDefault,
    id: space.id(sequence),
    category: 'public_views',
    last_accessed_time: null,
    locked: false,
    favorite: null,
    created_by: null,
  };
}

function criteriaAnswer({ tests, module, converted }: CustomView, call: CrmCall): object | null {
  const part = (field: string, comparator: string, value: unknown): object => ({
    comparator,
    field: { api_name: field, id: call.space.id(module.field.get(field)?.idSuffix ?? 0) },
    type: 'value',
    value,
  });
  const parts = tests.map(({ field, comparator, shown }) => part(field, comparator, shown(call)));
  if (converted === 'true') parts.push(part('Converted__s', 'equal', true));
  const [only] = parts;
  if (parts.length < 2) return only ?? null;
  return { group_operator: 'and', group: parts };
}

function sorting(
  view: CustomView,
  { space }: CrmCall,
): { readonly sort_by: object | null; readonly sort_order: string | null } {
  const changed = viewSortOf(space, view);
  const name = changed?.field ?? view.sortBy;
  const field = view.module.field.get(name);
  if (!field || (name === 'id' && !changed)) return { sort_by: null, sort_order: null };
  return { sort_by: { api_name: name, id: space.id(field.idSuffix) }, sort_order: changed?.order ?? 'desc' };
}
