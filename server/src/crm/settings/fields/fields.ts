import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { sequenceOf } from '../../kernel/ids.ts';
import { type Field, isFieldOf, type Module } from '../../kernel/metadata/metadata.ts';
import { layoutsOf } from '../../kernel/space/layouts-of.ts';
import { metadataModule } from '../../wire/module-parameter.ts';
import { choiceParameter, listParameter, pathId } from '../../wire/parameters.ts';
import { fieldAnswer } from './field-answer.ts';

/** GET /settings/fields?module= */
export async function listFields(call: CrmCall): Promise<CrmAnswer> {
  const { space, query } = call;
  const module = metadataModule(call);
  const type = choiceParameter(query, 'type', ['used', 'unused', 'all'], 'used');
  const layout = query.get('layout_id');
  const shown = layoutsOf(space, module).find(({ id }) => id === layout);
  if (layout && !shown) throw new Refusal('INVALID_DATA', { details: { param_name: 'layout_id' } });
  // Without a layout all fields of the module are in use.
  const unused = new Set(shown?.definition.unused);
  const fields = module.fields.filter(
    (field) => isFieldOf(call.version, field) && (type === 'all' || unused.has(field.idSuffix) === (type === 'unused')),
  );
  if (fields.length === 0) return { status: 204 };
  const show = fieldsShown(call);
  return { status: 200, json: { fields: fields.map((field) => show(field, module)) } };
}

/** GET /settings/fields/{id}?module= */
export async function getField(call: CrmCall): Promise<CrmAnswer> {
  const { space } = call;
  const module = metadataModule(call);
  const suffix = sequenceOf(space.dataSpace, pathId(call.path[0] as string, 2));
  const field = module.fields.find((each) => each.idSuffix === suffix);
  if (!field) throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
  return { status: 200, json: { fields: [fieldsShown(call)(field, module)] } };
}

/** GET /settings/fields/{id}/pick_list_values?module= */
export async function listPickListValues(call: CrmCall): Promise<CrmAnswer> {
  const { space } = call;
  const module = metadataModule(call);
  const suffix = sequenceOf(space.dataSpace, pathId(call.path[0] as string, 2));
  const field = module.fields.find((each) => each.idSuffix === suffix);
  if (!field) throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
  const { pick_list_values, layout_associations } = fieldAnswer(field, module, call);
  const values = pick_list_values as readonly object[];
  if (values.length === 0) return { status: 204 };
  return { status: 200, json: { pick_list_values: values.map((each) => ({ ...each, layout_associations })) } };
}

/** How fields are shown: with `include=allowed_permissions_to_update`, also what profiles may be allowed to do with them. */
function fieldsShown(call: CrmCall): (field: Field, module: Module) => Record<string, unknown> {
  const parts = listParameter(call.query, 'include') ?? [];
  if (!parts.includes('allowed_permissions_to_update')) return (field, module) => fieldAnswer(field, module, call);
  return (field, module) => {
    const shown = fieldAnswer(field, module, call);
    const writable = !field.readOnly;
    const allowed_permissions = { read_write: writable, read_only: true, hidden: !field.mandatory };
    return { ...shown, allowed_permissions };
  };
}
