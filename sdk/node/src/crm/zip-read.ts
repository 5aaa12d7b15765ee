import { createInflateRaw, type InflateRaw } from 'node:zlib';

/** One file in a zip. Its content has to be read, or skipped, before the next one. */
export interface ZipEntry {
  readonly name: string;
  readonly content: AsyncIterable<Uint8Array>;
}

const localHeader = 0x04034b50;
const descriptorMark = 0x08074b50;

/** Bytes that arrive in pieces, read in the lengths that are wanted. */
class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Exactly so many bytes; undefined at the end. */
  async take(length: number): Promise<Buffer | undefined> {
    while (this.#buffer.length < length) if (!(await this.#more())) return undefined;
    const taken = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(length);
    return taken;
  }

  /** Whatever is there next. */
  async some(most = Infinity): Promise<Buffer | undefined> {
    if (this.#buffer.length === 0 && !(await this.#more())) return undefined;
    return this.take(Math.min(most, this.#buffer.length));
  }

  putBack(bytes: Buffer): void {
    this.#buffer = Buffer.concat([bytes, this.#buffer]);
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    if (!done) this.#buffer = Buffer.concat([this.#buffer, value]);
    return !done;
  }
}

/**
 * The files of a zip as it arrives (APPNOTE 4.3), stored or deflated, with or without data descriptors. Nothing is kept, so
 * its size does not matter.
 * @throws Error for what is no zip, or one that was cut short.
 */
export async function* zipEntries(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ZipEntry> {
  const reader = new ByteReader(chunks);
  try {
    for (;;) {
      const head = await reader.take(4);
      if (head === undefined) throw new Error('the zip file is cut short');
      if (head.readUInt32LE() !== localHeader) return;
      const fixed = await required(reader, 26);
      const [flags, method, size] = [fixed.readUInt16LE(2), fixed.readUInt16LE(4), fixed.readUInt32LE(14)];
      const name = (await required(reader, fixed.readUInt16LE(22))).toString('utf8');
      await required(reader, fixed.readUInt16LE(24));
      if (method !== 0 && method !== 8) throw new Error(`the zip file has an unknown method, ${method}`);
      const described = (flags & 8) !== 0;
      if (method === 0 && described) throw new Error('the zip file stores a file of unknown length');
      const content = method === 8 ? inflated(reader) : stored(reader, size);
      yield { name, content };
      // What was not read has to be passed over.
      for await (const _ of content);
      if (described) await passDescriptor(reader);
    }
  } finally {
    await reader.close();
  }
}

async function required(reader: ByteReader, length: number): Promise<Buffer> {
  const taken = await reader.take(length);
  if (!taken) throw new Error('the zip file is cut short');
  return taken;
}

async function* stored(reader: ByteReader, size: number): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; ) {
    const piece = await reader.some(left);
    if (!piece) throw new Error('the zip file is cut short');
    left -= piece.length;
    yield piece;
  }
}

/** Inflating ends by itself; what was fed beyond its end goes back. */
async function* inflated(reader: ByteReader): AsyncGenerator<Uint8Array> {
  const inflate = createInflateRaw();
  let fed = 0;
  let ended = false;
  let tail: Buffer = Buffer.alloc(0);
  // What was fed and not used.
  const trim = () => {
    tail = tail.subarray(tail.length - (fed - inflate.bytesWritten));
  };
  const feeding = (async () => {
    for (;;) {
      if (inflate.readableEnded || inflate.destroyed || ended) return;
      const piece = await reader.some(65_536);
      if (!piece) return void inflate.end();
      fed += piece.length;
      tail = Buffer.concat([tail, piece]);
      await written(inflate, piece);
      trim();
    }
  })();
  try {
    for await (const piece of inflate) yield piece as Buffer;
    ended = true;
    await feeding;
    trim();
    reader.putBack(tail);
  } finally {
    ended = true;
    inflate.destroy();
  }
}

function written(inflate: InflateRaw, piece: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of ['end', 'close', 'error']) inflate.off(event, done);
      resolve();
    };
    for (const event of ['end', 'close', 'error']) inflate.once(event, done);
    inflate.write(piece, done);
  });
}

/** CRC and sizes behind a file, with a mark or without, in 32 or 64 bits; the next header tells where it ends. */
async function passDescriptor(reader: ByteReader): Promise<void> {
  const head = await required(reader, 4);
  const marked = head.readUInt32LE() === descriptorMark;
  await required(reader, marked ? 12 : 8);
  const next = await reader.take(4);
  if (!next) return;
  const isHeader = next.readUInt16LE() === 0x4b50;
  reader.putBack(next);
  if (!isHeader) await required(reader, 8);
}
