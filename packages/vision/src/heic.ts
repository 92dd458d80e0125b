/**
 * @file HEIC, which phones write and libvips is built without: libheif, compiled to WebAssembly, decodes it into a TIFF, and from there on it is a picture
 * like any other. A picture of 12 megapixels takes about a second.
 */
import { TintypeError } from '@tintype/contracts/errors';
import { layOutTiff } from './lay-out-tiff.ts';
import type { Handle, Libheif } from './libheif.types.ts';

/** Kept until a picture makes it fail: WebAssembly that stopped in the middle of something is not used again. */
let opened: Promise<Libheif> | undefined;

/** Upright size, from the header. Errors: IMAGE_FORMAT_UNSUPPORTED where libheif was not installed, and Error. */
export function readHeicSize(bytes: Uint8Array): Promise<{ widthPx: number; heightPx: number }> {
  return withPrimary(bytes, (libheif, handle) => sizeOf(libheif, handle));
}

/** The main picture, upright, as an uncompressed TIFF with its color profile. Errors: as `readHeicSize`. */
export function renderHeicAsTiff(bytes: Uint8Array): Promise<Uint8Array> {
  return withPrimary(bytes, (libheif, handle) => {
    const isTranslucent = libheif.heif_image_handle_has_alpha_channel(handle) !== 0;
    const channels = isTranslucent ? 4 : 3;
    const { heif_chroma_interleaved_RGB, heif_chroma_interleaved_RGBA } = libheif.heif_chroma;
    const decoded = libheif.heif_js_decode_image2(
      handle,
      libheif.heif_colorspace.heif_colorspace_RGB,
      isTranslucent ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB,
    );
    try {
      const [rows] = decoded.channels ?? [];
      if (!rows) throw new Error(decoded.message ?? 'libheif gave no pixels');
      const { width: widthPx, height: heightPx, stride, data } = rows;
      const { bytes: tiff, pixels } = layOutTiff({ widthPx, heightPx, channels, profile: findProfile(bytes) });
      const rowBytes = widthPx * channels;
      for (let y = 0; y < heightPx; y += 1) pixels.set(data.subarray(y * stride, y * stride + rowBytes), y * rowBytes);
      return tiff;
    } finally {
      if (decoded.image) libheif.heif_image_release(decoded.image);
    }
  });
}

async function withPrimary<T>(bytes: Uint8Array, use: (libheif: Libheif, handle: Handle) => T): Promise<T> {
  opened ??= openLibheif();
  const libheif = await opened;
  try {
    const context = libheif.heif_context_alloc();
    try {
      const { code, message } = libheif.heif_context_read_from_memory(context, bytes);
      if (code !== libheif.heif_error_code.heif_error_Ok) throw new Error(message);
      const handle = libheif.heif_js_context_get_primary_image_handle(context);
      if (!handle || 'code' in handle) throw new Error(handle?.message ?? 'libheif found no picture');
      try {
        return use(libheif, handle);
      } finally {
        libheif.heif_image_handle_release(handle);
      }
    } finally {
      libheif.heif_context_free(context);
    }
  } catch (error) {
    opened = undefined;
    throw error;
  }
}

const sizeOf = (libheif: Libheif, handle: Handle): { widthPx: number; heightPx: number } => ({
  widthPx: libheif.heif_image_handle_get_width(handle),
  heightPx: libheif.heif_image_handle_get_height(handle),
});

const load = () => import('libheif-js/libheif-wasm/libheif-bundle.js');

/** Errors: IMAGE_FORMAT_UNSUPPORTED where it was not installed. */
export async function openLibheif(loadModule: () => Promise<{ default: () => unknown }> = load): Promise<Libheif> {
  try {
    return (await loadModule()).default() as Libheif;
  } catch (error) {
    throw new TintypeError('IMAGE_FORMAT_UNSUPPORTED', { format: 'HEIC' }, { cause: error });
  }
}

/** Boxes on the way to the color profile (ISO/IEC 23008-12), with the bytes before their contents. */
const path: readonly (readonly [string, number])[] = [
  ['meta', 4],
  ['iprp', 0],
  ['ipco', 0],
  ['colr', 0],
];

/** The first ICC profile of the file; undefined where colors are described in another way, which is taken for sRGB. */
export function findProfile(bytes: Uint8Array): Uint8Array | undefined {
  let found: Uint8Array[] = [bytes];
  for (const [type, skipped] of path)
    found = found.flatMap(listBoxes).flatMap((box) => (box.type === type ? [box.content.subarray(skipped)] : []));
  return found.find((color) => ['prof', 'rICC'].includes(latin(color, 0)))?.subarray(4);
}

function listBoxes(bytes: Uint8Array): { type: string; content: Uint8Array }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const boxes = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    // 0 reaches to the end; 1 has its length behind the type, which only picture data has.
    const length = view.getUint32(at) || bytes.length - at;
    if (length < 8 || at + length > bytes.length) break;
    boxes.push({ type: latin(bytes, at + 4), content: bytes.subarray(at + 8, at + length) });
    at += length;
  }
  return boxes;
}

const latin = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
