/** @file Whether bytes end before the structure of their format does; asked only after a decoder has failed. */
import type { PictureFormat } from '@tintype/contracts/picture';

const rules: Record<PictureFormat, (bytes: Uint8Array, view: DataView) => boolean> = {
  jpeg: (bytes) => !endsWithEndOfImage(bytes),
  png: (bytes, view) => !reachesEndChunk(bytes, view),
  webp: (bytes, view) => bytes.length < 12 || view.getUint32(4, true) + 8 > bytes.length,
  gif: (bytes) => bytes.lastIndexOf(0x3b) < 13,
  tiff: (bytes, view) => bytes.length < 8 || view.getUint32(4, bytes[0] === 0x49) >= bytes.length,
  avif: (bytes, view) => !boxesFit(bytes, view),
};

/** True when the file's own lengths or end markers say that bytes are missing. */
export function isCutShort(bytes: Uint8Array, format: PictureFormat): boolean {
  return rules[format](bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** The marker FF D9 stands anywhere in the last kilobytes; cameras and editors append to it. */
function endsWithEndOfImage(bytes: Uint8Array): boolean {
  for (let at = bytes.length - 2; at >= Math.max(2, bytes.length - 65_536); at -= 1) {
    if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true;
  }
  return false;
}

/** Chunks are length, type, bytes, checksum; the last is IEND. */
function reachesEndChunk(bytes: Uint8Array, view: DataView): boolean {
  let at = 8;
  while (at + 12 <= bytes.length) {
    if (view.getUint32(at + 4) === 0x49454e44) return true;
    at += view.getUint32(at) + 12;
  }
  return false;
}

/** ISO base media boxes: size, type, bytes; size 0 reaches to the end, 1 means a 64-bit size follows. */
function boxesFit(bytes: Uint8Array, view: DataView): boolean {
  let at = 0;
  while (at + 8 <= bytes.length) {
    const size = view.getUint32(at);
    if (size < 8) return true;
    at += size;
  }
  return at === bytes.length;
}
