import { kindOf } from '../../fields/field-kinds.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { recordModule } from '../../records/record-module.ts';
import { findFile } from '../../store/files/file-store.ts';
import { pathId } from '../../wire/parameters.ts';
import { fileAnswer } from './files.ts';

/** GET /{module}/{id}/actions/download_fields_attachment?fields_attachment_id=: a file that a field holds. */
export async function downloadFieldFile(call: CrmCall): Promise<CrmAnswer> {
  const { space, store } = call;
  const module = recordModule(call, 'View');
  const id = readId(pathId(call.path[1] as string, 1)) as string;
  const wanted = call.query.get('fields_attachment_id');
  if (!wanted) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'fields_attachment_id' } });
  const record = await store.records.read({ dataSpace: space.dataSpace, module: module.number, id });
  if (!record) throw new Refusal('INVALID_DATA', { details: { resource_path_index: 1 }, message: idInvalid });
  const row = module.fields
    .filter((field) => kindOf(field).holds === 'files')
    .flatMap(({ key }) => (record.data[key] ?? []) as readonly { id: string; File_Id__s: string }[])
    .find((each) => each.id === wanted);
  const file = row && (await findFile(store.database, space.dataSpace, row.File_Id__s));
  if (file) return fileAnswer(call, file);
  throw new Refusal('INVALID_DATA', { details: { param_name: 'fields_attachment_id' } });
}
