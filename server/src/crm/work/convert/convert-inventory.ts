import type { Queryable } from '../../../database/database.ts';
import { kindOf } from '../../fields/field-kinds.ts';
import { isWritable } from '../../fields/read-value.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import { type Module, wholeModule } from '../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { type ItemChanges, noChanges, type RowChange } from '../../kernel/record/changes.ts';
import type { StoredRecord, StoredValue } from '../../kernel/record/record.ts';
import { mayUse, recordModule } from '../../records/record-module.ts';
import { type BatchItem, newBatch } from '../../records/rules/batch.ts';
import { chains, checkState, run } from '../../records/rules/chain.ts';
import { readRecords, writeAnswer } from '../../records/write/write-request.ts';
import { storeFor } from '../../store/records/limited-records.ts';
import { lockRecord } from '../../store/records/mark-converted.ts';
import { inOneTransaction } from '../../store/records/transaction-store.ts';
import { success } from '../../wire/item-list.ts';
import { pathId } from '../../wire/parameters.ts';

/** Quotes become sales orders and invoices, sales orders invoices (crm-api 11). */

/** What a record is to become. */
export interface InventoryConversion {
  readonly targets: readonly { readonly module: Module; readonly carriesTags: boolean }[];
  /** Who gets the new records; null: the owner of what they are made of. */
  readonly ownerId: string | null;
}

/** POST /{Quotes|Sales_Orders}/{id}/actions/convert: all records that are asked for, or none. */
export async function convertInventory(call: CrmCall): Promise<CrmAnswer> {
  const module = recordModule(call, 'View');
  const id = readId(pathId(call.path[1] as string, 1)) as string;
  const [raw] = await readRecords(call, module);
  const targets = readTargets(call, module, isJsonObject(raw) ? raw : {}, '$.data[0]');
  if ('code' in targets) return writeAnswer(call, [targets], 200);
  const answer = await convertOne(call, module, id, { targets, ownerId: null });
  if (answer === 'unknown')
    throw new Refusal('INVALID_DATA', { details: { resource_path_index: 1 }, message: idInvalid });
  return writeAnswer(call, [answer], 200);
}

/** The modules of `convert_to`, each that the user may make records of. */
export function readTargets(
  call: CrmCall,
  from: Module,
  { convert_to: raw }: JsonObject,
  at: string,
): InventoryConversion['targets'] | ErrorBody {
  const place = { api_name: 'convert_to', json_path: `${at}.convert_to` };
  if (raw === undefined || raw === null) return errorBody('MANDATORY_NOT_FOUND', place);
  if (!Array.isArray(raw)) return errorBody('INVALID_DATA', { expected_data_type: 'jsonarray', ...place });
  if (raw.length === 0) return errorBody('MANDATORY_NOT_FOUND', place);
  const targets: { readonly module: Module; readonly carriesTags: boolean }[] = [];
  for (const [index, each] of raw.entries()) {
    const json_path = `${place.json_path}[${index}]`;
    const given = isJsonObject(each) ? each.module : undefined;
    const name = isJsonObject(given) ? (given.api_name ?? given.id) : given;
    if (name === undefined || name === null) {
      return errorBody('MANDATORY_NOT_FOUND', { api_name: 'module', json_path: `${json_path}.module` });
    }
    const module = call.space.metadata.modules.find(
      (known) => known.apiName === name || call.space.moduleId(known) === String(name),
    );
    if (!module || !from.traits.convertsTo?.includes(module.apiName)) {
      const supported_values = from.traits.convertsTo ?? [];
      return errorBody('INVALID_DATA', { api_name: 'module', json_path: `${json_path}.module`, supported_values });
    }
    if (targets.some((target) => target.module === module)) return errorBody('DUPLICATE_DATA', { json_path });
    const carries = (each as JsonObject).carry_over_tags ?? false;
    if (typeof carries !== 'boolean') {
      const details = { api_name: 'carry_over_tags', json_path: `${json_path}.carry_over_tags` };
      return errorBody('INVALID_DATA', { expected_data_type: 'boolean', ...details });
    }
    mayUse(call, module, 'Create');
    targets.push({ module, carriesTags: carries });
  }
  return targets;
}

/** Thrown inside the transaction to roll it back. */
class ConversionFailed extends Error {
  readonly failure: ErrorBody;

  constructor(failure: ErrorBody) {
    super('the record cannot be converted');
    this.failure = failure;
  }
}

/**
 * Converts a record in one transaction, which holds the record: whoever asks at the same time waits, and is told that
 * it is converted. What was made before a failure, or before the process ended, is not there.
 */
