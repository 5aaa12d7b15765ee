import type { CrmAnswer, CrmCall } from '../context.ts';
import { idInvalid, Refusal } from '../errors.ts';
import { choiceParameter, pathId } from '../http/parameters.ts';
import { isFieldOf } from '../metadata/metadata.ts';
import { layoutId, sequenceOf } from '../organizations/ids.ts';
import { fieldAnswer } from './field-answer.ts';
import { metadataModule } from './module-parameter.ts';

/** GET /settings/fields?module= */
export async function listFields(call: CrmCall): Promise<CrmAnswer> {
  const { space, query } = call;
  const module = metadataModule(call);
  const type = choiceParameter(query, 'type', ['used', 'unused', 'all'], 'used');
  const layout = query.get('layout_id');
  if (layout && layout !== layoutId(space.dataSpace, module.number)) {
    throw new Refusal('INVALID_DATA', { details: { param_name: 'layout_id' } });
  }
  const fields = module.fields.filter((field) => isFieldOf(call.version, field));
  if (type === 'unused' || fields.length === 0) return { status: 204 };
  return { status: 200, json: { fields: fields.map((field) => fieldAnswer(field, module, call)) } };
}

/** GET /settings/fields/{id}?module= */
export async function getField(call: CrmCall): Promise<CrmAnswer> {
  const { space } = call;
  const module = metadataModule(call);
  const suffix = sequenceOf(space.dataSpace, pathId(call.path[0] as string, 2));
  const field = module.fields.find((each) => each.idSuffix === suffix);
  if (!field) throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
  return { status: 200, json: { fields: [fieldAnswer(field, module, call)] } };
}
