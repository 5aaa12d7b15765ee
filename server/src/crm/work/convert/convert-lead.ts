import type { Queryable } from '../../../database/database.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { type Module, nameOfKey } from '../../kernel/metadata/metadata.ts';
import { checkPermission } from '../../kernel/permissions.ts';
import { type ItemChanges, noChanges } from '../../kernel/record/changes.ts';
import type { RecordData, RecordKey, StoredRecord, StoredValue } from '../../kernel/record/record.ts';
import { recordModule } from '../../records/record-module.ts';
import { type BatchItem, newBatch } from '../../records/rules/batch.ts';
import { chains, checkState, run } from '../../records/rules/chain.ts';
import { rowCount } from '../../records/rules/take-ids.ts';
import { tagIdsOf } from '../../records/tag-ids.ts';
import { writeAnswer } from '../../records/write/write-request.ts';
import { type ConversionTarget, mappedFields } from '../../settings/layouts/convert-mapping.ts';
import { lockRecord } from '../../store/records/mark-converted.ts';
import { TransactionRecords } from '../../store/records/transaction-records.ts';
import { isLimited } from '../../store/records/visibility.ts';
import { success } from '../../wire/item-list.ts';
import { pathId } from '../../wire/parameters.ts';
import { findMatches } from './find-matches.ts';
import { moveContent } from './move-content.ts';
import { type Conversion, conversionTargets, leadModule, readConversion, targetModule } from './read-conversion.ts';

/**
 * POST /Leads/{id}/actions/convert (crm-api 7.13): the lead becomes a contact, an account and, if asked for, a deal; new
 * ones or ones that are there. Everything happens in one transaction: no half of a conversion is ever seen.
 */
export async function convertLead(call: CrmCall): Promise<CrmAnswer> {
  leadModule(call);
  recordModule(call, 'Edit');
  const id = readId(pathId(call.path[1] as string, 1)) as string;
  const conversion = readConversion(call);
  await checkVisible(call, id);
  if ('failure' in conversion) return writeAnswer(call, [conversion.failure], 200);
  const done = await convertOne(call, id, conversion, '$.data[0]');
  if ('failure' in done) return writeAnswer(call, [done.failure], 200);
  const reference = (record: StoredRecord | null) => record && { name: record.name, id: record.id };
  if (call.version.number < 3) {
    const ids = { Contacts: done.Contacts?.id, Deals: done.Deals?.id ?? null, Accounts: done.Accounts?.id ?? null };
    return { status: 200, json: { data: [ids] } };
  }
  const details = {
    Contacts: reference(done.Contacts),
    Deals: reference(done.Deals),
    Accounts: reference(done.Accounts),
  };
  return writeAnswer(call, [success('The record has been converted successfully', details)], 200);
}

/**
 * Converts a lead in one transaction, with what else belongs to it. @returns what it became, or why nothing was done.
 * @throws Refusal for what is wrong with the lead.
 */
export async function convertOne(
  call: CrmCall,
  id: string,
  conversion: Conversion,
  path: string,
  also?: (transaction: Queryable) => Promise<void>,
): Promise<Outcome> {
  const missing = await dealFailure(call, conversion, path);
  if (missing) return { failure: missing };
  const prepared = await prepare(call, conversion);
  const { store, space } = call;
  return store.changeLocks.run([`${space.dataSpace}/${id}`], () =>
    store.database
      .transaction(async (transaction) => {
        const outcome = await convert(transaction, call, id, conversion, prepared);
        // What was written before the failure goes back.
        if ('failure' in outcome) throw new ConversionFailed(outcome);
        await also?.(transaction);
        return outcome;
      })
      .catch((error: unknown) => {
        if (error instanceof ConversionFailed) return error.outcome;
        throw error;
      }),
  );
}

/** What is wrong with what the deal points to. */
async function dealFailure(call: CrmCall, { deal }: Conversion, path: string): Promise<ErrorBody | undefined> {
  if (!deal) return undefined;
  const items = [{ index: 0, jsonPath: `${path}.Deals`, changes: deal }];
  const batch = newBatch(call, targetModule(call, 'Deals'), 'insert', items);
  await run(chains.read, batch);
  return batch.items[0]?.failure;
}

/** The conversion itself locks the lead, whoever sees it. @throws Refusal when the user does not. */
async function checkVisible(call: CrmCall, id: string): Promise<void> {
  if (!isLimited(call)) return;
  const key = { dataSpace: call.space.dataSpace, module: leadModule(call).number, id };
  if (await call.store.records.read(key)) return;
  throw new Refusal('INVALID_DATA', { details: { resource_path_index: 1 }, message: idInvalid });
}

