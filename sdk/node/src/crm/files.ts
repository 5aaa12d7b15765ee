import type { WriteResult } from '../../../common/errors.ts';
import { type CallOptions, type CrmCaller, part, single } from './call.ts';
import { multipart, type UploadFile } from './multipart.ts';
import { pages } from './paging.ts';
import type { CrmRecord } from './records.ts';

/** A file on its way; read `body`, or all of it with `bytes()`. */
export interface Download {
  readonly name: string;
  readonly contentType: string;
  readonly body: ReadableStream<Uint8Array>;
  bytes(): Promise<Uint8Array>;
}

/** Files, attachments and photos. */
export class Files {
  readonly #caller: CrmCaller;

  constructor(caller: CrmCaller) {
    this.#caller = caller;
  }

  /**
   * Uploads a file for a file field; gives its id.
   *
   * @example
   * const fileId = await crm.files.upload({ name: 'offer.pdf', content: await openAsBlob('offer.pdf') });
   */
  async upload(file: UploadFile, options: CallOptions = {}): Promise<string> {
    return String(single(await this.#upload('files', file, options)).details.id);
  }

  /**
   * A file by its id.
   *
   * @example
   * const { name, body } = await crm.files.download(fileId);
   */
  download(id: string, options: CallOptions = {}): Promise<Download> {
    return this.#download('files', { id }, options);
  }

  /**
   * Attaches a file to a record.
   *
   * @example
   * await crm.files.attach('Leads', id, { name: 'offer.txt', content: 'Dear customer' });
   */
  async attach(module: string, id: string, file: UploadFile, options: CallOptions = {}): Promise<WriteResult> {
    return single(await this.#upload(`${part(module)}/${part(id)}/Attachments`, file, options));
  }

  /**
   * The attachments of a record.
   *
   * @example
   * for await (const { id, File_Name } of crm.files.attachments('Leads', lead)) console.log(id, File_Name);
   */
  async *attachments(module: string, id: string, options: CallOptions = {}): AsyncGenerator<CrmRecord> {
    const query = { fields: ['id', 'File_Name', 'Size', 'Created_Time'], per_page: 200 };
    const path = `${part(module)}/${part(id)}/Attachments`;
    for await (const page of pages<CrmRecord>(this.#caller, { ...options, path, query })) yield* page.records;
  }

  /**
   * One attachment.
   *
   * @example
   * const bytes = await (await crm.files.attachment('Leads', lead, attachment)).bytes();
   */
  attachment(module: string, id: string, attachment: string, options: CallOptions = {}): Promise<Download> {
    return this.#download(`${part(module)}/${part(id)}/Attachments/${part(attachment)}`, {}, options);
  }

  /**
   * Deletes an attachment.
   *
   * @example
   * await crm.files.detach('Leads', lead, attachment);
   */
  async detach(module: string, id: string, attachment: string, options: CallOptions = {}): Promise<WriteResult> {
    const path = `${part(module)}/${part(id)}/Attachments/${part(attachment)}`;
    return single(await this.#caller.write({ ...options, method: 'DELETE', path }));
  }

  #upload(path: string, file: UploadFile, { headers, ...options }: CallOptions): Promise<WriteResult[]> {
    const { body, headers: own } = multipart(file);
    return this.#caller.write({ ...options, method: 'POST', path, body, headers: { ...headers, ...own } });
  }

  async #download(path: string, query: Readonly<Record<string, string>>, options: CallOptions): Promise<Download> {
    return toDownload(await this.#caller.download({ ...options, method: 'GET', path, query }));
  }
}

/** The file of an answer; names are in `filename*` (RFC 8187) or `filename`. */
export function toDownload(answer: Response): Download {
  const disposition = answer.headers.get('content-disposition') ?? '';
  const extended = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  const plain = /filename="?([^";]+)"?/i.exec(disposition)?.[1];
  return {
    name: (extended && decoded(extended)) || (plain ?? ''),
    contentType: answer.headers.get('content-type') ?? '',
    body: answer.body ?? new ReadableStream({ start: (controller) => controller.close() }),
    bytes: async () => new Uint8Array(await answer.arrayBuffer()),
  };
}

/** Undefined for what is no encoding of UTF-8. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
