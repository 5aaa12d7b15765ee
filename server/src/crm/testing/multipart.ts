export interface TestPart {
  readonly filename?: string;
  readonly type?: string;
  readonly content: string | Buffer;
}

/** A multipart body with its header; a part without a file name is a field. */
export function multipart(parts: Readonly<Record<string, TestPart | readonly TestPart[]>>) {
  const boundary = '----test-boundary-7d1f';
  const chunks = Object.entries(parts).flatMap(([name, given]) =>
    [given]
      .flat()
      .flatMap((part: TestPart) => [
        Buffer.from(
          `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${
            part.filename === undefined ? '' : `; filename="${part.filename}"`
          }\r\n${part.filename === undefined ? '' : `Content-Type: ${part.type ?? 'text/plain'}\r\n`}\r\n`,
        ),
        Buffer.from(part.content),
        Buffer.from('\r\n'),
      ]),
  );
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    rawBody: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
  };
}