/** Thrown inside the transaction to roll it back. */
class ConversionFailed extends Error {
  readonly outcome: { readonly failure: ErrorBody };

  constructor(outcome: { readonly failure: ErrorBody }) {
    super('the lead cannot be converted');
    this.outcome = outcome;
  }
}

/** What is taken before the transaction, which must not wait for other connections. */
interface Prepared {
  readonly ids: readonly string[];
  /** For the rows and links of the deal. */
  readonly rowIds: readonly string[];
  readonly tagIds: Readonly<Record<ConversionTarget, readonly string[]>>;
}

async function prepare(call: CrmCall, { tags, deal }: Conversion): Promise<Prepared> {
  const tagIds = { Contacts: [], Accounts: [], Deals: [] } as Record<ConversionTarget, string[]>;
  for (const target of conversionTargets) {
    if (tags[target].length === 0) continue;
    tagIds[target] = [...new Set((await tagIdsOf(call, targetModule(call, target), tags[target])).values())];
  }
  const count = conversionTargets.length;
  const ids = await call.store.ids.take(call.space.dataSpace, count + (deal ? rowCount(deal) : 0));
  return { ids: ids.slice(0, count), rowIds: ids.slice(count), tagIds };
}

type Outcome = Readonly<Record<ConversionTarget, StoredRecord | null>> | { readonly failure: ErrorBody };

async function convert(
  transaction: Queryable,
  call: CrmCall,
  leadId: string,
  conversion: Conversion,
  prepared: Prepared,
): Promise<Outcome> {
  const lead = await lockRecord(transaction, keyOf(call, leadModule(call), leadId));
  const details = { resource_path_index: 1 };
  if (!lead) throw new Refusal('INVALID_DATA', { details, message: idInvalid });
  if (lead.converted) throw new Refusal('ID_ALREADY_CONVERTED', { details });
  const refused = checkState({
    call,
    module: leadModule(call),
    kind: 'convert',
    before: lead,
    changes: noChanges(),
    unmodifiedSinceMs: undefined,
  });
  if (refused?.code === 'NOT_APPROVED') {
    throw new Refusal('NOT_APPROVED', { details, message: 'cannot convert record that is not approved yet' });
  }
  if (refused) return { failure: refused };
  const matches = await findMatches(transaction, call, lead, 1);
  const owner = conversion.ownerId ?? lead.ownerId;
  const step = { transaction, call, lead, owner, conversion, prepared };

  const hasAccount = conversion.accountId !== null || lead.data.Company !== undefined;
  const account = hasAccount
    ? await takeIn(step, 'Accounts', conversion.accountId, matches.Accounts[0]?.id ?? null, {})
    : null;
  if (account && 'failure' in account) return account;
  const employer: RecordData = account ? { Account_Name: account.id } : {};
  const contact = await takeIn(step, 'Contacts', conversion.contactId, matches.Contacts[0]?.id ?? null, employer);
  if ('failure' in contact) return contact;
  const deal = conversion.deal
    ? await makeDeal(step, conversion.deal, { ...employer, Contact_Name: contact.id })
    : null;
  if (deal && 'failure' in deal) return deal;

  const made = { Contacts: contact, Accounts: account, Deals: deal };
  await markConverted(transaction, call, lead, made);
  await moveContent(transaction, call, lead.id, made, conversion);
  return made;
}

interface Step {
  readonly transaction: Queryable;
  readonly call: CrmCall;
  readonly lead: StoredRecord;
  readonly owner: string;
  readonly conversion: Conversion;
  readonly prepared: Prepared;
}

function keyOf({ space }: CrmCall, module: Module, id: string): RecordKey {
  return { dataSpace: space.dataSpace, module: module.number, id };
}

/** The call with a record table that writes in the transaction. */
function inside({ transaction, call }: Pick<Step, 'transaction' | 'call'>): CrmCall {
  const records = new TransactionRecords(call.store.database, transaction);
  return { ...call, store: { ...call.store, records } };
}

