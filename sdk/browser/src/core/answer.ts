import { ApiError, NetworkError } from './errors.ts';
import { type Answer, parse } from './exchange.ts';

/** A downloaded file. */
export interface Download {
  readonly blob: Blob;
  readonly fileName: string;
}

/** The answer as pages of the original expect it: always a string, whatever the status. */
export async function toText(answer: Answer): Promise<string> {
  if (answer.status === 204) return '{"message":"no data","status_code":"204"}';
  return answer.body.text();
}

/** The answer as an object, null when there is nothing (204, 304); throws for every error. */
export async function toObject(answer: Answer): Promise<unknown> {
  await throwOnError(answer);
  const text = await answer.body.text();
  return text === '' ? null : parse(text);
}

/** The answer as a file; throws for every error. */
export async function toDownload(answer: Answer): Promise<Download> {
  await throwOnError(answer);
  return { blob: answer.body, fileName: fileNameOf(answer.contentDisposition) };
}

async function throwOnError(answer: Answer): Promise<void> {
  if (answer.renewal) throw answer.renewal;
  if (answer.status === 0) throw new NetworkError(answer.url);
  if (answer.status >= 400) throw new ApiError(answer.status, parse(await answer.body.text()));
}

/** The file name in a Content-Disposition header; the extended form (RFC 6266) wins. */
export function fileNameOf(contentDisposition: string | null): string {
  const header = contentDisposition ?? '';
  const extended = /filename\*\s*=\s*utf-8'[^']*'([^;]+)/i.exec(header)?.[1];
  const plain = /filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]+))/i.exec(header);
  const name = (extended && decoded(extended.trim())) || (plain?.[1]?.replace(/\\(.)/g, '$1') ?? plain?.[2]);
  return name?.trim() || 'download';
}

/** Undefined for what is no encoding of UTF-8. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * Hands a file to the browser's downloads.
 *
 * @example
 * saveDownload({ blob: new Blob(['Last_Name\n']), fileName: 'leads.csv' });
 */
export function saveDownload({ blob, fileName }: Download): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = fileName;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads the address when the download starts, which is after this turn of the event loop.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
