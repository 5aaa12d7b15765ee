import * as sdk from '@zohocrm/typescript-sdk-8.0';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../server/src/testing/platform-process.ts';
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

/** Merging, blueprints, mails, layouts and mass jobs through the public TypeScript SDK. */
const families = ['modules', 'settings', 'users', 'org', 'files', 'send_mail'];
const scope = [...families.map((family) => `ZohoCRM.${family}.ALL`), 'ZohoCRM.templates.READ'].join();
let stage: SdkStage;
let folder: SdkFolder;
beforeAll(async () => {
  stage = await openSdkStage();
  folder = await stage.connected('processes', scope);
});
afterAll(() => stage.close());

const made = async (module: string, values: object): Promise<bigint> =>
  createdId(await answerOf(records(module).createRecords(bodyOf(record({ ...values })))));
const lead = (values: object = {}) => made('Leads', { Last_Name: 'Lovelace', Company: 'Engines', ...values });
const read = async (module: string, id: bigint) => (await answerOf(records(module).getRecord(id))).value.data[0];
const asText = (id: unknown) => String(id);

describe('foreign client TypeScript SDK 8.0: records', () => {
  test('find and merge', async () => {
    const [master, child] = [await lead(), await lead({ Phone: '1843' })];
    const { FindAndMerge } = sdk;
    const merging = new FindAndMerge.FindAndMergeOperations('Leads', master);
    const Fields = [filled(new FindAndMerge.DataFields(), { APIName: 'Phone' })];
    const Data = [filled(new FindAndMerge.MergeData(), { Id: child, Fields })];
    const Merge = [filled(new FindAndMerge.Merge(), { Data })];
    const begun = await answerOf(merging.mergeRecords(filled(new FindAndMerge.BodyWrapper(), { Merge })));
    expect(begun).toMatchObject({
      ...{ status: 200, kind: 'ActionWrapper' },
      value: { merge: [{ code: 'SCHEDULED', details: { job_id: expect.anything() }, status: 'success' }] },
    });
    const job = BigInt(begun.value.merge[0].details.job_id);
    const state = async () =>
      answerOf(merging.getRecordMerge(await parametersOf([FindAndMerge.GetRecordMergeParam.JOB_ID, job])));
    await until(async () => (await state()).value.merge[0].status === 'COMPLETED', 'the merge is done');
    expect(await state()).toMatchObject({
      ...{ status: 200, kind: 'ResponseWrapper' },
      value: { merge: [{ jobId: job, data: [{ id: child, fields: [{ apiName: 'Phone' }] }] }] },
    });
    expect((await read('Leads', master)).Phone).toBe('1843');
    expect((await answerOf(records('Leads').getRecord(child))).status).toBe(404);
  });

  test('mails by templates, and what is attached to them', async () => {
    const template = { module: 'Leads', subject: 'Hi', content: '<img src="data:image/png;base64,eA==">' };
    const defined = BigInt(await stage.defineTemplate({ name: 'Mail', ...template }));
    const quotes = BigInt(await stage.defineTemplate({ ...template, kind: 'inventory', name: 'Q', module: 'Quotes' }));
    const { EmailTemplates, InventoryTemplates, SendMail } = sdk;
    const emails = new EmailTemplates.EmailTemplatesOperations();
    const one = { id: defined, name: 'Mail', subject: 'Hi', content: template.content, active: true };
    const shown = { status: 200, kind: 'ResponseWrapper' };
    const query = await parametersOf([EmailTemplates.GetEmailTemplatesParam.MODULE, 'Leads']);
    const listed = await answerOf(emails.getEmailTemplates(query));
    expect(listed).toMatchObject({ ...shown, value: { emailTemplates: [{ id: defined, name: 'Mail' }] } });
    expect(await answerOf(emails.getEmailTemplate(defined))).toMatchObject({
      ...{ ...shown, value: { emailTemplates: [one] } },
    });
    const inventory = new InventoryTemplates.InventoryTemplatesOperations();
    const ofQuotes = { ...shown, value: { inventoryTemplates: [{ id: quotes, name: 'Q' }] } };
    expect(await answerOf(inventory.getInventoryTemplates(await parametersOf()))).toMatchObject(ofQuotes);
    expect(await answerOf(inventory.getInventoryTemplate(quotes))).toMatchObject(ofQuotes);

    const id = await lead();
    const file = filled(new sdk.Files.BodyWrapper(), { File: [fileOf(folder, 'a.txt', 'abc')] });
    const uploaded = await answerOf(new sdk.Files.FilesOperations().uploadFiles(file, await parametersOf()));
    const senders = await answerOf(new sdk.FromAddresses.FromAddressesOperations().getFromAddresses());
    const mail = filled(new SendMail.Data(), {
      From: filled(new SendMail.From(), { Email: senders.value.fromAddresses[0].email }),
      To: [filled(new SendMail.To(), { Email: 'zed@example.com' })],
      Template: filled(new EmailTemplates.EmailTemplate(), { Id: defined }),
      Attachments: [filled(new SendMail.Attachment(), { Id: uploaded.value.data[0].details.id })],
    });
    const sent = await answerOf(
      new SendMail.SendMailOperations(id, 'Leads').sendMail(filled(new SendMail.BodyWrapper(), { Data: [mail] })),
    );
    expect(sent).toMatchObject({ status: 200, value: { data: [{ code: 'SUCCESS' }] } });
    const { AssociateEmail } = sdk;
    const theirs = filled(new AssociateEmail.AssociateEmail(), {
      From: filled(new AssociateEmail.From(), { Email: 'zed@example.com' }),
      To: [filled(new AssociateEmail.To(), { Email: senders.value.fromAddresses[0].email })],
      ...{ Subject: 'Hi', Content: 'Hello', DateTime: new Date('2026-01-02T03:04:05Z') },
      ...{ Sent: false, OriginalMessageId: '<1@example.com>' },
    });
    const associating = new AssociateEmail.AssociateEmailOperations();
    const associated = associating.associate(
      id,
      'Leads',
      filled(new AssociateEmail.BodyWrapper(), { Emails: [theirs] }),
    );
    expect(await answerOf(associated)).toMatchObject({ status: 200, value: { emails: [{ details: {} }] } });
    const message = sent.value.data[0].details.message_id;
    const { DownloadAttachments, DownloadInlineImages } = sdk;
    const { GetDownloadAttachmentsDetailsParam: Part } = DownloadAttachments;
    const attachments = new DownloadAttachments.DownloadAttachmentsOperations();
    const whole = attachments.getDownloadAttachmentsDetails(
      id,
      'Leads',
      await parametersOf([Part.MESSAGE_ID, message]),
    );
    expect(await answerOf(whole)).toMatchObject({ status: 200, value: { file: { name: 'attachments.zip' } } });
    const { GetDownloadInlineImagesParam: Picture } = DownloadInlineImages;
    const picture = await parametersOf([Picture.MESSAGE_ID, message], [Picture.ID, '1']);
    const images = new DownloadInlineImages.DownloadInlineImagesOperations();
    const downloaded = await answerOf(images.getDownloadInlineImages(id, 'Leads', picture));
    expect(String(downloaded.value.file.stream)).toBe('x');
  });

  test('layouts', async () => {
    const { ActivateCustomLayoutParam, DeactivateCustomLayoutParam, DeleteCustomLayoutParam } = sdk.Layouts;
    const { BodyWrapper, LayoutsOperations, Profiles, SectionField, Sections, UpdateCustomLayoutParam } = sdk.Layouts;
    const id = BigInt(await stage.defineLayout({ name: 'Partners', module: 'Leads' }));
    const operations = new LayoutsOperations();
    const of = (parameter: unknown, ...more: (readonly [unknown, unknown])[]) =>
      parametersOf([parameter, 'Leads'], ...more);
    const whole = await answerOf(operations.getLayouts(await of(sdk.Layouts.GetLayoutsParam.MODULE)));
    expect(whole.value.layouts).toHaveLength(2);
    const [standard] = whole.value.layouts;
    const phone = filled(new SectionField(), { APIName: 'Phone', Required: true, SequenceNumber: 1 });
    const section = filled(new Sections(), { DisplayLabel: 'First', SequenceNumber: 1, Fields: [phone] });
    const bodyWith = (members: Record<string, unknown>) =>
      filled(new BodyWrapper(), { Layouts: [filled(new sdk.Layouts.Layouts(), members)] });
    const done = { status: 200, kind: 'ActionWrapper', value: { layouts: [{ code: 'SUCCESS', status: 'success' }] } };
    const changed = operations.updateCustomLayout(
      id,
      bodyWith({ Name: 'Friends', Sections: [section] }),
      await of(UpdateCustomLayoutParam.MODULE),
    );
    expect(await answerOf(changed)).toMatchObject(done);
    const shown = await answerOf(operations.getLayout(id, await of(sdk.Layouts.GetLayoutParam.MODULE)));
    expect(shown).toMatchObject({
      ...{ status: 200, kind: 'ResponseWrapper' },
      value: {
        layouts: [
          {
            id,
            name: 'Friends',
            sections: [{ displayLabel: 'First' }, expect.anything(), expect.anything(), expect.anything()],
          },
        ],
      },
    });
    const [first] = shown.value.layouts[0].sections;
    expect(first.fields).toMatchObject([{ apiName: 'Phone', required: true }]);
    const held = await lead({ Phone: '1', Layout: filled(new sdk.Layouts.Layouts(), { Id: id }) });
    expect((await read('Leads', held)).Layout).toMatchObject({ id, name: 'Friends' });
    const heir = asText(standard.id);
    const off = await of(DeactivateCustomLayoutParam.MODULE, [DeactivateCustomLayoutParam.TRANSFER_TO, heir]);
    expect(await answerOf(operations.deactivateCustomLayout(id, off))).toMatchObject(done);
    expect((await read('Leads', held)).Layout).toMatchObject({ name: 'Standard' });
    const profile = filled(new Profiles(), { Id: standard.profiles[0].id });
    const on = operations.activateCustomLayout(
      id,
      bodyWith({ Profiles: [profile] }),
      await of(ActivateCustomLayoutParam.MODULE),
    );
    expect(await answerOf(on)).toMatchObject(done);
    const gone = await of(DeleteCustomLayoutParam.MODULE, [DeleteCustomLayoutParam.TRANSFER_TO, heir]);
    expect(await answerOf(operations.deleteCustomLayout(id, gone))).toMatchObject(done);
  });

  test('blueprint', async () => {
    await stage.defineBlueprint({
      ...{ name: 'Support', module: 'Cases', field: 'Status' },
      transitions: [
        { name: 'Hold', from: ['New'], to: 'On Hold', fields: [{ api_name: 'Description', mandatory: true }] },
      ],
    });
    const id = await made('Cases', {
      ...{ Subject: 'S', Status: new sdk.Choice('New'), Case_Origin: new sdk.Choice('Phone') },
    });
    const { Blueprint } = sdk;
    const process = new Blueprint.BlueprintOperations(String(id), 'Cases');
    const shown = await answerOf(process.getBlueprint());
    expect(shown).toMatchObject({
      ...{ status: 200, kind: 'ResponseWrapper' },
      value: {
        blueprint: {
          processInfo: { name: 'Support', apiName: 'Status', fieldValue: 'New' },
          transitions: [
            {
              ...{ id: expect.any(BigInt), name: 'Hold', nextFieldValue: 'On Hold' },
              fields: [{ apiName: 'Description', mandatory: true }],
            },
          ],
        },
      },
    });
    const TransitionId = asText(shown.value.blueprint.transitions[0].id);
    const perform = (Data: sdk.Record.Record) =>
      answerOf(
        process.updateBlueprint(
          filled(new Blueprint.BodyWrapper(), {
            Blueprint: [filled(new Blueprint.BluePrint(), { TransitionId, Data })],
          }),
        ),
      );
    expect(await perform(record({}))).toMatchObject({
      ...{ status: 400, kind: 'ActionWrapper' },
      value: { blueprint: [{ code: 'MANDATORY_NOT_FOUND', details: { api_name: 'Description' } }] },
    });
    expect(await perform(record({ Description: 'waits' }))).toMatchObject({
      ...{ status: 200, kind: 'ActionWrapper' },
      value: { blueprint: [written('transition updated successfully', expect.anything())] },
    });
    expect(await read('Cases', id)).toMatchObject({ Status: 'On Hold', Description: 'waits' });
  });

  test('mass convert', async () => {
    const id = await lead({ Last_Name: 'Many' });
    const { MassConvert } = sdk;
    const operations = new MassConvert.MassConvertOperations();
    const begun = await answerOf(operations.massConvert(filled(new MassConvert.BodyWrapper(), { Ids: [id] })));
    expect(begun).toMatchObject({ status: 200, kind: 'SuccessResponse', value: { code: 'SCHEDULED' } });
    const job = BigInt(begun.value.details.job_id);
    const state = async () =>
      answerOf(operations.getJobStatus(await parametersOf([MassConvert.GetJobStatusParam.JOB_ID, job])));
    await until(async () => (await state()).value.data[0].status === 'COMPLETED', 'the leads are converted');
    expect((await state()).value.data[0]).toMatchObject({ totalCount: 1, convertedCount: 1, failedCount: 0 });
  });

  test('mass deletion of tags', async () => {
    const body = new sdk.Tags.BodyWrapper();
    body.setTags([filled(new sdk.Tags.Tag(), { Name: 'sdk' })]);
    const parameters = await parametersOf([sdk.Tags.CreateTagsParam.MODULE, 'Leads']);
    const tag = BigInt(
      (await answerOf(new sdk.Tags.TagsOperations().createTags(body, parameters))).value.tags[0].details.id,
    );
    const { MassDeleteTags } = sdk;
    const operations = new MassDeleteTags.MassDeleteTagsOperations();
    const MassDelete = [
      filled(new MassDeleteTags.MassDelete(), {
        Module: filled(new MassDeleteTags.Module(), { APIName: 'Leads' }),
        Tags: [filled(new MassDeleteTags.Tag(), { Id: tag })],
      }),
    ];
    const begun = await answerOf(operations.massDeleteTags(filled(new MassDeleteTags.BodyWrapper(), { MassDelete })));
    expect(begun).toMatchObject({ status: 200, kind: 'SuccessResponse', value: { code: 'SCHEDULED' } });
    const job = asText(begun.value.details.job_id);
    const state = async () =>
      answerOf(operations.getStatus(await parametersOf([MassDeleteTags.GetStatusParam.JOB_ID, job])));
    await until(async () => (await state()).value.massDelete[0].status === 'COMPLETED', 'the tags are deleted');
    expect((await state()).value.massDelete[0]).toMatchObject({ totalCount: 1, deletedCount: 1, failedCount: 0 });
  });

  test('cancel of a meeting', async () => {
    const id = await made('Events', {
      Event_Title: 'Plans',
      Start_DateTime: new Date(stage.clock.nowMs() + 86_400_000),
      End_DateTime: new Date(stage.clock.nowMs() + 90_000_000),
    });
    const { CancelMeetings } = sdk;
    const Data = [filled(new CancelMeetings.Notify(), { SendCancellingMail: false })];
    const done = await answerOf(
      new CancelMeetings.CancelMeetingsOperations(id).cancelMeetings(
        filled(new CancelMeetings.BodyWrapper(), { Data }),
      ),
    );
    expect(done).toMatchObject({ status: 200, kind: 'ActionWrapper', value: { data: [{ code: 'SUCCESS' }] } });
  });
});
