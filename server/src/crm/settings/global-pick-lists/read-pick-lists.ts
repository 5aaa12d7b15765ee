import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId, sequenceOf } from '../../kernel/ids.ts';
import { layoutsOf } from '../../kernel/space/layouts-of.ts';
import type { Setting } from '../../kernel/space/setting.ts';
import { pageOf, pageParameters, pathId } from '../../wire/parameters.ts';
import { fieldsUsing, pickListAnswer } from './pick-list-answer.ts';
import { unknownList } from './write-pick-lists.ts';

/** The calls that read global pick lists. */

/** The list in the path. @throws Refusal */
export function listInPath(call: CrmCall): Setting<'global_pick_list'> {
  const id = readId(pathId(call.path[0] as string, 2));
  const list = call.space.list('global_pick_list').find((each) => each.id === id);
  if (!list) throw unknownList();
  return list;
}

/** GET /settings/global_picklists */
export async function listPickLists(call: CrmCall): Promise<CrmAnswer> {
  const lists = call.space.list('global_pick_list');
  if (lists.length === 0) return { status: 204 };
  return { status: 200, json: { global_picklists: lists.map((list) => pickListAnswer(list, call)) } };
}

/** GET /settings/global_picklists/{id} */
export async function getPickList(call: CrmCall): Promise<CrmAnswer> {
  return { status: 200, json: { global_picklists: [pickListAnswer(listInPath(call), call)] } };
}

/** GET /settings/global_picklists/{id}/actions/replaced_values */
export async function listReplacedValues(call: CrmCall): Promise<CrmAnswer> {
  const { replaced } = listInPath(call).definition;
  if (replaced.length === 0) return { status: 204 };
  const replaced_values = replaced.map(({ display, actual }) => ({ display_value: display, actual_value: actual }));
  return { status: 200, json: { replaced_values } };
}

/** GET /settings/global_picklists/{id}/actions/associations: the fields that use the list. */
export async function listAssociations(call: CrmCall): Promise<CrmAnswer> {
  const { space } = call;
  const { shown, info } = pageOf(fieldsUsing(space.metadata, listInPath(call).id), pageParameters(call));
  if (shown.length === 0) return { status: 204 };
  const associations = shown.map(({ module, field }) => ({
    field: { api_name: field.apiName, id: space.id(field.idSuffix) },
    module: { api_name: module.apiName, plural_label: module.pluralLabel, id: space.moduleId(module) },
    layouts: layoutsOf(space, module).map(({ id, definition: { name, active } }) => ({
      ...{ name, id, status: active ? 'active' : 'inactive' },
    })),
  }));
  return { status: 200, json: { associations, info } };
}

/** GET /settings/global_picklists/{id}/actions/pick_list_values_associations?picklist_value_id=: what uses one choice. */
export async function listValueAssociations(call: CrmCall): Promise<CrmAnswer> {
  const { space, query } = call;
  const list = listInPath(call);
  const given = query.get('picklist_value_id');
  if (!given) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'picklist_value_id' } });
  const sequence = sequenceOf(space.dataSpace, readId(given) ?? '');
  const choice = list.definition.values.find(({ id }) => id === sequence);
  if (!choice) throw new Refusal('INVALID_DATA', { details: { param_name: 'picklist_value_id' }, message: idInvalid });
  const using = fieldsUsing(space.metadata, list.id);
  const blueprints = space
    .list('blueprint')
    .filter(({ module, definition }) =>
      using.some(
        (each) =>
          each.module.number === module &&
          each.field.apiName === definition.field &&
          definition.transitions.some(({ from, to }) => to === choice.value || from?.includes(choice.value)),
      ),
    );
  const found = [
    {
      type: 'fields',
      resources: using.map(({ field }) => ({ id: space.id(field.idSuffix), name: field.label, details: [] })),
    },
    {
      type: 'blueprints',
      resources: blueprints.map(({ id, definition }) => ({ id, name: definition.name, details: [] })),
    },
  ].filter(({ resources }) => resources.length > 0);
  if (found.length === 0) return { status: 204 };
  return { status: 200, json: { pick_list_values_associations: found } };
}
