import { moduleForm } from '../../fields/groups/metadata.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { layoutsOf } from '../../kernel/space/layouts-of.ts';
import { type RelatedList, relatedListId, relatedListsOf } from '../../records/list/related-lists.ts';
import { metadataModule } from '../../wire/module-parameter.ts';
import { pathId } from '../../wire/parameters.ts';

/** GET /settings/related_lists?module=[&layout_id=] (crm-api 7.4) */
export async function listRelatedLists(call: CrmCall): Promise<CrmAnswer> {
  const module = metadataModule(call);
  const layout = call.query.get('layout_id');
  if (layout && !layoutsOf(call.space, module).some(({ id }) => id === layout)) {
    throw new Refusal('INVALID_DATA', { details: { param_name: 'layout_id' } });
  }
  const lists = relatedListsOf(module, call.space.metadata);
  if (lists.length === 0) return { status: 204 };
  const answers = lists.map((list, place) => relatedListAnswer(list, place, module, call));
  return { status: 200, json: { related_lists: answers } };
}

/** GET /settings/related_lists/{id}?module= */
export async function getRelatedList(call: CrmCall): Promise<CrmAnswer> {
  const module = metadataModule(call);
  const id = readId(pathId(call.path[0] as string, 2));
  const lists = relatedListsOf(module, call.space.metadata);
  const place = lists.findIndex((each, index) => relatedListId(call.space, module, each, index) === id);
  const list = lists[place];
  if (!list) throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
  return { status: 200, json: { related_lists: [relatedListAnswer(list, place, module, call)] } };
}

function typeOf({ source, idSuffix }: RelatedList): string {
  if (source.kind === 'linked') return 'multiselectlookup';
  return idSuffix === undefined ? 'default' : 'custom_lookup';
}

export function relatedListAnswer(
  list: RelatedList,
  place: number,
  module: Module,
  { space, version }: Pick<CrmCall, 'space' | 'version'>,
): Record<string, unknown> {
  const related = list.module === null ? undefined : space.metadata.find(list.module);
  return {
    id: relatedListId(space, module, list, place),
    sequence_number: String(place + 1),
    display_label: list.label,
    api_name: list.apiName,
    module: related ? moduleForm(version, { api_name: related.apiName, id: space.moduleId(related) }) : null,
    name: list.label,
    action: null,
    href: `${module.apiName}/{ENTITYID}/${list.apiName}`,
    type: typeOf(list),
    connectedmodule: list.source.kind === 'linked' ? list.module : null,
    linkingmodule: list.source.kind === 'linked' ? list.source.module : null,
    customize_sort: true,
    customize_fields: true,
    customize_display_label: true,
    sort_by: null,
    sort_order: null,
    fields: null,
    status: 'visible',
    visible: true,
  };
}
