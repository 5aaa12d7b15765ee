import * as sdk from '@zohocrm/typescript-sdk-8.0';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerOf, bodyOf, createdId, filled, parametersOf, record, records, written } from './sdk-session.ts';
import { openSdkStage, type SdkStage } from './sdk-stage.ts';

/** Records through the public TypeScript SDK. What is compared is what the SDK made of it. */
const scopes =
  'ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.users.ALL,ZohoCRM.org.READ,ZohoCRM.coql.READ,ZohoCRM.files.ALL,' +
  'ZohoSearch.securesearch.READ';
let stage: SdkStage;
beforeAll(async () => {
  stage = await openSdkStage();
  await stage.connected('content', scopes);
});
afterAll(() => stage.close());

async function create(module: string, values: Readonly<Record<string, unknown>>): Promise<bigint> {
  return createdId(await answerOf(records(module).createRecords(bodyOf(record(values)))));
}
const lead = (values: object = {}) => create('Leads', { Last_Name: 'Lovelace', Company: 'Engines', ...values });

describe('foreign client TypeScript SDK 8.0: records', () => {
  test('upsert says what it did and by which field', async () => {
    const id = await lead({ Email: 'ups@engines.example' });
    const body = bodyOf(
      record({ Last_Name: 'Known', Email: 'ups@engines.example' }),
      record({ Last_Name: 'New', Email: 'new@engines.example' }),
    );
    body.setDuplicateCheckFields(['Email']);
    expect(await answerOf(records('Leads').upsertRecords(body))).toMatchObject({
      status: 200,
      kind: 'ActionWrapper',
      value: {
        data: [
          { ...written('record updated', {}), action: 'update', duplicateField: 'Email', details: { id: String(id) } },
          { ...written('record added', {}), action: 'insert', details: { id: expect.stringMatching(/^\d+$/) } },
        ],
      },
    });
  });

  test('several are changed, one by one well or not', async () => {
    const id = await lead();
    const change = (of: bigint) => filled(record({ Company: 'Changed' }), { Id: of });
    const answer = await answerOf(records('Leads').updateRecords(bodyOf(change(id), change(1n))));
    expect(answer).toMatchObject({
      status: 207,
      kind: 'ActionWrapper',
      value: { data: [written('record updated', {}), { code: 'INVALID_DATA', status: 'error' }] },
    });
    const deleted = await answerOf(
      records('Leads').deleteRecords(await parametersOf([sdk.Record.DeleteRecordsParam.IDS, String(id)])),
    );
    expect(deleted.value.data).toMatchObject([written('record deleted', { id: String(id) })]);
  });

  test('a copy, and the number of records', async () => {
    const id = await lead({ Company: 'Copies' });
    const copy = createdId(await answerOf(records('Leads').cloneRecord(id)));
    expect(copy).not.toBe(id);
    const criteria = [sdk.Record.RecordCountParam.CRITERIA, '(Company:equals:Copies)'] as const;
    expect(await answerOf(records('Leads').recordCount(await parametersOf(criteria)))).toEqual({
      ...{ status: 200, kind: 'CountWrapper' },
      value: { count: 2n },
    });
  });

  test.each([
    ['CRITERIA', '((Company:equals:Searched)and(Last_Name:starts_with:Fin))'],
    ['EMAIL', 'find@engines.example'],
    ['PHONE', '+1 555 0123'],
    ['WORD', 'Findable'],
  ] as const)('search by %s', async (name, value) => {
    await lead({
      ...{ Last_Name: 'Findable', Company: 'Searched' },
      ...{ Email: 'find@engines.example', Phone: '+1 555 0123', City: name },
    });
    const { SearchRecordsParam } = sdk.Record;
    const parameters = await parametersOf(
      [SearchRecordsParam[name], value],
      [SearchRecordsParam.FIELDS, 'Last_Name,City'],
    );
    const found = await answerOf(records('Leads').searchRecords(parameters));
    expect(found).toMatchObject({ status: 200, kind: 'ResponseWrapper', value: { info: { moreRecords: false } } });
    expect(found.value.data).toContainEqual({ id: expect.any(BigInt), Last_Name: 'Findable', City: name });
  });

  test('a search without hits, and one that is refused', async () => {
    const search = async (criteria: string) =>
      answerOf(records('Leads').searchRecords(await parametersOf([sdk.Record.SearchRecordsParam.CRITERIA, criteria])));
    expect(await search('(Last_Name:equals:Nobody)')).toMatchObject({ status: 204, kind: 'nothing' });
    expect(await search('(Nope:equals:x)')).toMatchObject({
      ...{ status: 400, kind: 'APIException' },
      value: { code: 'INVALID_QUERY', details: { reason: 'the field is not available for search', api_name: 'Nope' } },
    });
  });

  test('COQL: rows, groups, none, and a fault', async () => {
    await lead({ Last_Name: 'Row', Company: 'Queried', No_of_Employees: 3 });
    await lead({ Last_Name: 'Other', Company: 'Queried', No_of_Employees: 4 });
    const query = (SelectQuery: string) =>
      answerOf(new sdk.Coql.CoqlOperations().getRecords(filled(new sdk.Coql.BodyWrapper(), { SelectQuery })));
    const where = "from Leads where Company = 'Queried'";
    expect(await query(`select Last_Name, Created_Time, Owner ${where} order by Last_Name limit 1`)).toMatchObject({
      ...{ status: 200, kind: 'ResponseWrapper' },
      value: {
        data: [
          { id: expect.any(BigInt), Last_Name: 'Other', Created_Time: expect.any(Date), Owner: { name: 'Tester' } },
        ],
        info: { count: 1, moreRecords: true },
      },
    });
    const groups = await query(`select SUM(No_of_Employees) as staff, Company ${where} group by Company`);
    expect(groups.value.data).toEqual([{ staff: 7, Company: 'Queried' }]);
    expect(await query("select id from Leads where Company = 'None'")).toMatchObject({ status: 204, kind: 'nothing' });
    expect(await query(`select Nope ${where}`)).toMatchObject({
      ...{ status: 400, kind: 'APIException' },
      value: { code: 'INVALID_QUERY', details: { column_name: 'Nope' } },
    });
  });

  test('the recycle bin and the timeline', async () => {
    const id = await lead({ Last_Name: 'Thrown' });
    await answerOf(records('Leads').updateRecord(id, bodyOf(record({ Company: 'Away' }))));
    const timeline = await answerOf(new sdk.Timelines.TimelinesOperations().getTimelines('Leads', String(id)));
    expect(timeline).toMatchObject({
      ...{ status: 200, kind: 'ResponseWrapper' },
      value: {
        timeline: [
          {
            ...{
              action: 'updated',
              source: 'crm_api',
              auditedTime: expect.any(Date),
              doneBy: { name: 'Terry Tester' },
            },
            record: { id, module: { apiName: 'Leads' } },
            fieldHistory: [{ apiName: 'Company', dataType: 'text', value: { old: 'Engines', new1: 'Away' } }],
          },
          { action: 'added' },
        ],
      },
    });
    await answerOf(records('Leads').deleteRecord(id));
    const bin = new sdk.RecycleBin.RecycleBinOperations();
    const found = await answerOf(bin.getRecyclebinRecord(id));
    expect(found).toMatchObject({
      ...{ status: 200, kind: 'ResponseWrapper' },
      value: {
        recycleBin: [{ id, displayName: 'Thrown', module: { apiName: 'Leads' }, deletedTime: expect.any(Date) }],
      },
    });
    expect((await answerOf(bin.getRecyclebinRecords())).value.recycleBin).toContainEqual(found.value.recycleBin[0]);
    expect(await answerOf(bin.deleteRecyclebinRecord(id))).toMatchObject({ status: 200, kind: 'ActionWrapper' });
  });
});

