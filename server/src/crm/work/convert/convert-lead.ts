import type { Queryable } from '../../../database/database.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { nameOfKey } from '../../kernel/metadata/metadata.ts';
import { checkPermission } from '../../kernel/permissions.ts';
import { type ItemChanges, noChanges } from '../../kernel/record/changes.ts';
import {
  fromRow,
  type RecordData,
  type RecordRow,
  recordColumns,
  type StoredRecord,
} from '../../kernel/record/record.ts';
import type { NewRecord } from '../../kernel/record/writes.ts';
import { computeFormulas } from '../../language/formula/record-formulas.ts';
import { newLinks } from '../../records/linking/write-links.ts';
import { isLocked, lockedBody } from '../../records/locked.ts';
import { recordModule } from '../../records/record-module.ts';
import { numberRecords } from '../../records/rules/auto-numbers.ts';
import { deriveValues } from '../../records/rules/derived-values.ts';
import { derivationFailure } from '../../records/rules/draft.ts';
import { applyTerritories } from '../../records/rules/territory-rule.ts';
import { changedClaims, displayName, newRowCount } from '../../records/write/apply-changes.ts';
import { checkReferences } from '../../records/write/check-references.ts';
import { newRecord } from '../../records/write/new-record.ts';
import { resolveTags } from '../../records/write/tags.ts';
import { writeAnswer } from '../../records/write/write-request.ts';
import { type ConversionTarget, mappedFields } from '../../settings/layouts/convert-mapping.ts';
import { isApproved } from '../../store/records/approval.ts';
import { historyEntry } from '../../store/records/record-history.ts';
import { insertClaimedWith } from '../../store/records/unique-values.ts';
import { visibleOwners } from '../../store/records/visibility.ts';
import { updateRecords } from '../../store/records/write-records.ts';
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
  const missing = (await checkReferences(call, [conversion.deal ?? undefined]))(conversion.deal?.wishes ?? []);
  if (missing) return writeAnswer(call, [missing], 200);
  const prepared = await prepare(call, conversion);
  const { store, space } = call;
  const done = await store.changeLocks.run([`${space.dataSpace}/${id}`], () =>
    store.database
      .transaction(async (transaction) => {
        const outcome = await convert(transaction, call, id, conversion, prepared);
        // What was written before the failure goes back.
        if ('failure' in outcome) throw new ConversionFailed(outcome);
        return outcome;
      })
      .catch((error: unknown) => {
        if (error instanceof ConversionFailed) return error.outcome;
        throw error;
      }),
  );
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

/** The conversion itself locks the lead, whoever sees it. @throws Refusal when the user does not. */
async function checkVisible(call: CrmCall, id: string): Promise<void> {
  if (!visibleOwners(call)) return;
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
    const wanted: ItemChanges = { ...noChanges(), tagNames: tags[target] };
    tagIds[target] = [...new Set((await resolveTags(call, targetModule(call, target), [wanted])).values())];
  }
  const count = conversionTargets.length;
  const ids = await call.store.ids.take(call.space.dataSpace, count + (deal ? newRowCount(deal) : 0));
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
  const lead = await lockRecord(transaction, call, leadModule(call).number, leadId);
  const details = { resource_path_index: 1 };
  if (!lead) throw new Refusal('INVALID_DATA', { details, message: idInvalid });
  if (lead.converted) throw new Refusal('ID_ALREADY_CONVERTED', { details });
  if (!isApproved(lead)) {
    throw new Refusal('NOT_APPROVED', { details, message: 'cannot convert record that is not approved yet' });
  }
  if (isLocked(lead)) return { failure: lockedBody(lead.id) };
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