export async function convertOne(
  call: CrmCall,
  module: Module,
  id: string,
  conversion: InventoryConversion,
): Promise<ItemAnswer | 'unknown'> {
  const { store, space } = call;
  const key = { dataSpace: space.dataSpace, module: module.number, id };
  if (!(await store.records.read(key))) return 'unknown';
  try {
    return await inOneTransaction(store, space.dataSpace, async (inner, transaction) => {
      const inside: CrmCall = { ...call, store: storeFor(inner, call) };
      const source = await lockRecord(transaction, key);
      if (!source) return 'unknown';
      const state = {
        call,
        module,
        kind: 'convert',
        before: source,
        changes: noChanges(),
        unmodifiedSinceMs: undefined,
      } as const;
      const refused = checkState(state);
      if (refused) return refused;
      const made: Record<string, { readonly name: string | null; readonly id: string }> = {};
      for (const target of conversion.targets) {
        if (await isConverted(transaction, source, key.dataSpace, target.module)) {
          throw new ConversionFailed(errorBody('ID_ALREADY_CONVERTED', { id }));
        }
        const record = await make(inside, module, source, target, conversion.ownerId);
        await noteConversion(transaction, call, source, target.module, record);
        made[target.module.apiName] = { name: record.name, id: record.id };
      }
      return success('The record has been converted successfully', made);
    });
  } catch (error) {
    if (error instanceof ConversionFailed) return error.failure;
    throw error;
  }
}

async function make(
  call: CrmCall,
  from: Module,
  source: StoredRecord,
  { module, carriesTags }: InventoryConversion['targets'][number],
  ownerId: string | null,
): Promise<StoredRecord> {
  const changes = carried(call, from, source, module, carriesTags);
  const item: BatchItem = {
    index: 0,
    jsonPath: '$.data[0]',
    changes: { ...changes, ownerId: ownerId ?? source.ownerId },
  };
  await run(chains.create, newBatch(call, module, 'insert', [item]));
  if (item.failure || !item.after) throw new ConversionFailed(item.failure ?? errorBody('DUPLICATE_DATA'));
  return item.after;
}

type Row = Readonly<Record<string, StoredValue>>;

/**
 * What goes over: values of fields that both modules have with the same name and type, line items, and the look-up to
 * what it was made of. Choices go over where the other module has them, too; files, numbers and unique values do not.
 */
function carried(call: CrmCall, from: Module, source: StoredRecord, to: Module, carriesTags: boolean): ItemChanges {
  const changes = noChanges();
  const fields = wholeModule(from).field;
  for (const field of wholeModule(to).fields) {
    const { apiName, key, pickList } = field;
    if (field.lookupModules.includes(from.apiName) && !field.readOnly) changes.values.set(key, source.id);
    const other = fields.get(apiName);
    const value = other && source.data[other.key];
    const goes = value !== undefined && other?.dataType === field.dataType && !field.unique && !field.readOnly;
    if (!goes || apiName === 'Tag' || !isWritable(field)) continue;
    if (['rows', 'files'].includes(String(kindOf(field).holds))) continue;
    const choices = Array.isArray(value) ? value : [value];
    const has = (choice: unknown) => pickList.some((each) => each.value === choice);
    if (pickList.length === 0 || choices.every(has)) changes.values.set(key, value);
  }
  const { lineItems } = to.traits;
  const lines = (source.data[from.traits.lineItems ?? ''] ?? []) as readonly Row[];
  if (lineItems !== undefined) {
    const jsonPath = `$.data[0].${lineItems}`;
    const rows = lines.map(({ id: _, ...row }): RowChange => {
      return { id: null, remove: false, values: new Map(Object.entries(row)), jsonPath };
    });
    changes.rows.set(lineItems, rows);
  }
  const tags = (source.data.Tag ?? []) as readonly string[];
  const tagNames = tags.flatMap((id) => call.space.tag(id)?.name ?? []);
  return { ...changes, tagNames: carriesTags && tagNames.length > 0 ? tagNames : null };
}

/** Whether what the record became is still there. */
async function isConverted(
  transaction: Queryable,
  { id }: StoredRecord,
  dataSpace: number,
  target: Module,
): Promise<boolean> {
  const [row] = await transaction.query({
    text: `SELECT 1 FROM crm_conversion AS done
           JOIN crm_record AS made ON made.data_space = done.data_space AND made.module = done.target_module
                                   AND made.record_id = done.target_id
           WHERE done.data_space = $1 AND done.record_id = $2 AND done.target_module = $3`,
    values: [dataSpace, id, target.number],
  });
  return row !== undefined;
}

async function noteConversion(
  transaction: Queryable,
  { space, user, nowMs }: CrmCall,
  source: StoredRecord,
  target: Module,
  made: StoredRecord,
): Promise<void> {
  await transaction.query({
    text: `INSERT INTO crm_conversion (data_space, record_id, target_module, target_id, converted_by, converted_at_ms)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (data_space, record_id, target_module)
           DO UPDATE SET target_id = $4, converted_by = $5, converted_at_ms = $6`,
    values: [space.dataSpace, source.id, target.number, made.id, user.id, nowMs],
  });
}