describe('foreign client TypeScript SDK 8.0: conversion', () => {
  test('options, conversion with a deal, and a second one that is refused', async () => {
    await create('Accounts', { Account_Name: 'Convertibles' });
    const id = await lead({ Last_Name: 'Convert', Company: 'Convertibles', Email: 'convert@engines.example' });
    const options = () => answerOf(new sdk.ConversionOption.ConversionOptionOperations(id).leadConversionOptions());
    // This release asks for the fields of a module "Leads,Contacts,Deals,Accounts" at its first try; at the second it
    // has them apart.
    await expect(options()).rejects.toMatchObject({ code: 'API_EXCEPTION' });
    expect(await options()).toMatchObject({
      ...{ status: 200, kind: 'ResponseWrapper' },
      value: { conversionOptions: { accounts: [{ Account_Name: 'Convertibles', id: expect.any(BigInt) }] } },
    });
    const deal = record({
      ...{ Deal_Name: 'Big', Stage: new sdk.Choice('Qualification'), Amount: 99.9 },
      Closing_Date: new Date('2026-11-24T00:00:00Z'),
    });
    const convert = (members: object) =>
      answerOf(
        new sdk.ConvertLead.ConvertLeadOperations(id).convertLead(
          filled(new sdk.ConvertLead.BodyWrapper(), {
            Data: [filled(new sdk.ConvertLead.LeadConverter(), { ...members })],
          }),
        ),
      );
    const converted = await convert({ Overwrite: true, NotifyLeadOwner: false, Deals: deal });
    const made = (name: string) => ({ name, id: expect.any(BigInt) });
    expect(converted).toEqual({
      ...{ status: 200, kind: 'ActionWrapper' },
      value: {
        data: [
          written('The record has been converted successfully', {
            ...{ Contacts: made('Convert'), Accounts: made('Convertibles'), Deals: made('Big') },
          }),
        ],
      },
    });
    const { Deals } = converted.value.data[0].details;
    const { value } = await answerOf(records('Deals').getRecord(Deals.id));
    expect(value.data[0]).toMatchObject({
      Amount: 99.9,
      Account_Name: { name: 'Convertibles' },
      Stage: 'Qualification',
    });
    expect(await convert({})).toMatchObject({
      status: 400,
      kind: 'APIException',
      value: { code: 'ID_ALREADY_CONVERTED' },
    });
  });
});

