/** @file Arrays as NumPy keeps them: .npy 1.0, and .npz, a zip of them. https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
import { crc32 } from 'node:zlib';

export interface NpyArray {
  /** `|u1`, `<i8`, `<f4`, or `<U12` for text of at most 12 characters. */
  type: string;
  shape: readonly number[];
  /** Row by row. */
  bytes: Uint8Array;
}

const magic = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0);
const alignment = 64;

export function renderNpy({ type, shape, bytes }: NpyArray): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const words = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const bare = magic.length + 2 + words.length + 1;
  const padded = `${words}${' '.repeat((alignment - (bare % alignment)) % alignment)}\n`;
  const file = Buffer.alloc(magic.length + 2 + padded.length + bytes.length);
  file.set(magic);
  file.writeUInt16LE(padded.length, magic.length);
  file.write(padded, magic.length + 2, 'latin1');
  file.set(bytes, magic.length + 2 + padded.length);
  return file;
}

/** Undefined where it is none, or its numbers stand column by column. */
export function parseNpy(file: Uint8Array): NpyArray | undefined {
  const view = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 12 || !view.subarray(0, 6).equals(magic.subarray(0, 6))) return undefined;
  const wide = (file[6] ?? 0) > 1;
  const start = wide ? 12 : 10;
  const length = wide ? view.readUInt32LE(8) : view.readUInt16LE(8);
  const words = view.toString('latin1', start, start + length);
  const type = /'descr':\s*'([^']+)'/.exec(words)?.[1];
  const sizes = /'shape':\s*\(([^)]*)\)/.exec(words)?.[1];
  if (type === undefined || sizes === undefined || /'fortran_order':\s*True/.test(words)) return undefined;
  const shape = sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  const bytes = file.subarray(start + length);
  const count = shape.reduce((product, size) => product * size, 1);
  return bytes.length === count * itemBytes(type) ? { type, shape, bytes } : undefined;
}

const itemBytes = (type: string): number => {
  const size = Number(type.slice(2));
  return type[1] === 'U' ? 4 * size : size;
};

/** [N] of text: `<U` and the length of the longest, in UTF-32. */
export function textArray(values: readonly string[]): NpyArray {
  const points = values.map((value) => Array.from(value, (one) => one.codePointAt(0) as number));
  const width = Math.max(1, ...points.map((own) => own.length));
  const bytes = Buffer.alloc(4 * width * values.length);
  for (const [n, own] of points.entries())
    for (const [k, point] of own.entries()) bytes.writeUInt32LE(point, 4 * (n * width + k));
  return { type: `<U${width}`, shape: [values.length], bytes };
}

/** [N] of whole numbers. */
export function integerArray(values: readonly number[]): NpyArray {
  const numbers = BigInt64Array.from(values, BigInt);
  return { type: '<i8', shape: [values.length], bytes: new Uint8Array(numbers.buffer) };
}

/** Undefined where it is no text. */
export function readText({ type, shape, bytes }: NpyArray): string[] | undefined {
  if (!/^<U\d+$/.test(type)) return undefined;
  const width = Number(type.slice(2));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: shape[0] ?? 0 }, (_, n) => {
    const points = Array.from({ length: width }, (_own, k) => view.getUint32(4 * (n * width + k), true));
    return String.fromCodePoint(...points.filter((point) => point !== 0 && point <= 0x10ffff));
  });
}

/** Undefined where they are no whole numbers of 8, 4 or 1 bytes. */
export function readIntegers({ type, shape, bytes }: NpyArray): number[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const readers: Readonly<Record<string, (n: number) => number>> = {
    '<i8': (n) => Number(view.getBigInt64(8 * n, true)),
    '<i4': (n) => view.getInt32(4 * n, true),
    '|u1': (n) => view.getUint8(n),
  };
  const read = readers[type];
  return read && Array.from({ length: shape[0] ?? 0 }, (_, n) => read(n));
}

const localHeaderBytes = 30;
const entryBytes = 46;
const endBytes = 22;
/** 1980-01-01, the earliest that a zip can say: equal content gives equal bytes. */
const date = 0x21;

/** The arrays by name; stored as they are, since pixels hardly get smaller. */
export function renderNpz(arrays: Readonly<Record<string, NpyArray>>): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  const names = Object.keys(arrays);
  for (const key of names) {
    const name = Buffer.from(`${key}.npy`);
    const content = renderNpy(arrays[key] as NpyArray);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(date, 8);
    facts.writeUInt32LE(crc32(content), 10);
    facts.writeUInt32LE(content.length, 14);
    facts.writeUInt32LE(content.length, 18);
    facts.writeUInt16LE(name.length, 22);
    const local = Buffer.alloc(localHeaderBytes);
    local.writeUInt32LE(0x04034b50, 0);
    local.set(facts, 4);
    const entry = Buffer.alloc(entryBytes);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(20, 4);
    entry.set(facts, 6);
    entry.writeUInt32LE(at, 42);
    parts.push(local, name, content);
    directory.push(entry, name);
    at += localHeaderBytes + name.length + content.length;
  }
  const end = Buffer.alloc(endBytes);
  const directoryBytes = directory.reduce((sum, part) => sum + part.length, 0);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(names.length, 8);
  end.writeUInt16LE(names.length, 10);
  end.writeUInt32LE(directoryBytes, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...directory, end]);
}
