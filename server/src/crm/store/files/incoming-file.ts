/** A file of a multipart body while it arrives. */
export interface IncomingFile {
  readonly name: string;
  readonly contentType: string;
  readonly content: AsyncIterable<Buffer>;
}