describe('foreign client TypeScript SDK 8.0: locks', () => {
  test('a record is locked, refuses changes, and is unlocked', async () => {
    const id = await lead({ Last_Name: 'Locked' });
    const locks = new sdk.RecordLocking.RecordLockingOperations(id, 'Leads');
    const body = (LockedReasonS: string) =>
      filled(new sdk.RecordLocking.BodyWrapper(), {
        Data: [filled(new sdk.RecordLocking.LockRecord(), { LockedReasonS })],
      });
    const locked = await answerOf(locks.lockRecords(body('deal in progress')));
    expect(locked).toMatchObject({
      status: 201,
      kind: 'ActionWrapper',
      value: { data: [written('record added', {})] },
    });
    const lock = createdId(locked);
    const refused = await answerOf(records('Leads').updateRecord(id, bodyOf(record({ Company: 'Other' }))));
    expect(refused).toMatchObject({ status: 400, value: { data: [{ code: 'RECORD_LOCKED', status: 'error' }] } });
    await answerOf(locks.updateRecordLockingInformation(lock, body('another reason')));
    // Locks are records to this SDK: their members keep the names of the wire.
    expect(await answerOf(locks.getRecordLockingInformations())).toMatchObject({
      ...{ status: 200, kind: 'ResponseWrapper' },
      value: {
        data: [
          {
            ...{ id: lock, Locked_Reason__s: 'another reason', Lock_Source__s: 'Manual' },
            ...{ Locked_By__s: { name: 'Terry Tester' }, Locked_For__s: { id, name: 'Locked' } },
          },
        ],
        info: { count: 1, moreRecords: false },
      },
    });
    expect((await answerOf(locks.unlockRecord(lock))).value.data).toMatchObject([{ message: 'relation removed' }]);
    expect(await answerOf(locks.getRecordLockingInformations())).toMatchObject({ status: 204, kind: 'nothing' });
    expect(await answerOf(records('Leads').updateRecord(id, bodyOf(record({ Company: 'Other' }))))).toMatchObject({
      status: 200,
    });
  });
});