async function lockRecord(
  transaction: Queryable,
  { space }: CrmCall,
  module: number,
  id: string,
): Promise<StoredRecord | undefined> {
  const [row] = await transaction.query<RecordRow>({
    text: `SELECT ${recordColumns} FROM crm_record WHERE data_space = $1 AND module = $2 AND record_id = $3 FOR UPDATE`,
    values: [space.dataSpace, module, id],
  });
  return row && fromRow(row);
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
  const existing = await lockRecord(transaction, call, module.number, id);
  if (!existing) {
    const place = { api_name: target, json_path: `$.data[0].${target}.id` };
    return { failure: errorBody('INVALID_DATA', place, idInvalid) };
  }
  const tags = [...new Set([...((existing.data.Tag ?? []) as readonly string[]), ...step.prepared.tagIds[target]])];
  const data: RecordData = {
    ...existing.data,
    ...(conversion.overwrite ? mapped : {}),
    // The contact works for the account from now on, unless it worked somewhere before.
    ...Object.fromEntries(Object.entries(more).filter(([name]) => existing.data[name] === undefined)),
    ...(tags.length === 0 ? {} : { Tag: tags }),
  };
  if (JSON.stringify(data) === JSON.stringify(existing.data)) return existing;
  checkPermission(call.user, `Crm_Implied_Edit_${target}`);
  if (isLocked(existing)) return { failure: lockedBody(existing.id) };
  deriveValues({
    module,
    id,
    data,
    previous: existing.data,
    given: () => false,
    createdAtMs: existing.createdAtMs,
    nowMs: call.nowMs,
  });
  applyTerritories(call.space, module, { ...existing, data }, call);
  const claims = changedClaims(module, existing, data);
  // Unique values of others are not taken over by a conversion.
  if (claims !== null) return existing;
  const record: StoredRecord = {
    ...existing,
    name: displayName(module, data),
    modifiedBy: call.user.id,
    modifiedAtMs: Math.max(call.nowMs, existing.modifiedAtMs),
    data,
  };
  computeFormulas(module, record, call);
  await updateRecords(transaction, [
    {
      key: { dataSpace: call.space.dataSpace, module: module.number, id },
      record,
      claims: null,
      history: historyEntry(existing, record),
    },
  ]);
  return record;
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
  { transaction, call, owner, prepared }: Step,
  target: ConversionTarget,
  data: RecordData,
  given: ItemChanges = noChanges(),
): Promise<StoredRecord | { readonly failure: ErrorBody }> {
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
  await numberRecords(transaction, call, module, [changes]);
  const id = prepared.ids[conversionTargets.indexOf(target)] as string;
  const ids = [id, ...prepared.rowIds];
  const takeId = () => ids.shift() as string;
  const made = newRecord(call, module, changes, new Map(), takeId);
  if ('failure' in made) return { failure: derivationFailure(made.failure, `$.data[0].${target}`) };
  const [outcome] = await insertClaimedWith(transaction, [
    made as NewRecord,
    ...newLinks(call, module, changes, id, takeId),
  ]);
  if (outcome && 'conflicts' in outcome) {
    const [conflict] = outcome.conflicts;
    const apiName = nameOfKey(conflict?.field ?? '');
    const place = { api_name: apiName, json_path: `$.data[0].${target}.${apiName}` };
    // Refused as a whole, so that what was written before goes back.
    throw new Refusal('DUPLICATE_DATA', { details: { ...place, id: conflict?.recordId } });
  }
  return made.record;
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
  const data: RecordData = {
    ...lead.data,
    Converted_Date_Time: call.nowMs,
    Lead_Conversion_Time: conversionDays(call, lead),
    ...(made.Contacts ? { Converted_Contact: made.Contacts.id } : {}),
    ...(made.Accounts ? { Converted_Account: made.Accounts.id } : {}),
    ...(made.Deals ? { Converted_Deal: made.Deals.id } : {}),
  };
  await transaction.query({
    text: `WITH told AS (
             INSERT INTO crm_timeline (data_space, record_id, module, at_ms, done_by, action, changes)
             VALUES ($1, $3, $2, $6, $5, 'converted', '[]')
           )
           UPDATE crm_record
           SET converted = true, version = version + 1, data = $4, modified_by = $5,
               modified_at_ms = greatest(modified_at_ms, $6), activity_at_ms = greatest(activity_at_ms, $6)
           WHERE data_space = $1 AND module = $2 AND record_id = $3`,
    values: [call.space.dataSpace, leadModule(call).number, lead.id, JSON.stringify(data), call.user.id, call.nowMs],
  });
}
