/** @file Whether bytes end before the structure of their format does; asked only after a decoder has failed. */
import type { PictureFormat } from '@tintype/contracts/picture';

const rules: Record<PictureFormat, (view: DataView) => boolean> = {
  jpeg: (view) => !reachesEndOfImage(view),
  png: (view) => !reachesEndChunk(view),
  webp: (view) => view.byteLength < 12 || view.getUint32(4, true) + 8 > view.byteLength,
  gif: (view) => !reachesTrailer(view),
  tiff: (view) => !stripsFit(view),
  avif: (view) => !boxesFit(view),
  heic: (view) => !boxesFit(view),
};

/** True when the file's own lengths, offsets or end markers say that bytes are missing. */
export function isCutShort(bytes: Uint8Array, format: PictureFormat): boolean {
  return rules[format](new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** Segments up to the first scan, then FF D9 anywhere: a thumbnail inside a segment has one of its own. */
function reachesEndOfImage(view: DataView): boolean {
  let at = 2;
  while (at + 4 <= view.byteLength && view.getUint8(at) === 0xff && view.getUint8(at + 1) !== 0xda) {
    at += 2 + view.getUint16(at + 2);
  }
  for (; at + 2 <= view.byteLength; at += 1) {
    if (view.getUint16(at) === 0xffd9) return true;
  }
  return false;
}

/** Chunks are length, type, bytes, checksum; the last is IEND. */
function reachesEndChunk(view: DataView): boolean {
  let at = 8;
  while (at + 12 <= view.byteLength) {
    if (view.getUint32(at + 4) === 0x49454e44) return true;
    at += view.getUint32(at) + 12;
  }
  return false;
}

/** Screen descriptor, then extensions (21) and images (2C), each ended by an empty block, then the trailer (3B) (GIF89a). */
function reachesTrailer(view: DataView): boolean {
  const byteAt = (at: number): number => (at < view.byteLength ? view.getUint8(at) : 0);
  const tableBytes = (flags: number): number => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  let at = 13 + tableBytes(byteAt(10));
  while (at < view.byteLength) {
    if (byteAt(at) === 0x3b) return true;
    at += byteAt(at) === 0x2c ? 11 + tableBytes(byteAt(at + 9)) : 2;
    while (byteAt(at) !== 0) at += byteAt(at) + 1;
    at += 1;
  }
  return false;
}

/** ISO base media boxes: size, type, bytes; size 0 reaches to the end, 1 means a 64-bit size follows. */
function boxesFit(view: DataView): boolean {
  let at = 0;
  while (at + 8 <= view.byteLength) {
    const size = view.getUint32(at);
    if (size < 8) return true;
    at += size;
  }
  return at === view.byteLength;
}

const offsetTags = new Set([273, 324]);
const countTags = new Set([279, 325]);
/** Bytes of a SHORT (3) and a LONG (4); others hold no strip. */
const fieldBytes: Readonly<Record<number, number>> = { 3: 2, 4: 4 };

/** Every strip or tile that the first directory names lies inside the file (TIFF 6.0, section 2). */
function stripsFit(view: DataView): boolean {
  const little = view.getUint8(0) === 0x49;
  if (view.byteLength < 8 || view.getUint16(2, little) !== 42) return view.byteLength >= 8;
  const directory = view.getUint32(4, little);
  if (directory + 2 > view.byteLength) return false;
  const entries = view.getUint16(directory, little);
  if (directory + 2 + 12 * entries > view.byteLength) return false;
  let [offsets, counts]: [number[], number[]] = [[], []];
  for (let entry = directory + 2; entry < directory + 2 + 12 * entries; entry += 12) {
    const tag = view.getUint16(entry, little);
    if (!offsetTags.has(tag) && !countTags.has(tag)) continue;
    const values = readField(view, entry, little);
    if (!values) return false;
    if (offsetTags.has(tag)) offsets = values;
    else counts = values;
  }
  return offsets.every((offset, i) => offset + (counts[i] ?? 0) <= view.byteLength);
}

/** The values of a directory entry; `undefined` when they lie beyond the end. */
function readField(view: DataView, entry: number, little: boolean): number[] | undefined {
  const size = fieldBytes[view.getUint16(entry + 2, little)];
  if (!size) return [];
  const count = view.getUint32(entry + 4, little);
  const start = count * size <= 4 ? entry + 8 : view.getUint32(entry + 8, little);
  if (start + count * size > view.byteLength) return undefined;
  return Array.from({ length: count }, (_, i) =>
    size === 2 ? view.getUint16(start + 2 * i, little) : view.getUint32(start + 4 * i, little),
  );
}
