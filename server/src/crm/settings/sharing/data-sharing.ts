import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { errorBody } from '../../kernel/errors.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import { type Module, servesRecords } from '../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { type DataSharing, shareTypes } from '../../kernel/space/setting.ts';
import { hasOwners, shareTypeOf } from '../../store/records/visibility.ts';
import { answerItemList, readItemList, success } from '../../wire/item-list.ts';
import { changeArea, changedSetting, newSetting } from '../kept/setting-list.ts';

/** How far records of each module are open to everybody (crm-api 11): `/settings/data_sharing`. */
export const maxModules = 100;

/** The modules whose records users may see or not see. */
function sharedModules({ space }: CrmCall): readonly Module[] {
  return space.metadata.modules.filter(
    (module) => servesRecords(module) && hasOwners(module) && !module.traits.partOfRecord,
  );
}

/** GET /settings/data_sharing */
export async function listDataSharing(call: CrmCall): Promise<CrmAnswer> {
  const data_sharing = sharedModules(call).map((module) => ({
    module: { api_name: module.apiName, id: call.space.moduleId(module) },
    share_type: shareTypeOf(call, module),
    // There are no portals, and rules hold from the moment on in which they are written.
    public_in_portals: false,
    rule_computation_running: false,
  }));
  return { status: 200, json: { data_sharing } };
}

/** PUT /settings/data_sharing */
export async function updateDataSharing(call: CrmCall): Promise<CrmAnswer> {
  const raws = readItemList(call, 'data_sharing', maxModules);
  const answers = await changeArea({ area: 'data_sharing' }, call, (items) =>
    raws.map((raw, index): ItemAnswer => {
      const at = `$.data_sharing[${index}]`;
      if (!isJsonObject(raw)) {
        return errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: at });
      }
      const place = { api_name: 'module', json_path: `${at}.module` };
      if (raw.module === undefined || raw.module === null) return errorBody('MANDATORY_NOT_FOUND', place);
      const module = sharedModule(call, raw.module);
      if (!module) return errorBody('INVALID_DATA', place);
      const shareType = shareTypes.find((word) => word === raw.share_type);
      const ofType = { api_name: 'share_type', json_path: `${at}.share_type` };
      if (raw.share_type === undefined || raw.share_type === null) return errorBody('MANDATORY_NOT_FOUND', ofType);
      if (!shareType) return errorBody('INVALID_DATA', { ...ofType, supported_values: shareTypes });
      const id = call.space.moduleId(module);
      const before = items.get(id);
      const definition: DataSharing = { shareType };
      items.set(id, before ? changedSetting(call, before, definition) : newSetting(call, id, definition));
      return success('data sharing updated successfully', { module: { api_name: module.apiName, id } });
    }),
  );
  return answerItemList('data_sharing', answers, 200);
}

/** The module that `{"api_name"}`, `{"id"}` or a name says. */
export function sharedModule(call: CrmCall, raw: unknown): Module | undefined {
  const name = isJsonObject(raw) ? (raw.api_name ?? raw.id) : raw;
  return sharedModules(call).find((module) => module.apiName === name || call.space.moduleId(module) === String(name));
}
