/**
 * @file The entries of a zip archive in memory, for model files that are archives. Sizes are checked before and after unpacking.
 * Format: PKWARE APPNOTE.TXT 6.3, without zip64, encryption and parts.
 */
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import { ModelRefusal } from './model-file-error.ts';

const inflate = promisify(inflateRaw);

const endSignature = 0x06054b50;
const endBytes = 22;
const mostCommentBytes = 0xffff;
const entrySignature = 0x02014b50;
const entryBytes = 46;
const localSignature = 0x04034b50;
const localBytes = 30;
const mostEntries = 1_000;
const encryptedFlag = 1;
const stored = 0;
const deflated = 8;

export interface ZipEntry {
  name: string;
  sizeBytes: number;
  /** Throws ModelRefusal where the entry is damaged. */
  read(): Promise<Uint8Array>;
}

export function isZip(bytes: Uint8Array): boolean {
  return bytes.length >= endBytes && viewOf(bytes).getUint32(0, true) === localSignature;
}

/** By name. Throws ModelRefusal where the archive is damaged, or an entry would be larger than `mostBytes`. */
export function readZip(bytes: Uint8Array, { mostBytes }: { mostBytes: number }): Map<string, ZipEntry> {
  const view = viewOf(bytes);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  if (count > mostEntries) throw new ModelRefusal(`the archive has ${count} entries`);
  const entries = new Map<string, ZipEntry>();
  let at = view.getUint32(end + 16, true);
  for (let n = 0; n < count; n += 1) {
    if (at + entryBytes > bytes.length || view.getUint32(at, true) !== entrySignature) throw damaged();
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) =>
      view.getUint16(at + offset, true),
    ) as [number, number, number];
    const name = new TextDecoder().decode(bytes.subarray(at + entryBytes, at + entryBytes + nameLength));
    const sizeBytes = view.getUint32(at + 24, true);
    if (sizeBytes > mostBytes) throw new ModelRefusal(`${name} of the archive has ${sizeBytes} bytes`);
    if (entries.has(name)) throw new ModelRefusal(`the archive has ${name} twice`);
    const place: Place = {
      name,
      sizeBytes,
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      checksum: view.getUint32(at + 16, true),
      packedBytes: view.getUint32(at + 20, true),
      start: view.getUint32(at + 42, true),
    };
    entries.set(name, { name, sizeBytes, read: () => unpack(bytes, place) });
    at += entryBytes + nameLength + extraLength + commentLength;
  }
  return entries;
}

interface Place {
  name: string;
  sizeBytes: number;
  flags: number;
  method: number;
  checksum: number;
  packedBytes: number;
  start: number;
}

async function unpack(bytes: Uint8Array, { name, start, ...place }: Place): Promise<Uint8Array> {
  const view = viewOf(bytes);
  if (start + localBytes > bytes.length || view.getUint32(start, true) !== localSignature) throw damaged();
  if (place.flags & encryptedFlag) throw new ModelRefusal(`${name} of the archive is encrypted`);
  const first = start + localBytes + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
  const packed = bytes.subarray(first, first + place.packedBytes);
  const content = await inflateEntry(packed, place).catch((cause: unknown) => {
    throw new ModelRefusal(`${name} of the archive cannot be unpacked`, { cause });
  });
  if (content.length !== place.sizeBytes || crc32(content) !== place.checksum) throw damaged();
  return content;
}

async function inflateEntry(
  packed: Uint8Array,
  { method, sizeBytes }: Omit<Place, 'name' | 'start'>,
): Promise<Uint8Array> {
  if (method === stored) return packed;
  if (method !== deflated) throw new Error(`compression method ${method}`);
  return inflate(packed, { maxOutputLength: Math.max(1, sizeBytes) });
}

/** The end record stands last, but a comment may follow it. */
function findEnd(view: DataView): number {
  const last = view.byteLength - endBytes;
  for (let at = last; at >= Math.max(0, last - mostCommentBytes); at -= 1)
    if (view.getUint32(at, true) === endSignature) return at;
  throw damaged();
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const damaged = (): ModelRefusal => new ModelRefusal('the archive is damaged or cut short');
