import type { Queryable } from '../../../database/database.ts';
import { insertJob } from '../../jobs/job-table.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, Refusal } from '../../kernel/errors.ts';
import { sequenceOf } from '../../kernel/ids.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import { type Module, servesRecords } from '../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { loadMetadata } from '../../store/space/load-metadata.ts';
import { answerItemList, readItemList, success } from '../../wire/item-list.ts';
import { metadataModule } from '../../wire/module-parameter.ts';
import { insertField } from './field-rows.ts';
import type { FieldTask, ModuleTask } from './field-task.ts';
import { insertModule, moduleNumbers } from './module-rows.ts';
import { mostChoices } from './pick-list.ts';
import { readNewField } from './read-field.ts';
import { type TidyRequest, tidyBegun } from './tidy-records.ts';

export const maxFieldsOfCall = 5;
/** Fields of an organization's own in one module. */
export const maxFields = 300;
/** Ids for a field beside those of its choices. */
const idsPerField = 40;

/**
 * POST /settings/fields?module= (crm-api 7.2): each item succeeds or fails alone. Everybody sees the new fields at once.
 */
export async function createFields(call: CrmCall): Promise<CrmAnswer> {
  const { number } = customizableModule(call);
  const items = readItemList(call, 'fields', maxFieldsOfCall);
  const newId = await idSource(call, items);
  const answers = await changeSpace(call, async (transaction) => {
    const done: ItemAnswer[] = [];
    for (const [index, raw] of items.entries()) {
      const metadata = await loadMetadata(transaction, call.space.dataSpace, call.space.contents);
      const module = metadata.byNumber(number) as Module;
      const newModuleNumber = await moduleNumbers(transaction, call, metadata);
      const task = { space: call.space, metadata, module, at: `$.fields[${index}]`, newId, newModuleNumber };
      done.push(await createField(transaction, call, raw, task));
    }
    return done;
  });
  return answerItemList('fields', answers, 201);
}

async function createField(transaction: Queryable, call: CrmCall, raw: unknown, task: ModuleTask): Promise<ItemAnswer> {
  const reading = readNewField(raw, task);
  if (reading.failure) return reading.failure;
  const failure = limitFailure(task);
  if (failure) return failure;
  const { source, module } = reading.value;
  if (module) await insertModule(transaction, call, module);
  await insertField(transaction, call, task.module, source);
  if (source.formula || source.rollup) await computeLater(transaction, call, task.module, task.newId());
  return success('field created', { id: call.space.id(source.id) });
}

/** Lets a job compute the formulas and roll-ups of the records that are there: until then formulas are shown, but not found. */
export async function computeLater(
  transaction: Queryable,
  call: CrmCall,
  module: Module,
  sequence: number,
): Promise<void> {
  const origin = { version: call.version.name, origin: call.origin };
  const request: TidyRequest = { ...origin, task: 'compute', module: module.number };
  await insertJob(transaction, call, call.space.id(sequence), {
    operation: 'field_tidying',
    request,
    progress: tidyBegun,
  });
}

function limitFailure({ module, at }: FieldTask): ErrorBody | undefined {
  if (module.fields.filter(({ custom }) => custom).length < maxFields) return undefined;
  return errorBody('LIMIT_EXCEEDED', { limit: maxFields, limit_due_to: [{ json_path: at }] });
}

/** New 12-digit parts of ids, taken before the transaction, which must not wait for other connections. */
export async function idSource({ space, store }: CrmCall, items: readonly unknown[]): Promise<() => number> {
  const choices = (raw: unknown) =>
    isJsonObject(raw) && Array.isArray(raw.pick_list_values) ? raw.pick_list_values.length : 0;
  const count = items.reduce<number>((sum, raw) => sum + idsPerField + Math.min(choices(raw), mostChoices), 0);
  const ids = await store.ids.take(space.dataSpace, count);
  let next = 0;
  return () => {
    const id = sequenceOf(space.dataSpace, ids[next++] ?? '');
    if (id === undefined) throw new Error('a field needed more ids than were taken for it');
    return id;
  };
}

/**
 * The module that `?module=` names, when it can have fields of an organization's own.
 * @throws Refusal REQUIRED_PARAM_MISSING, INVALID_MODULE, NOT_SUPPORTED.
 */
export function customizableModule(call: CrmCall): Module {
  const module = metadataModule(call);
  const fits = servesRecords(module) || module.generatedType === 'subform';
  if (fits && !module.traits.partOfRecord) return module;
  throw new Refusal('NOT_SUPPORTED', { details: { param_name: 'module', api_name: module.apiName } });
}
