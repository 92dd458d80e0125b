/** @file An uncompressed TIFF around pixels: how pixels that another decoder made go through the door that all pictures go through, color profile included. */

export interface TiffOptions {
  widthPx: number;
  heightPx: number;
  /** Red, green, blue, and opacity where there are four. */
  channels: 3 | 4;
  /** An ICC profile. */
  profile?: Uint8Array | undefined;
}

export interface LaidOutTiff {
  bytes: Uint8Array;
  /** [heightPx, widthPx, channels] within `bytes`, to be filled. */
  pixels: Uint8Array;
}

/** Decoded a strip at a time. */
const rowsPerStrip = 64;
const headerBytes = 8;
const entryBytes = 12;

/** Field types and their bytes (TIFF 6.0, section 2). */
const types = { short: { code: 3, size: 2 }, long: { code: 4, size: 4 }, undefined: { code: 7, size: 1 } } as const;

interface Field {
  tag: number;
  type: keyof typeof types;
  values: ArrayLike<number>;
}

/** Tags as the TIFF 6.0 specification numbers them; 34675 is the ICC's. */
export function layOutTiff({ widthPx, heightPx, channels, profile }: TiffOptions): LaidOutTiff {
  const stripCount = Math.ceil(heightPx / rowsPerStrip);
  const stripBytes = rowsPerStrip * widthPx * channels;
  const pixelBytes = heightPx * widthPx * channels;
  const strips = Array.from({ length: stripCount }, (_, n) => n * stripBytes);
  const field = (tag: number, type: Field['type'], ...values: number[]): Field => ({ tag, type, values });
  const fieldsAt = (pixelsAt: number): Field[] => [
    field(256, 'long', widthPx),
    field(257, 'long', heightPx),
    field(258, 'short', ...Array<number>(channels).fill(8)),
    field(259, 'short', 1),
    field(262, 'short', 2),
    { tag: 273, type: 'long', values: strips.map((at) => pixelsAt + at) },
    field(277, 'short', channels),
    field(278, 'long', rowsPerStrip),
    { tag: 279, type: 'long', values: strips.map((at) => Math.min(stripBytes, pixelBytes - at)) },
    field(284, 'short', 1),
    // Opacity that colors were not multiplied with.
    ...(channels === 4 ? [field(338, 'short', 2)] : []),
    ...(profile ? [{ tag: 34675, type: 'undefined', values: profile } as const] : []),
  ];
  const dataAt = headerBytes + 2 + fieldsAt(0).length * entryBytes + 4;
  const pixelsAt = dataAt + fieldsAt(0).reduce((sum, each) => sum + sizeOutside(each), 0);
  const bytes = new Uint8Array(pixelsAt + pixelBytes);
  writeFields(new DataView(bytes.buffer), fieldsAt(pixelsAt), dataAt);
  return { bytes, pixels: bytes.subarray(pixelsAt) };
}

/** Values of four bytes and fewer stand in the entry itself; others lie at even addresses behind the entries. */
function sizeOutside({ type, values }: Field): number {
  const size = values.length * types[type].size;
  return size <= 4 ? 0 : size + (size % 2);
}

function writeFields(view: DataView, fields: readonly Field[], dataAt: number): void {
  view.setUint16(0, 0x4949);
  view.setUint16(2, 42, true);
  view.setUint32(4, headerBytes, true);
  view.setUint16(headerBytes, fields.length, true);
  let free = dataAt;
  for (const [n, field] of fields.entries()) {
    const at = headerBytes + 2 + n * entryBytes;
    const outside = sizeOutside(field);
    view.setUint16(at, field.tag, true);
    view.setUint16(at + 2, types[field.type].code, true);
    view.setUint32(at + 4, field.values.length, true);
    if (outside > 0) view.setUint32(at + 8, free, true);
    writeValues(view, outside > 0 ? free : at + 8, field);
    free += outside;
  }
}

function writeValues(view: DataView, at: number, { type, values }: Field): void {
  const { size } = types[type];
  for (let n = 0; n < values.length; n += 1) {
    const value = values[n] as number;
    if (size === 4) view.setUint32(at + n * 4, value, true);
    else if (size === 2) view.setUint16(at + n * 2, value, true);
    else view.setUint8(at + n, value);
  }
}
