import { once } from 'node:events';
import { createDeflateRaw } from 'node:zlib';

/** Bit 3: sizes and CRC follow the content; bit 11: the name is UTF-8. */
const flags = 0x0808;
const version = 20;
const deflated = 8;
/** 1980-01-01, the first day that the format knows: the same input gives the same file. */
const date = 0x0021;

/** A zip of one file, made as its content arrives (APPNOTE 4.3). For files below 4 GB. */
export async function* zipOf(name: string, content: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const nameBytes = Buffer.from(name);
  yield header(0x04034b50, nameBytes, [], [0, 0, 0], [nameBytes.length, 0]);
  const deflate = createDeflateRaw();
  let crc = 0xffffffff;
  let size = 0;
  let packed = 0;
  const feeding = (async () => {
    for await (const text of content) {
      const bytes = Buffer.from(text);
      crc = crcOf(crc, bytes);
      size += bytes.length;
      if (!deflate.write(bytes)) await once(deflate, 'drain');
    }
    deflate.end();
  })().catch((error) => void deflate.destroy(error));
  for await (const piece of deflate) {
    packed += (piece as Buffer).length;
    yield piece as Buffer;
  }
  await feeding;
  const facts = [~crc >>> 0, packed, size];
  yield numbers([0x08074b50, ...facts], 4);
  const central = header(0x02014b50, nameBytes, [version], facts, [nameBytes.length, 0, 0, 0, 0], Buffer.alloc(8));
  yield central;
  const place = 30 + nameBytes.length + packed + 16;
  yield Buffer.concat([
    numbers([0x06054b50], 4),
    numbers([0, 0, 1, 1], 2),
    numbers([central.length, place], 4),
    Buffer.alloc(2),
  ]);
}

function header(
  mark: number,
  name: Buffer,
  first: readonly number[],
  facts: readonly number[],
  lengths: readonly number[],
  more: Buffer = Buffer.alloc(0),
): Buffer {
  const common = numbers([...first, version, flags, deflated, 0, date], 2);
  return Buffer.concat([numbers([mark], 4), common, numbers(facts, 4), numbers(lengths, 2), more, name]);
}

function numbers(values: readonly number[], bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(values.length * bytes);
  for (const [index, value] of values.entries()) buffer.writeUIntLE(value, index * bytes, bytes);
  return buffer;
}

/** `zlib.crc32` came with Node 22.2; this works on all. */
const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crcOf(start: number, bytes: Uint8Array): number {
  let crc = start;
  for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 0xff] as number);
  return crc;
}
