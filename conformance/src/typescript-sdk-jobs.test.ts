import * as sdk from '@zohocrm/typescript-sdk-8.0';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unzip, zipOf } from '../../server/src/crm/work/bulk/testing/zips.ts';
import { until } from '../../server/src/testing/platform-process.ts';
import {
  type Answer,
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

/** Jobs, mails and notification channels through the public TypeScript SDK. */
const scope = [
  ...['modules', 'settings', 'users', 'org', 'bulk', 'notifications', 'mass_update', 'mass_delete', 'send_mail'],
]
  .map((family) => `ZohoCRM.${family}.ALL`)
  .concat('ZohoFiles.files.ALL')
  .join();
let stage: SdkStage;
let folder: SdkFolder;
beforeAll(async () => {
  stage = await openSdkStage();
  folder = await stage.connected('jobs', scope);
});
afterAll(() => stage.close());

const lead = async (values: object = {}): Promise<bigint> =>
  createdId(
    await answerOf(
      records('Leads').createRecords(bodyOf(record({ Last_Name: 'Lovelace', Company: 'Engines', ...values }))),
    ),
  );

describe('foreign client TypeScript SDK 8.0: jobs', () => {
  test('bulk read: create, poll, download', async () => {
    const id = await lead({ Last_Name: 'In bulk', Company: 'Readers' });
    const jobs = new sdk.BulkRead.BulkReadOperations();
    const Criteria = filled(new sdk.BulkRead.Criteria(), {
      Field: filled(new sdk.Fields.MinifiedField(), { APIName: 'Company' }),
      Comparator: new sdk.Choice('equal'),
      Value: 'Readers',
    });
    const Query = filled(new sdk.BulkRead.Query(), {
      ...{ Module: filled(new sdk.Modules.MinifiedModule(), { APIName: 'Leads' }), Criteria },
      ...{ Fields: ['Last_Name', 'Company'], Page: 1 },
    });
    const created = await answerOf(
      jobs.createBulkReadJob(filled(new sdk.BulkRead.BodyWrapper(), { Query, FileType: 'csv' })),
    );
    expect(created).toMatchObject({
      ...{ status: 201, kind: 'ActionWrapper' },
      value: { data: [{ code: 'ADDED_SUCCESSFULLY', details: { operation: 'read', state: 'ADDED' } }] },
    });
    const job = BigInt(created.value.data[0].details.id);
    let details = await answerOf(jobs.getBulkReadJobDetails(job));
    await until(async () => {
      details = await answerOf(jobs.getBulkReadJobDetails(job));
      return details.value.data[0].state === 'COMPLETED';
    }, 'the bulk read is done');
    expect(details).toMatchObject({
      ...{ status: 200, kind: 'ResponseWrapper' },
      value: {
        data: [
          {
            ...{ id: String(job), operation: 'read', fileType: 'csv', createdBy: { name: 'Terry Tester' } },
            query: { module: { apiName: 'Leads' }, page: 1, criteria: { comparator: 'equal', value: 'Readers' } },
            result: { page: 1, count: 1, perPage: 200_000, moreRecords: false },
          },
        ],
      },
    });
    const file = await answerOf(jobs.downloadResult(job));
    expect(file).toMatchObject({ status: 200, kind: 'FileBodyWrapper', value: { file: { name: `${job}.zip` } } });
    const texts = await unzip(file.value.file.stream);
    expect(texts.get(`${job}.csv`)).toBe(`Id,Last_Name,Company\n${id},In bulk,Readers\n`);
    expect(await answerOf(jobs.getBulkReadJobDetails(1n))).toMatchObject({
      ...{ status: 404, kind: 'APIException' },
      value: { code: 'RESOURCE_NOT_FOUND', details: { resource: '1' } },
    });
  });

  test('bulk write: upload, create, poll, download', async () => {
    const jobs = new sdk.BulkWrite.BulkWriteOperations();
    const { zgid } = (await answerOf(new sdk.Org.OrgOperations().getOrganization())).value.org[0];
    const zip = await zipOf({ 'Leads.csv': 'Last_Name,Company\nWritten,Writers\n,Nameless\n' });
    const headers = new sdk.HeaderMap();
    await headers.add(sdk.BulkWrite.UploadFileHeader.FEATURE, 'bulk-write');
    await headers.add(sdk.BulkWrite.UploadFileHeader.X_CRM_ORG, zgid);
    const body = filled(new sdk.BulkWrite.FileBodyWrapper(), { File: fileOf(folder, 'Leads.zip', zip) });
    const uploaded = await answerOf(jobs.uploadFile(body, headers));
    expect(uploaded).toMatchObject({
      ...{ status: 200, kind: 'SuccessResponse' },
      value: { code: 'FILE_UPLOAD_SUCCESS', message: 'file uploaded.', details: { file_id: expect.anything() } },
    });
    const mapping = (APIName: string, Index: number) => filled(new sdk.BulkWrite.FieldMapping(), { APIName, Index });
    const resource = filled(new sdk.BulkWrite.Resource(), {
      Type: new sdk.Choice('data'),
      Module: filled(new sdk.Modules.MinifiedModule(), { APIName: 'Leads' }),
      FileId: String(uploaded.value.details.file_id),
      FieldMappings: [mapping('Last_Name', 0), mapping('Company', 1)],
    });
    const created = await answerOf(
      jobs.createBulkWriteJob(
        filled(new sdk.BulkWrite.RequestWrapper(), { Operation: new sdk.Choice('insert'), Resource: [resource] }),
      ),
    );
    expect(created).toMatchObject({
      status: 201,
      kind: 'SuccessResponse',
      value: { code: 'SUCCESS', message: 'success' },
    });
    const job = String(created.value.details.id);
    let details = await answerOf(jobs.getBulkWriteJobDetails(job));
    await until(async () => {
      details = await answerOf(jobs.getBulkWriteJobDetails(job));
      return details.value.status === 'COMPLETED';
    }, 'the bulk write is done');
    expect(details).toMatchObject({
      ...{ status: 200, kind: 'BulkWriteResponse' },
      value: {
        ...{ id: job, operation: 'insert', createdBy: { name: 'Terry Tester' } },
        resource: [
          {
            ...{ status: 'COMPLETED', type: 'data', module: { apiName: 'Leads' } },
            file: {
              status: 'COMPLETED',
              name: 'Leads.csv',
              addedCount: 1,
              skippedCount: 1,
              updatedCount: 0,
              totalCount: 2,
            },
          },
        ],
      },
    });
    const file = await answerOf(jobs.downloadBulkWriteResult(details.value.result.downloadUrl));
    expect(file).toMatchObject({ status: 200, kind: 'FileBodyWrapper' });
    const [text] = [...(await unzip(file.value.file.stream)).values()];
    expect(text?.split('\n').slice(0, 3)).toEqual([
      'Last_Name,Company,STATUS,RECORD_ID,ERRORS',
      expect.stringMatching(/^Written,Writers,ADDED,\d+,$/),
      ',Nameless,SKIPPED,,MANDATORY_NOT_FOUND-Last_Name',
    ]);
  });

  test('mass update and mass delete by id', async () => {
    const [one, two] = [await lead(), await lead()];
    const Data = [record({ City: 'Oslo' })];
    const update = filled(new sdk.Record.MassUpdateBodyWrapper(), {
      Data,
      Ids: [String(one), String(two)],
      OverWrite: true,
    });
    expect(await answerOf(records('Leads').massUpdateRecords(update))).toMatchObject({
      ...{ status: 200, kind: 'MassUpdateActionWrapper' },
      value: { data: [one, two].map((id) => written('record updated', { id })) },
    });
    expect((await answerOf(records('Leads').getRecord(two))).value.data[0].City).toBe('Oslo');
    const body = filled(new sdk.MassDeleteCvid.RecordIdBodyWrapper(), { Ids: [one, two] });
    expect(
      await answerOf(new sdk.MassDeleteCvid.MassDeleteCvidOperations('Leads').massDeleteByRecordId(body)),
    ).toMatchObject({
      ...{ status: 200, kind: 'ActionWrapper' },
      value: { data: [one, two].map((id) => written('record is deleted', { id })) },
    });
    expect(await answerOf(records('Leads').getRecord(one))).toMatchObject({ status: 404, kind: 'APIException' });
  });

  test('mass update and mass delete of a view are jobs', async () => {
    const { GetCustomViewsParam } = sdk.CustomViews;
    const views = new sdk.CustomViews.CustomViewsOperations();
    const ofSolutions = await parametersOf([GetCustomViewsParam.MODULE, 'Solutions']);
    const [{ id: view }] = (await answerOf(views.getCustomViews(ofSolutions))).value.customViews;
    const answered = createdId(
      await answerOf(records('Solutions').createRecords(bodyOf(record({ Solution_Title: 'Why' })))),
    );
    const finished = async (status: () => Promise<Answer>): Promise<Answer> => {
      let answer = await status();
      await until(async () => {
        answer = await status();
        return answer.value.data[0].status === 'COMPLETED';
      }, 'the job is done');
      return answer;
    };
    const update = filled(new sdk.Record.MassUpdateBodyWrapper(), {
      ...{ Data: [record({ Answer: 'Because' })], Cvid: String(view), OverWrite: true },
    });
    const scheduled = await answerOf(records('Solutions').massUpdateRecords(update));
    expect(scheduled).toMatchObject({
      ...{ status: 200, kind: 'MassUpdateActionWrapper' },
      value: { data: [written('mass update scheduled successfully', { job_id: expect.anything() })] },
    });
    const job = String(scheduled.value.data[0].details.job_id);
    const updates = await parametersOf([sdk.Record.GetMassUpdateStatusParam.JOB_ID, job]);
    expect(await finished(() => answerOf(records('Solutions').getMassUpdateStatus(updates)))).toMatchObject({
      ...{ status: 200, kind: 'MassUpdateResponseWrapper' },
      value: { data: [{ totalCount: 1, updatedCount: 1, notUpdatedCount: 0, failedCount: 0 }] },
    });
    expect((await answerOf(records('Solutions').getRecord(answered))).value.data[0].Answer).toBe('Because');

    const deletion = new sdk.MassDeleteCvid.MassDeleteCvidOperations('Solutions');
    const body = filled(new sdk.MassDeleteCvid.CvidBodyWrapper(), { Cvid: view });
    const deleting = await answerOf(deletion.massDeleteByCvid(body));
    expect(deleting.value.data).toMatchObject([{ message: 'mass delete scheduled successfully' }]);
    const deletions = await parametersOf([
      sdk.MassDeleteCvid.GetMassDeleteStatusParam.JOB_ID,
      deleting.value.data[0].details.job_id,
    ]);
    expect(await finished(() => answerOf(deletion.getMassDeleteStatus(deletions)))).toMatchObject({
      value: { data: [{ totalCount: 1, deletedCount: 1, failedCount: 0 }] },
    });
    expect(await answerOf(records('Solutions').getRecord(answered))).toMatchObject({ status: 404 });
  });

  test('an export of the audit log', async () => {
    const exports = new sdk.AuditLogExport.AuditLogExportOperations();
    const nowMs = stage.clock.nowMs();
    const Criteria = filled(new sdk.AuditLogExport.Criteria(), {
      Field: filled(new sdk.AuditLogExport.Field(), { APIName: 'audited_time' }),
      Comparator: 'between',
      Value: [nowMs - 86_400_000, nowMs + 86_400_000].map((ms) =>
        new Date(ms).toISOString().replace(/\.\d+Z/, '+00:00'),
      ),
    });
    const item = filled(new sdk.AuditLogExport.AuditLogExport(), { Criteria });
    const body = filled(new sdk.AuditLogExport.BodyWrapper(), { AuditLogExport: [item] });
    const scheduled = await answerOf(exports.createAuditlogExport(body));
    expect(scheduled).toMatchObject({
      ...{ status: 200, kind: 'ActionWrapper' },
      value: { auditLogExport: [{ code: 'SCHEDULED', message: 'ExportAuditlog scheduled successfully.' }] },
    });
    const id = BigInt(scheduled.value.auditLogExport[0].details.id);
    const job = async () => (await answerOf(exports.getExportedAuditlog(id))).value.auditLogExport[0];
    await until(async () => (await job()).status === 'finished', 'the export is done');
    expect(await job()).toMatchObject({
      ...{ id, jobStartTime: expect.any(Date), jobEndTime: expect.any(Date), createdBy: { name: 'Terry Tester' } },
    });
    const [link] = (await job()).downloadLinks;
    const file = await answerOf(exports.downloadExportAuditLogResult(link));
    expect(file).toMatchObject({ status: 200, kind: 'FileBodyWrapper' });
    expect((await unzip(file.value.file.stream)).size).toBeGreaterThan(0);
  });

  test('mail to a lead', async () => {
    const addresses = await answerOf(new sdk.FromAddresses.FromAddressesOperations().getFromAddresses());
    expect(addresses.value.fromAddresses).toMatchObject([{ email: stage.email, type: 'primary', default1: true }]);
    const mail = filled(new sdk.SendMail.Data(), {
      From: filled(new sdk.SendMail.From(), { UserName: 'Terry Tester', Email: stage.email }),
      To: [filled(new sdk.SendMail.To(), { UserName: 'Ada', Email: 'ada@engines.example' })],
      ...{ Subject: 'Hello', Content: '<b>Hi</b>', MailFormat: new sdk.Choice('html') },
    });
    const send = async (data: sdk.SendMail.Data) =>
      answerOf(
        new sdk.SendMail.SendMailOperations(await lead({ Email: 'ada@engines.example' }), 'Leads').sendMail(
          filled(new sdk.SendMail.BodyWrapper(), { Data: [data] }),
        ),
      );
    expect(await send(mail)).toMatchObject({
      ...{ status: 200, kind: 'ActionWrapper' },
      value: {
        data: [written('Your mail has been sent successfully.', { message_id: expect.any(String) })],
      },
    });
    expect(await send(filled(new sdk.SendMail.Data(), { Subject: 'From nobody' }))).toMatchObject({
      ...{ status: 400, kind: 'ActionWrapper' },
      value: { data: [{ code: 'MANDATORY_NOT_FOUND', details: { api_name: 'from' } }] },
    });
  });

  test('notification channels', async () => {
    const channels = new sdk.Notifications.NotificationsOperations();
    const watch = (members: object) => {
      const item = filled(new sdk.Notifications.Notification(), { ChannelId: '1006800211', ...members });
      return filled(new sdk.Notifications.BodyWrapper(), { Watch: [item] });
    };
    const whole = {
      ...{ Events: ['Deals.all', 'Contacts.edit'], Token: 'a token', NotifyUrl: 'https://engines.example/hook' },
      ChannelExpiry: new Date(stage.clock.nowMs() + 600_000),
    };
    expect(await answerOf(channels.enableNotifications(watch(whole)))).toMatchObject({
      ...{ status: 201, kind: 'ActionWrapper' },
      value: {
        watch: [
          written('Successfully subscribed for actions-watch of the given module', {
            events: ['Deals', 'Contacts'].map((resourceName) => ({
              ...{ resourceName, resourceId: expect.any(BigInt), channelId: '1006800211' },
              ...{ channelExpiry: expect.any(Date), resourceUri: expect.stringContaining(`/crm/v2/${resourceName}`) },
            })),
          }),
        ],
      },
    });
    const listed = await answerOf(channels.getNotifications());
    expect(listed).toMatchObject({
      status: 200,
      kind: 'ResponseWrapper',
      value: { info: { count: 2, moreRecords: false } },
    });
    expect(listed.value.watch).toContainEqual(
      expect.objectContaining({
        resourceName: 'Deals',
        events: ['Deals.all'],
        token: 'a token',
        notifyUrl: whole.NotifyUrl,
      }),
    );
    expect((await answerOf(channels.updateNotification(watch({ Token: 'another' })))).value.watch).toMatchObject([
      { message: 'Successfully updated the subscribe details', status: 'success' },
    ]);
    const gone = await parametersOf([sdk.Notifications.DeleteNotificationParam.CHANNEL_IDS, '1006800211']);
    expect((await answerOf(channels.deleteNotification(gone))).value.watch).toMatchObject([
      { message: 'Successfully un-subscribed from actions-watch' },
      { message: 'Successfully un-subscribed from actions-watch' },
    ]);
    expect(await answerOf(channels.getNotifications())).toMatchObject({ status: 204, kind: 'nothing' });
  });
});
