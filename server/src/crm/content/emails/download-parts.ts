import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { cleanFileName } from '../../store/files/file-name.ts';
import { fileContent } from '../../store/files/file-store.ts';
import { findEmail } from './emails.ts';

/** What hangs on a mail, or stands in it: one part as it is, or all of them in a zip file (crm-api 11). */
interface Part {
  readonly id: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly content: AsyncIterable<Buffer>;
}

/** A browser saves it, whatever it is, and never shows it as a page of this origin. */
const contentType = 'application/x-download';

/** GET /{module}/{id}/Emails/actions/download_attachments?message_id=&id=&name=&user_id= */
export const downloadAttachments = (call: CrmCall): Promise<CrmAnswer> =>
  download(call, 'attachments', ({ attachments }) =>
    attachments.map(({ id, name, sizeBytes }) => ({
      ...{ id, name, sizeBytes },
      content: fileContent(call.store.database, call.space.dataSpace, id),
    })),
  );

/** GET /{module}/{id}/Emails/actions/download_inline_images?message_id=&id=&user_id= */
export const downloadInlineImages = (call: CrmCall): Promise<CrmAnswer> =>
  download(call, 'images', ({ content, format }) => (format === 'html' ? inlineImages(content) : []));

type Email = NonNullable<Awaited<ReturnType<typeof findEmail>>>;

async function download(call: CrmCall, what: string, partsOf: (mail: Email) => readonly Part[]): Promise<CrmAnswer> {
  const { query } = call;
  const messageId = query.get('message_id');
  if (!messageId) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'message_id' } });
  const mail = await findEmail(call, messageId);
  if (!mail) throw new Refusal('INVALID_DATA', { details: { param_name: 'message_id' } });
  const sender = query.get('user_id');
  if (sender && readId(sender) !== mail.sent_by) {
    throw new Refusal('INVALID_DATA', { details: { param_name: 'user_id' } });
  }
  const parts = partsOf(mail);
  const [id, name] = [query.get('id'), query.get('name')];
  if (id) {
    const part = parts.find((each) => each.id === id);
    if (!part) throw new Refusal('INVALID_DATA', { details: { param_name: 'id' } });
    const { sizeBytes, content } = part;
    return { status: 200, file: { contentType, name: cleanFileName(name || part.name), sizeBytes, content } };
  }
  if (parts.length === 0) return { status: 204 };
  const zip = await zipOf(parts, call.nowMs);
  return { status: 200, file: { contentType, name: cleanFileName(name || `${what}.zip`), ...zip } };
}

const image = /<img\b[^>]*?\bsrc\s*=\s*["']?data:image\/([a-z]+)[^;,"'>]*;base64,([A-Za-z0-9+/\s]+=*)/gi;

/** The pictures that HTML has in it as data, numbered from 1 on. */
function inlineImages(html: string): readonly Part[] {
  return [...html.matchAll(image)].map(([, kind = '', data = ''], index) => {
    const bytes = Buffer.from(data, 'base64');
    const name = `image-${index + 1}.${kind.toLowerCase()}`;
    return { id: String(index + 1), name, sizeBytes: bytes.length, content: Readable.from([bytes]) };
  });
}

type End = (options: object, sized: (sizeBytes: number) => void) => void;

/** A zip file that is written while it is sent: its entries are not compressed, so that its size is known before. */
function zipOf(parts: readonly Part[], atMs: number): Promise<Pick<Part, 'sizeBytes' | 'content'>> {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  zip.on('error', (error: Error) => output.destroy(error));
  for (const [index, name] of entryNames(parts).entries()) {
    const { sizeBytes, content } = parts[index] as Part;
    const options = { size: sizeBytes, compress: false, mtime: new Date(atMs) };
    zip.addReadStreamLazy(name, options, (take) => {
      const source = Readable.from(content, { objectMode: false });
      // What breaks while it is read breaks the file; the zip writer itself would wait for ever.
      source.on('error', (error) => output.destroy(error));
      take(null, source);
    });
  }
  return new Promise((resolve) => {
    // Its types leave out that the callback gets the size.
    (zip.end as End).call(zip, {}, (sizeBytes) => resolve({ sizeBytes, content: output as AsyncIterable<Buffer> }));
  });
}

/** The names of entries: none is a path, none comes twice. */
function entryNames(parts: readonly Part[]): string[] {
  const taken = new Set<string>();
  return parts.map((part) => {
    const name = cleanFileName(part.name).replaceAll(/[/\\:]/g, '_');
    const dot = name.lastIndexOf('.');
    const [stem, end] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
    let free = name;
    for (let count = 2; taken.has(free.toLowerCase()); count++) free = `${stem} (${count})${end}`;
    taken.add(free.toLowerCase());
    return free;
  });
}
