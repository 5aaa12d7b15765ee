import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { changedAfter, listParameter, pathId, timeHeader } from '../../wire/parameters.ts';
import { viewOfOne } from '../linking/show-links.ts';
import { mayUse, pathModule } from '../record-module.ts';
import { recordShape, renderRecord } from './render-record.ts';

/** GET /{module}/{id}: one statement, shared with the other reads of the same moment. */
export async function getRecord(call: CrmCall): Promise<CrmAnswer> {
  const { space, store } = call;
  const module = pathModule(call);
  const id = pathId(call.path[1] as string, 1);
  const since = timeHeader(call, 'if-modified-since');
  mayUse(call, module, 'View');
  const record = await store.records.read({ dataSpace: space.dataSpace, module: module.number, id });
  if (!record) return notFound(call);
  if (since !== undefined && !changedAfter(record.modifiedAtMs, since)) return { status: 304 };
  const shape = recordShape(module, call.version, listParameter(call.query, 'fields'));
  const view = await viewOfOne(call, shape, record);
  return { status: 200, text: `{"data":[${renderRecord(shape, record, view)}]}` };
}

/** An unknown record is an error since v8 and simply nothing before. */
export function notFound(call: CrmCall): CrmAnswer {
  if (call.version.number < 8) return { status: 204 };
  throw new Refusal('INVALID_DATA', {
    status: 404,
    details: { resource_path_index: 1 },
    message: idInvalid,
    outcome: 'RecordUnknown',
    reason: { came: call.path[1] },
  });
}