/** The contact or account that the lead becomes: the named one, the one it is known as, or a new one. */
async function takeIn(
  step: Step,
  target: 'Contacts' | 'Accounts',
  given: string | null,
  match: string | null,
  more: RecordData,
): Promise<StoredRecord | { readonly failure: ErrorBody }> {
  const { transaction, call, lead, conversion } = step;
  const module = targetModule(call, target);
  const mapped: RecordData = {};
  for (const [from, to] of mappedFields(target, call.space)) {
    const value = lead.data[from.key];
    if (value !== undefined) mapped[to.key] = value;
  }
  const id = given ?? match;
  if (id === null) return insert(step, target, { ...mapped, ...more });
  const existing = await lockRecord(transaction, keyOf(call, module, id));
  if (!existing) {
    const place = { api_name: target, json_path: `$.data[0].${target}.id` };
    return { failure: errorBody('INVALID_DATA', place, idInvalid) };
  }
  const tags = [...new Set([...((existing.data.Tag ?? []) as readonly string[]), ...step.prepared.tagIds[target]])];
  const wanted: RecordData = {
    ...(conversion.overwrite ? mapped : {}),
    // The contact works for the account from now on, unless it worked somewhere before.
    ...Object.fromEntries(Object.entries(more).filter(([name]) => existing.data[name] === undefined)),
    ...(tags.length === 0 ? {} : { Tag: tags }),
  };
  const values = Object.entries(wanted).filter(([key, value]) => !isSame(value, existing.data[key]));
  if (values.length === 0) return existing;
  checkPermission(call.user, `Crm_Implied_Edit_${target}`);
  const changes: ItemChanges = { ...noChanges(), values: new Map(values) };
  const item: BatchItem = { index: 0, id, jsonPath: `$.data[0].${target}`, changes, before: existing };
  await run(chains.takeIn, newBatch(inside(step), module, 'takeIn', [item]));
  return item.failure ? { failure: item.failure } : (item.after as StoredRecord);
}

function isSame(value: StoredValue, other: StoredValue | undefined): boolean {
  return JSON.stringify(value) === JSON.stringify(other);
}

async function makeDeal(
  step: Step,
  changes: ItemChanges,
  more: RecordData,
): Promise<StoredRecord | { readonly failure: ErrorBody }> {
  const mapped: RecordData = {};
  for (const [from, to] of mappedFields('Deals', step.call.space)) {
    const value = step.lead.data[from.key];
    if (value !== undefined) mapped[to.key] = value;
  }
  const given = Object.fromEntries([...changes.values].filter(([, value]) => value !== null)) as RecordData;
  const since = { Lead_Conversion_Time: conversionDays(step.call, step.lead) };
  return insert(step, 'Deals', { ...mapped, ...given, ...more, ...since }, changes);
}

async function insert(
  step: Step,
  target: ConversionTarget,
  data: RecordData,
  given: ItemChanges = noChanges(),
): Promise<StoredRecord | { readonly failure: ErrorBody }> {
  const { call, owner, prepared } = step;
  checkPermission(call.user, `Crm_Implied_Create_${target}`);
  const module = targetModule(call, target);
  const tags = prepared.tagIds[target];
  const changes: ItemChanges = {
    ...noChanges(),
    rows: given.rows,
    links: given.links,
    values: new Map(Object.entries(tags.length === 0 ? data : { ...data, Tag: tags })),
    ownerId: given.ownerId ?? owner,
  };
  const ids = [prepared.ids[conversionTargets.indexOf(target)] as string, ...prepared.rowIds];
  const item: BatchItem = { index: 0, jsonPath: `$.data[0].${target}`, changes };
  const options = { queryable: step.transaction, takeId: () => ids.shift() as string };
  await run(chains.convertTo, newBatch(inside(step), module, 'insert', [item], options));
  if (item.failure) return { failure: item.failure };
  if (item.outcome && 'conflicts' in item.outcome) {
    const [conflict] = item.outcome.conflicts;
    const apiName = nameOfKey(conflict?.field ?? '');
    const place = { api_name: apiName, json_path: `$.data[0].${target}.${apiName}` };
    // Refused as a whole, so that what was written before goes back.
    throw new Refusal('DUPLICATE_DATA', { details: { ...place, id: conflict?.recordId } });
  }
  return item.after as StoredRecord;
}

const dayMs = 86_400_000;

/** Days from a lead's creation to its conversion. */
function conversionDays({ nowMs }: CrmCall, { createdAtMs }: StoredRecord): number {
  return Math.max(0, Math.floor((nowMs - createdAtMs) / dayMs));
}

async function markConverted(
  transaction: Queryable,
  call: CrmCall,
  lead: StoredRecord,
  made: Readonly<Record<ConversionTarget, StoredRecord | null>>,
): Promise<void> {
  const values: RecordData = {
    Converted_Date_Time: call.nowMs,
    Lead_Conversion_Time: conversionDays(call, lead),
    ...(made.Contacts ? { Converted_Contact: made.Contacts.id } : {}),
    ...(made.Accounts ? { Converted_Account: made.Accounts.id } : {}),
    ...(made.Deals ? { Converted_Deal: made.Deals.id } : {}),
  };
  const changes: ItemChanges = { ...noChanges(), values: new Map(Object.entries(values)) };
  const item: BatchItem = { index: 0, id: lead.id, jsonPath: '$.data[0]', changes, before: lead };
  const batch = newBatch(call, leadModule(call), 'convert', [item], { queryable: transaction });
  await run(chains.convert, batch);
}
