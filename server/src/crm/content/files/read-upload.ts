import type { Readable } from 'node:stream';
import { Busboy, type BusboyFileStream, type BusboyHeaders } from '@fastify/busboy';
import type { CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { cleanFileName } from '../../store/files/file-name.ts';
import { tooLarge } from '../../store/files/file-store.ts';
import type { IncomingFile } from '../../store/files/incoming-file.ts';

export interface UploadLimits {
  readonly maxBytes: number;
  readonly maxFiles: number;
}

export interface Upload<Taken> {
  readonly files: readonly Taken[];
  readonly fields: ReadonlyMap<string, string>;
}

/** What multipart framing may add to the files. */
const slackBytes = 1024 * 1024;
const maxFields = 20;
const maxFieldBytes = 10_000;
const maxHeaders = 20;

const unreadable = (cause: string) =>
  new Refusal('INVALID_REQUEST', { outcome: 'MultipartUnreadable', reason: { cause: cause.slice(0, 200) } });

/**
 * Reads a multipart body (crm-api 3.3) and gives each file in a part named `file` to `take` as it arrives, one after
 * the other. Bodies of another kind have no files. The first refusal ends everything.
 */
export async function readUpload<Taken>(
  call: CrmCall,
  limits: UploadLimits,
  take: (file: IncomingFile) => Promise<Taken>,
): Promise<Upload<Taken>> {
  const source = call.upload;
  if (!source) return { files: [], fields: formFields(call) };
  const length = Number(call.headers['content-length'] ?? 0);
  if (length > limits.maxBytes * limits.maxFiles + slackBytes) {
    source.resume();
    throw tooLarge(limits.maxBytes);
  }
  return new Promise((resolve, reject) => {
    let parser: InstanceType<typeof Busboy>;
    try {
      parser = new Busboy({
        headers: call.headers as BusboyHeaders,
        limits: {
          // One byte more than allowed is enough to know.
          fileSize: limits.maxBytes + 1,
          fields: maxFields,
          fieldSize: maxFieldBytes,
          headerPairs: maxHeaders,
          parts: maxFields + limits.maxFiles,
        },
      });
    } catch (error) {
      source.resume();
      reject(unreadable((error as Error).message));
      return;
    }
    const taken: Taken[] = [];
    const fields = new Map<string, string>();
    const open = new Set<BusboyFileStream>();
    let chain: Promise<unknown> = Promise.resolve();
    let ended = false;
    const fail = (error: unknown): void => {
      if (ended) return;
      ended = true;
      source.unpipe(parser);
      source.resume();
      for (const stream of open) stream.destroy(error instanceof Error ? error : new Error('the upload was refused'));
      // What is still being taken must have undone itself before the answer says that nothing was kept.
      chain.finally(() => reject(error instanceof Refusal ? error : unreadable(String((error as Error).message))));
    };
    parser.on('file', (field, stream: BusboyFileStream, fileName, _encoding, contentType) => {
      stream.on('error', () => {});
      if (field !== 'file' || ended) {
        stream.resume();
        return;
      }
      open.add(stream);
      const name = cleanFileName(fileName);
      chain = chain
        .then(async () => {
          if (ended) return;
          // What a form sends when no file was chosen: a part without a name and without content.
          const content = fileName ? stream : await unlessEmpty(stream);
          if (!content) return;
          if (taken.length === limits.maxFiles) {
            throw new Refusal('LIMIT_EXCEEDED', { details: { limit: limits.maxFiles } });
          }
          taken.push(await take({ name, contentType: cleanType(contentType), content }));
        })
        .catch(fail)
        .finally(() => open.delete(stream));
    });
    parser.on('field', (name, value) => fields.set(name, value));
    parser.on('error', (error) => fail(error));
    parser.on('finish', () =>
      chain.then(() => {
        if (!ended) resolve({ files: taken, fields });
        ended = true;
      }),
    );
    source.on('error', fail);
    source.on('close', () => {
      if (!(source as Readable).readableEnded) fail(new Error('the client went away'));
    });
    source.pipe(parser);
  });
}

/** The same content; undefined when there is none. */
async function unlessEmpty(content: AsyncIterable<Buffer>): Promise<AsyncIterable<Buffer> | undefined> {
  const pieces = content[Symbol.asyncIterator]();
  const first = await pieces.next();
  if (first.done) return undefined;
  return (async function* () {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => pieces };
  })();
}

function cleanType(contentType: string): string {
  return /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(contentType) ? contentType.toLowerCase() : 'application/octet-stream';
}

/** Fields of a form that is no multipart body. */
function formFields(call: CrmCall): ReadonlyMap<string, string> {
  const type = String(call.headers['content-type'] ?? '');
  if (!type.startsWith('application/x-www-form-urlencoded')) return new Map();
  return new Map(new URLSearchParams(call.body.toString('utf8')));
}
