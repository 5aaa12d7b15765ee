import { fileAnswer } from '../../content/files/files.ts';
import { receivePhoto } from '../../content/files/photos.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { isAdministrator } from '../../kernel/permissions.ts';
import { deleteFiles, findFile } from '../../store/files/file-store.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { success } from '../../wire/item-list.ts';

/** The picture of an organization (crm-api 11): `/org/photo`. Its settings hold the file's id. */
export async function getOrganizationPhoto(call: CrmCall): Promise<CrmAnswer> {
  const { photoFileId } = call.space.contents.settings;
  const file = photoFileId && (await findFile(call.store.database, call.space.dataSpace, photoFileId));
  return file ? fileAnswer(call, file, file.contentType) : { status: 204 };
}

/** POST /org/photo, for administrators */
export async function uploadOrganizationPhoto(call: CrmCall): Promise<CrmAnswer> {
  checkAdministrator(call);
  await setPhoto(call, await receivePhoto(call));
  return { status: 200, json: success('photo uploaded successfully', {}) };
}

/** DELETE /org/photo, for administrators */
export async function deleteOrganizationPhoto(call: CrmCall): Promise<CrmAnswer> {
  checkAdministrator(call);
  await setPhoto(call, null);
  return { status: 200, json: success('Photo deleted', {}) };
}

function checkAdministrator(call: CrmCall): void {
  if (isAdministrator(call)) return;
  call.upload?.resume();
  throw new Refusal('FORBIDDEN');
}

async function setPhoto(call: CrmCall, fileId: string | null): Promise<void> {
  const { dataSpace } = call.space;
  await changeSpace(call, async (transaction) => {
    const [before] = await transaction.query<{ file_id: string | null }>({
      text: `SELECT settings ->> 'photoFileId' AS file_id FROM crm_data_space WHERE data_space = $1`,
      values: [dataSpace],
    });
    await transaction.query({
      text: `UPDATE crm_data_space SET settings = settings || jsonb_build_object('photoFileId', $2::text) WHERE data_space = $1`,
      values: [dataSpace, fileId],
    });
    if (before?.file_id) await deleteFiles(transaction, dataSpace, [before.file_id]);
  });
}
