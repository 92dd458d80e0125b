/** @file The size of a JPEG or PNG that carries no orientation, read without a sharp call: that call is a tenth of a small picture's cost. */
import type { PictureFormat } from '@tintype/contracts/picture';

export interface PlainSize {
  widthPx: number;
  heightPx: number;
}

/** `undefined` whenever anything is unusual (other format, EXIF present, odd structure): then libvips reads the header. */
export function readPlainSize(bytes: Uint8Array, format: PictureFormat): PlainSize | undefined {
  if (format === 'jpeg') return readJpegSize(bytes);
  if (format === 'png') return readPngSize(bytes);
  return undefined;
}

/** Walks the marker segments up to the frame header (ITU T.81 B.1). */
function readJpegSize(bytes: Uint8Array): PlainSize | undefined {
  let at = 2;
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xc2;
    if (isFrame) return positive({ widthPx: uint16(bytes, at + 7), heightPx: uint16(bytes, at + 5) });
    const isExif = marker === 0xe1 && bytes[at + 4] === 0x45;
    const isSegment = (marker >= 0xdb && marker <= 0xef) || marker === 0xc4 || marker === 0xfe;
    if (isExif || !isSegment) return undefined;
    at += 2 + uint16(bytes, at + 2);
  }
  return undefined;
}

/**
 * The size of a JPEG of three colors that is decoded as it is: no orientation, no color profile, nothing to convert. `undefined` for any
 * other.
 */
export function readPlainJpegSize(bytes: Uint8Array): PlainSize | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const size = readJpegSize(bytes);
  if (!size) return undefined;
  for (let at = 2; ; at += 2 + uint16(bytes, at + 2)) {
    const marker = bytes[at + 1] ?? 0;
    const isProfile = marker === 0xe2 && bytes[at + 4] === 0x49;
    if (isProfile) return undefined;
    if (marker >= 0xc0 && marker <= 0xc2) return bytes[at + 9] === 3 ? size : undefined;
  }
}

/** IHDR comes first; an eXIf chunk before the pixels may turn the picture. */
function readPngSize(bytes: Uint8Array): PlainSize | undefined {
  let at = 8;
  while (at + 24 < bytes.length) {
    const type = uint32(bytes, at + 4);
    if (at === 8 && type !== 0x49484452) return undefined;
    if (type === 0x65584966 || type === 0x61635444) return undefined;
    if (type === 0x49444154) return positive({ widthPx: uint32(bytes, 16), heightPx: uint32(bytes, 20) });
    at += 12 + uint32(bytes, at);
  }
  return undefined;
}

function positive(size: PlainSize): PlainSize | undefined {
  return size.widthPx > 0 && size.heightPx > 0 ? size : undefined;
}

const uint16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
const uint32 = (bytes: Uint8Array, at: number): number => uint16(bytes, at) * 65536 + uint16(bytes, at + 2);
