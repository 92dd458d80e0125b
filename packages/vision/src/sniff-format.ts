/** @file Which picture format bytes claim to be, by their first bytes; file names and content types are never trusted. */
import { type PictureFormat, pictureFormats } from '@tintype/contracts/picture';

/** Formats that are recognized only to be refused by name. */
export const unsupportedFormats = {
  bmp: 'BMP',
  svg: 'SVG',
  ico: 'ICO',
  psd: 'Photoshop',
  jxl: 'JPEG XL',
  jp2: 'JPEG 2000',
  pdf: 'PDF',
  eps: 'EPS',
} as const;

export type UnsupportedFormat = keyof typeof unsupportedFormats;

const latin = (text: string): readonly number[] => Array.from(text, (c) => c.charCodeAt(0));

/** Bytes at an offset; the first match wins. */
const signatures: readonly (readonly [PictureFormat | UnsupportedFormat, number, readonly number[]])[] = [
  ['jpeg', 0, [0xff, 0xd8, 0xff]],
  ['png', 0, [0x89, ...latin('PNG\r\n'), 0x1a, 0x0a]],
  ['gif', 0, latin('GIF87a')],
  ['gif', 0, latin('GIF89a')],
  ['tiff', 0, [...latin('II'), 42, 0]],
  ['tiff', 0, [...latin('MM'), 0, 42]],
  ['tiff', 0, [...latin('II'), 43, 0]],
  ['tiff', 0, [...latin('MM'), 0, 43]],
  ['bmp', 0, latin('BM')],
  ['ico', 0, [0, 0, 1, 0]],
  ['psd', 0, latin('8BPS')],
  ['jxl', 0, [0xff, 0x0a]],
  ['jxl', 4, latin('JXL ')],
  ['jp2', 4, latin('jP  ')],
  ['pdf', 0, latin('%PDF')],
  ['eps', 0, latin('%!PS')],
];

const avifBrands = new Set(['avif', 'avis']);
const heicBrands = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1']);

/** The format of the bytes, `undefined` when they are of no picture format known here. Reads at most the first kilobyte. */
export function sniffFormat(bytes: Uint8Array): PictureFormat | UnsupportedFormat | undefined {
  for (const [format, offset, signature] of signatures) {
    if (signature.every((byte, i) => bytes[offset + i] === byte)) return format;
  }
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return 'webp';
  if (ascii(bytes, 4, 8) === 'ftyp') return sniffBrands(bytes);
  return looksLikeSvg(bytes) ? 'svg' : undefined;
}

export function isPictureFormat(format: string): format is PictureFormat {
  return (pictureFormats as readonly string[]).includes(format);
}

/** AVIF and HEIC share one container; the major brand decides, then the compatible ones (ISO/IEC 23008-12). */
function sniffBrands(bytes: Uint8Array): PictureFormat | UnsupportedFormat | undefined {
  const boxBytes = ((bytes[0] ?? 0) << 24) | ((bytes[1] ?? 0) << 16) | ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  const end = Math.min(bytes.length, Math.max(boxBytes, 12), 1024);
  const brands = [ascii(bytes, 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(ascii(bytes, at, at + 4));
  if (brands.some((brand) => avifBrands.has(brand))) return 'avif';
  if (brands.some((brand) => heicBrands.has(brand))) return 'heic';
  return undefined;
}

function looksLikeSvg(bytes: Uint8Array): boolean {
  const head = ascii(bytes, 0, Math.min(bytes.length, 1024))
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart();
  return head.startsWith('<') && /<svg[\s>]/i.test(head) && !/<html[\s>]/i.test(head);
}

function ascii(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}
