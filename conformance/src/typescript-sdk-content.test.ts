import * as sdk from '@zohocrm/typescript-sdk-8.0';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  answerOf,
  bodyOf,
  createdId,
  fileOf,
  filled,
  parametersOf,
  record,
  records,
  type SdkFolder,
  written,
} from './sdk-session.ts';
import { openSdkStage, type SdkStage } from './sdk-stage.ts';

/** Records, and what hangs on them, through the public TypeScript SDK. What is compared is what the SDK made of it. */
const scopes =
  'ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.users.ALL,ZohoCRM.org.READ,ZohoCRM.coql.READ,ZohoCRM.files.ALL,' +
  'ZohoSearch.securesearch.READ';
let stage: SdkStage;
let folder: SdkFolder;
beforeAll(async () => {
  stage = await openSdkStage();
  folder = await stage.connected('content', scopes);
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

describe('foreign client TypeScript SDK 8.0: what hangs on records', () => {
  const text = (name: string, content: string) => fileOf(folder, name, content);

  test('attachments: file and link, list, download, deletion', async () => {
    const id = await lead();
    const attachments = new sdk.Attachments.AttachmentsOperations();
    const file = filled(new sdk.Attachments.FileBodyWrapper(), { File: text('naïve name.txt', 'some text') });
    const uploaded = await answerOf(attachments.uploadAttachments(id, 'Leads', file));
    expect(uploaded).toMatchObject({
      ...{ status: 200, kind: 'ActionWrapper' },
      value: { data: [written('attachment uploaded successfully', { Created_Time: expect.any(Date) })] },
    });
    const { UploadUrlAttachmentsParam: Link, GetAttachmentsParam } = sdk.Attachments;
    const link = await parametersOf([Link.ATTACHMENTURL, 'https://engines.example/page'], [Link.TITLE, 'A page']);
    await answerOf(attachments.uploadUrlAttachments(id, 'Leads', link));

    const fields = await parametersOf([GetAttachmentsParam.FIELDS, 'id,File_Name,Size,Parent_Id']);
    const listed = await answerOf(attachments.getAttachments(id, 'Leads', fields));
    expect(listed).toMatchObject({
      ...{ status: 200, kind: 'ResponseWrapper' },
      value: {
        data: [
          { fileName: 'A page', type: 'Link URL', linkUrl: 'https://engines.example/page' },
          { fileName: 'naïve name.txt', type: 'Attachment', size: '9', parentId: { id } },
        ],
        info: { count: 2, moreRecords: false },
      },
    });
    const attachment = listed.value.data[1].id;
    // The SDK leaves a name of the extended form (RFC 8187) encoded.
    const downloaded = await answerOf(attachments.getAttachment(attachment, id, 'Leads'));
    expect(downloaded).toMatchObject({
      status: 200,
      kind: 'FileBodyWrapper',
      value: { file: { name: 'na%C3%AFve%20name.txt' } },
    });
    expect(String(downloaded.value.file.stream)).toBe('some text');
    const deleted = await answerOf(attachments.deleteAttachment(attachment, id, 'Leads'));
    expect(deleted.value.data).toEqual([written('record deleted', { id: attachment })]);
  });

  test('photo', async () => {
    const id = await lead();
    const content = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    const body = filled(new sdk.Record.FileBodyWrapper(), { File: fileOf(folder, 'photo.png', content) });
    expect(await answerOf(records('Leads').uploadPhoto(id, body))).toEqual({
      ...{ status: 200, kind: 'SuccessResponse' },
      value: written('photo uploaded successfully', {}),
    });
    const photo = await answerOf(records('Leads').getPhoto(id));
    expect(photo).toMatchObject({ status: 200, kind: 'FileBodyWrapper' });
    expect(Buffer.compare(photo.value.file.stream, content)).toBe(0);
    expect((await answerOf(records('Leads').deletePhoto(id))).value).toEqual(written('Photo deleted', {}));
    expect(await answerOf(records('Leads').getPhoto(id))).toMatchObject({ status: 204, kind: 'nothing' });
  });

  test('files of the store', async () => {
    const files = new sdk.Files.FilesOperations();
    const body = filled(new sdk.Files.BodyWrapper(), { File: [text('one.txt', 'one'), text('two.txt', 'two')] });
    const uploaded = await answerOf(files.uploadFiles(body));
    expect(uploaded).toMatchObject({
      ...{ status: 200, kind: 'ActionWrapper' },
      value: {
        data: ['one.txt', 'two.txt'].map((name) =>
          written(`${name} uploaded Succeessfully`, { name, id: expect.stringMatching(/^[0-9a-f]{64}$/) }),
        ),
      },
    });
    const { id } = uploaded.value.data[1].details;
    const downloaded = await answerOf(files.getFile(await parametersOf([sdk.Files.GetFileParam.ID, id])));
    expect(downloaded).toMatchObject({ status: 200, kind: 'FileBodyWrapper', value: { file: { name: 'two.txt' } } });
    expect(String(downloaded.value.file.stream)).toBe('two');
  });

  test('notes', async () => {
    const id = await lead();
    const notes = new sdk.Notes.NotesOperations();
    const parent = filled(new sdk.Notes.ParentId(), {
      Id: id,
      Module: filled(new sdk.Modules.MinifiedModule(), { APIName: 'Leads' }),
    });
    const bodyWith = (members: object) =>
      filled(new sdk.Notes.BodyWrapper(), { Data: [filled(new sdk.Notes.Note(), { ...members })] });
    const created = await answerOf(
      notes.createNotes(bodyWith({ NoteTitle: 'Title', NoteContent: 'Content', ParentId: parent })),
    );
    expect(created).toMatchObject({
      status: 201,
      kind: 'ActionWrapper',
      value: { data: [written('record added', { Created_Time: expect.any(Date) })] },
    });
    const note = createdId(created);
    expect(await answerOf(notes.updateNote(note, bodyWith({ NoteContent: 'Changed' })))).toMatchObject({
      ...{ status: 200, kind: 'ActionWrapper' },
      value: { data: [written('record updated', { id: String(note) })] },
    });
    const fields = 'Note_Title,Note_Content,Parent_Id,Owner,Created_Time';
    const one = await answerOf(notes.getNote(note, await parametersOf([sdk.Notes.GetNoteParam.FIELDS, fields])));
    expect(one).toMatchObject({
      ...{ status: 200, kind: 'ResponseWrapper' },
      value: {
        data: [
          {
            ...{ id: note, noteTitle: 'Title', noteContent: 'Changed', createdTime: expect.any(Date) },
            ...{ owner: { email: stage.email }, parentId: { id, name: 'Lovelace', module: { apiName: 'Leads' } } },
          },
        ],
      },
    });
    const all = await answerOf(notes.getNotes(await parametersOf([sdk.Notes.GetNotesParam.FIELDS, fields])));
    expect(all.value.data.map((each: { id: bigint }) => each.id)).toContain(note);
    expect((await answerOf(notes.deleteNote(note))).value.data).toEqual([
      written('record deleted', { id: String(note) }),
    ]);
  });

  test('related records: lists, links with a field of their own, counts', async () => {
    const [person, campaign] = [await lead(), await create('Campaigns', { Campaign_Name: 'Spring' })];
    const members = new sdk.RelatedRecords.RelatedRecordsOperations('Leads', 'Campaigns');
    const link = filled(new sdk.RelatedRecords.BodyWrapper(), { Data: [record({ Member_Status: 'Active' })] });
    expect(await answerOf(members.updateRelatedRecord(person, campaign, link))).toMatchObject({
      ...{ status: 200, kind: 'ActionWrapper' },
      value: { data: [written('relation added', { id: person })] },
    });
    const fields = await parametersOf([sdk.RelatedRecords.GetRelatedRecordsParam.FIELDS, 'Last_Name']);
    expect(await answerOf(members.getRelatedRecords(campaign, fields))).toMatchObject({
      ...{ status: 200, kind: 'ResponseWrapper' },
      value: { data: [{ id: person, Last_Name: 'Lovelace', Member_Status: 'Active' }], info: { count: 1, page: 1 } },
    });
    const { RelatedList, GetRelatedRecordCount, BodyWrapper } = sdk.GetRelatedRecordsCount;
    const asked = filled(new GetRelatedRecordCount(), { RelatedList: filled(new RelatedList(), { APIName: 'Leads' }) });
    const counts = new sdk.GetRelatedRecordsCount.GetRelatedRecordsCountOperations(campaign, 'Campaigns');
    expect(
      await answerOf(counts.getRelatedRecordsCount(filled(new BodyWrapper(), { GetRelatedRecordsCount: [asked] }))),
    ).toMatchObject({ value: { getRelatedRecordsCount: [{ count: 1, relatedList: { apiName: 'Leads' } }] } });
    const removed = await answerOf(members.delinkRecord(person, campaign));
    expect(removed.value.data).toEqual([written('relation removed', { id: person })]);
    expect(await answerOf(members.getRelatedRecords(campaign, fields))).toMatchObject({ status: 204, kind: 'nothing' });
  });

  test('tags of a module and of records', async () => {
    const [one, two] = [await lead(), await lead()];
    const tags = new sdk.Tags.TagsOperations();
    const of = (Param: { MODULE: unknown }) => parametersOf([Param.MODULE, 'Leads']);
    const tag = (members: object) => filled(new sdk.Tags.Tag(), { ...members });
    const body = (...items: sdk.Tags.Tag[]) => filled(new sdk.Tags.BodyWrapper(), { Tags: items });
    const created = await answerOf(
      tags.createTags(body(tag({ Name: 'Prime', ColorCode: '#57B1FD' })), await of(sdk.Tags.CreateTagsParam)),
    );
    expect(created).toMatchObject({
      ...{ status: 201, kind: 'ActionWrapper' },
      value: { tags: [written('tags created successfully', { id: expect.any(BigInt), color_code: '#57B1FD' })] },
    });
    const { id } = created.value.tags[0].details;
    const renamed = await answerOf(tags.updateTag(id, body(tag({ Name: 'First' })), await of(sdk.Tags.UpdateTagParam)));
    expect(renamed.value.tags).toMatchObject([{ message: 'tags updated successfully' }]);
    expect(await answerOf(tags.getTags(await of(sdk.Tags.GetTagsParam)))).toMatchObject({
      ...{ status: 200, kind: 'ResponseWrapper' },
      value: {
        tags: [{ id, name: 'First', colorCode: '#57B1FD', createdTime: expect.any(Date) }],
        info: { count: 1, allowedCount: 100 },
      },
    });
    const put = filled(new sdk.Tags.NewTagRequestWrapper(), { Ids: [one, two], Tags: [tag({ Name: 'First' })] });
    expect(await answerOf(tags.addTagsToMultipleRecords('Leads', put))).toMatchObject({
      ...{ status: 200, kind: 'RecordActionWrapper' },
      value: {
        ...{ successCount: '2', lockedCount: '0' },
        data: [one, two].map((lead) =>
          written('tags updated successfully', { id: lead, tags: [{ id, name: 'First' }] }),
        ),
      },
    });
    const count = await answerOf(tags.getRecordCountForTag(id, await of(sdk.Tags.GetRecordCountForTagParam)));
    expect(count).toMatchObject({ kind: 'CountResponseWrapper', value: { count: '2' } });
    const off = filled(new sdk.Tags.ExistingTagRequestWrapper(), {
      Tags: [filled(new sdk.Tags.ExistingTag(), { Name: 'First' })],
    });
    expect((await answerOf(tags.removeTags('Leads', one, off))).value.data).toMatchObject([
      { details: { id: one, tags: [] } },
    ]);
    expect((await answerOf(tags.deleteTag(id))).value.tags).toEqual([written('tags deleted successfully', { id })]);
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
