import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { checkPermission, customization } from '../../kernel/permissions.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { ViewSort } from '../../kernel/space/view-sort.ts';
import { findView, viewInvalid } from '../../records/list/find-view.ts';
import { viewSortFields } from '../../records/list/view-sort.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { writeSettings } from '../../store/space/settings-table.ts';
import { answerItemList, readItemList, success } from '../../wire/item-list.ts';
import { metadataModule } from '../../wire/module-parameter.ts';
import { pathId } from '../../wire/parameters.ts';

export const maxViewsOfCall = 20;

/** PUT /settings/custom_views/actions/change_sort?module= */
export async function changeSorts(call: CrmCall): Promise<CrmAnswer> {
  const module = metadataModule(call);
  return change(call, module, readItemList(call, 'custom_views', maxViewsOfCall), undefined);
}

/** PUT /settings/custom_views/{id}/actions/change_sort?module= */
export async function changeSort(call: CrmCall): Promise<CrmAnswer> {
  const module = metadataModule(call);
  const id = pathId(call.path[0] as string, 2);
  if (!findView(call.space, module, id)) {
    throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
  }
  return change(call, module, readItemList(call, 'custom_views', 1), id);
}

async function change(
  call: CrmCall,
  module: Module,
  items: readonly unknown[],
  inPath: string | undefined,
): Promise<CrmAnswer> {
  checkPermission(call.user, customization);
  const answers = await changeSpace(call, async (transaction) => {
    const done: ItemAnswer[] = [];
    for (const [index, raw] of items.entries()) {
      const reading = readSort(call, module, raw, `$.custom_views[${index}]`, inPath);
      if ('code' in reading) {
        done.push(reading);
        continue;
      }
      const { id, body } = reading;
      await writeSettings(transaction, call, 'view_sort', [{ id, module: module.number, definition: body }]);
      done.push(success('custom view sort order updated successfully', { id }));
    }
    return done;
  });
  return answerItemList('custom_views', answers, 200);
}

function readSort(
  { space }: CrmCall,
  module: Module,
  raw: unknown,
  path: string,
  inPath: string | undefined,
): { readonly id: string; readonly body: ViewSort } | ErrorBody {
  const at = (key: string) => ({ api_name: key, json_path: `${path}.${key}` });
  if (!isJsonObject(raw)) return errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: path });
  if (inPath === undefined && (raw.id === undefined || raw.id === null))
    return errorBody('MANDATORY_NOT_FOUND', at('id'));
  const id = inPath ?? readId(raw.id) ?? '';
  if (!findView(space, module, id)) return errorBody('INVALID_DATA', at('id'), viewInvalid);
  if (raw.sort_by === undefined || raw.sort_by === null) return errorBody('MANDATORY_NOT_FOUND', at('sort_by'));
  const given = isJsonObject(raw.sort_by) ? raw.sort_by : { api_name: raw.sort_by };
  const byId = readId(given.id);
  const field = viewSortFields.find((name) => {
    const known = module.field.get(name);
    return given.api_name === name || (known && byId === space.id(known.idSuffix));
  });
  if (!field) return errorBody('INVALID_DATA', { ...at('sort_by'), supported_values: viewSortFields });
  const order = raw.sort_order ?? 'asc';
  if (order !== 'asc' && order !== 'desc') {
    return errorBody('INVALID_DATA', { ...at('sort_order'), supported_values: ['asc', 'desc'] });
  }
  return { id, body: { field, order } };
}
