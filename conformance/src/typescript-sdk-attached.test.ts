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

/** What hangs on records, through the public TypeScript SDK. What is compared is what the SDK made of it. */
const scopes =
  'ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.users.ALL,ZohoCRM.org.READ,ZohoCRM.coql.READ,ZohoCRM.files.ALL,' +
  'ZohoSearch.securesearch.READ';
let stage: SdkStage;
let folder: SdkFolder;
beforeAll(async () => {
  stage = await openSdkStage();
  folder = await stage.connected('attached', scopes);
});
afterAll(() => stage.close());

async function create(module: string, values: Readonly<Record<string, unknown>>): Promise<bigint> {
  return createdId(await answerOf(records(module).createRecords(bodyOf(record(values)))));
}
const lead = (values: object = {}) => create('Leads', { Last_Name: 'Lovelace', Company: 'Engines', ...values });

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
