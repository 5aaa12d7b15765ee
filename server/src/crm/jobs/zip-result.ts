import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { CrmAnswer, CrmCall } from '../kernel/call.ts';
import { fileContent, findFile, type ReceivedFile, receiveFile } from '../store/files/file-store.ts';
import type { Job } from './job.ts';
import { countDownload, noSuchJob } from './job-table.ts';

const maxBytes = 4 * 1024 ** 3;
/** Fast, because numbers and names shrink to a fifth at any level. */
const compressionLevel = 1;

export interface ZipEntry {
  readonly name: string;
  readonly content: AsyncIterable<string | Buffer>;
}

/** Writes a zip file into the file store as its entries arrive. It is visible once the job's end completes it. */
export async function storeZip(call: CrmCall, name: string, entries: readonly ZipEntry[]): Promise<ReceivedFile> {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  const sources = entries.map(({ name: entryName, content }) => {
    const source = Readable.from(content, { objectMode: false });
    // What breaks while it is read breaks the file; the zip writer itself would wait for ever.
    source.on('error', (error) => output.destroy(error));
    zip.addReadStream(source, entryName, { compressionLevel, mtime: new Date(call.nowMs) });
    return source;
  });
  zip.on('error', (error: Error) => output.destroy(error));
  zip.end();
  try {
    return await receiveFile(
      call,
      { name, contentType: 'application/zip', content: output as AsyncIterable<Buffer> },
      maxBytes,
    );
  } finally {
    for (const source of sources) source.destroy();
  }
}

/** The download of a job's result, ten times a minute (crm-api 9.1). @throws Refusal RESOURCE_NOT_FOUND, TOO_MANY_REQUESTS */
export async function sendResult(call: CrmCall, job: Job): Promise<CrmAnswer> {
  const { database } = call.store;
  const file = job.fileId === null ? undefined : await findFile(database, job.dataSpace, job.fileId);
  if (!file) throw noSuchJob(job.id);
  await countDownload(call, job);
  return {
    status: 200,
    file: {
      contentType: 'application/zip',
      name: file.name,
      sizeBytes: file.sizeBytes,
      content: fileContent(database, job.dataSpace, file.fileId),
    },
  };
}
