import { randomBytes } from 'node:crypto';

/** What can be uploaded. A stream is sent as it arrives and cannot be sent again. */
export type FileContent = Blob | Uint8Array | string | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface UploadFile {
  readonly name: string;
  readonly content: FileContent;
}

/** A multipart body of one part named `file`, with the header that names its boundary. */
export function multipart({ name, content }: UploadFile): {
  readonly body: FormData | ReadableStream<Uint8Array>;
  readonly headers: Readonly<Record<string, string>>;
} {
  if (content instanceof Blob || content instanceof Uint8Array || typeof content === 'string') {
    const blob = content instanceof Blob ? content : new Blob([content as Uint8Array<ArrayBuffer>]);
    const body = new FormData();
    body.append('file', blob, name);
    return { body, headers: {} };
  }
  const boundary = `grantway-${randomBytes(16).toString('hex')}`;
  // HTML, "multipart/form-data encoding algorithm": these three are escaped.
  const safe = name.replace(/["\r\n]/g, (char) => encodeURIComponent(char));
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${safe}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  const parts = async function* () {
    yield Buffer.from(head);
    yield* content as AsyncIterable<Uint8Array>;
    yield Buffer.from(`\r\n--${boundary}--\r\n`);
  };
  return {
    body: streamOf(parts()),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  };
}

function streamOf(parts: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await parts.return(undefined);
    },
  });
}
