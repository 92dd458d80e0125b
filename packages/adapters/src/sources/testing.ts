/** @file Archives for tests, honest and lying. */
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';

export interface ZipEntry {
  name: string;
  bytes?: Uint8Array;
  /** Unix file type and permissions; by default none stated. */
  mode?: number;
  isStored?: boolean;
  isEncrypted?: boolean;
  /** What the archive says instead of the truth. */
  claimedBytes?: number;
  claimedCrc?: number;
}

export function makeZip(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name, 'utf8');
    const bytes = entry.bytes ?? Buffer.alloc(0);
    const packed = entry.isStored ? Buffer.from(bytes) : deflateRawSync(bytes);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE((entry.isEncrypted ? 1 : 0) | 0x800, 2);
    shared.writeUInt16LE(entry.isStored ? 0 : 8, 4);
    shared.writeUInt32LE(entry.claimedCrc ?? crc32(bytes), 10);
    shared.writeUInt32LE(packed.byteLength, 14);
    shared.writeUInt32LE(entry.claimedBytes ?? bytes.byteLength, 18);
    shared.writeUInt16LE(name.byteLength, 22);

    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((entry.mode ?? 0) << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    files.push(Buffer.from('PK\x03\x04', 'latin1'), shared, name, packed);
    directory.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), shared, tail, name);
    offset += 30 + name.byteLength + packed.byteLength;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).byteLength, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, ...directory, end]);
}

export type TarEntry = Partial<Header> & { name: string; bytes?: Uint8Array };

export async function makeTar(entries: readonly TarEntry[], options: { isGzipped?: boolean } = {}): Promise<Buffer> {
  const tar = pack();
  for (const { bytes, ...header } of entries) tar.entry(header, Buffer.from(bytes ?? ''));
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk as Uint8Array);
  const plain = Buffer.concat(chunks);
  return options.isGzipped ? gzipSync(plain) : plain;
}
