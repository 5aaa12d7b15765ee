import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { idsFilter, listParameter, pathId } from '../../wire/parameters.ts';
import { mayUse, pathModule } from '../record-module.ts';
import { isRichText, recordShape, renderRecord } from '../view/render-record.ts';

/** Most records and fields of a call. */
export const fullTextLimits = { ids: 200, fields: 8 } as const;

/** GET /{module}/actions/fetch_full_data?ids=&fields=: rich texts, of which lists show the beginning only (crm-api 11). */
export async function getFullTexts(call: CrmCall): Promise<CrmAnswer> {
  const module = pathModule(call);
  const names = listParameter(call.query, 'fields');
  if (!names) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'fields' } });
  const ids = idsFilter(call.query, 'ids', fullTextLimits.ids);
  if (!ids) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'ids' } });
  // Digits that can be nobody's id find nothing.
  return answer(
    call,
    module,
    names,
    ids.map(readId).filter((id) => id !== undefined),
  );
}

/** GET /{module}/{id}/actions/fetch_full_data: those of one record, all of them unless `fields` says which. */
export function getFullTextsOfOne(call: CrmCall): Promise<CrmAnswer> {
  const module = pathModule(call);
  return answer(call, module, listParameter(call.query, 'fields'), [pathId(call.path[1] as string, 1)]);
}

async function answer(
  call: CrmCall,
  module: Module,
  names: readonly string[] | undefined,
  ids: readonly string[],
): Promise<CrmAnswer> {
  const { space, store, user } = call;
  if (names && names.length > fullTextLimits.fields) {
    throw new Refusal('LIMIT_EXCEEDED', { details: { limit: fullTextLimits.fields, param_name: 'fields' } });
  }
  mayUse(call, module, 'View');
  const fields = module.fields.filter(isRichText).map(({ apiName }) => apiName);
  const asked = names ? fields.filter((name) => names.includes(name)) : fields;
  if (asked.length === 0) return { status: 204 };
  const found = await store.records.readMany(space.dataSpace, module.number, ids);
  const records = ids.flatMap((id) => found.get(id) ?? []);
  if (records.length === 0) return { status: 204 };
  const shape = recordShape(module, call.version, asked);
  const view = { space, timeZone: user.timeZone, nowMs: call.nowMs, names: new Map() };
  return { status: 200, text: `{"data":[${records.map((record) => renderRecord(shape, record, view)).join(',')}]}` };
}
