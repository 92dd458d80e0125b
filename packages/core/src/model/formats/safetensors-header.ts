/**
 * @file The header of a safetensors file: which tensors it holds, and where. It may be hostile: every bound is checked.
 *
 * Bytes: header length (uint64, little-endian) · header (JSON, padded with spaces to 8) · tensors, one after another without holes.
 * The format: https://github.com/huggingface/safetensors#format
 */
import { findDuplicateKey } from './duplicate-key.ts';
import { invalidFile } from './model-file-error.ts';

/** Bytes of one element. Types of less than a byte are not read. */
export const elementBytes = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
} as const;

export type StoredType = keyof typeof elementBytes;

export interface StoredTensor {
  type: StoredType;
  shape: readonly number[];
  /** Position in the file of the first byte. */
  start: number;
  sizeBytes: number;
}

export interface SafetensorsHeader {
  /** In the order in which they lie in the file. */
  tensors: ReadonlyMap<string, StoredTensor>;
  /** `__metadata__`. */
  metadata: Readonly<Record<string, string>>;
}

export const prefixBytes = 8;
/** The format allows 100 MB; the largest models need less than 1 MB. */
const mostHeaderBytes = 16 * 2 ** 20;
const mostTensors = 100_000;
const mostDimensions = 8;

/** Length of the JSON, from the first 8 bytes. Throws MODEL_FILE_INVALID. */
export function parseHeaderLength(prefix: Uint8Array, file: string): number {
  if (prefix.length < prefixBytes) throw invalidFile(file, 'it is too short for a safetensors file');
  const length = new DataView(prefix.buffer, prefix.byteOffset, prefixBytes).getBigUint64(0, true);
  if (length > BigInt(mostHeaderBytes)) throw invalidFile(file, `its header claims ${length} bytes`);
  return Number(length);
}

/** `sizeBytes` is that of the whole file, which the tensors must fill exactly. Throws MODEL_FILE_INVALID. */
export function parseHeader(
  json: Uint8Array,
  { file, sizeBytes }: { file: string; sizeBytes: number },
): SafetensorsHeader {
  const record = parseRecord(json, file);
  const start = prefixBytes + json.length;
  const entries = Object.entries(record).filter(([name]) => name !== '__metadata__');
  if (entries.length > mostTensors) throw invalidFile(file, `it holds ${entries.length} tensors`);
  const tensors = entries
    .map(([name, entry]) => [name, parseTensor(entry, { file, name, start })] as const)
    .toSorted(([, a], [, b]) => a.start - b.start || a.sizeBytes - b.sizeBytes);
  assertContiguous(tensors, { file, start, sizeBytes });
  return { tensors: new Map(tensors), metadata: parseMetadata(record.__metadata__, file) };
}

function parseRecord(json: Uint8Array, file: string): Record<string, unknown> {
  let text: string;
  let record: unknown;
  try {
    text = new TextDecoder('utf8', { fatal: true }).decode(json);
    record = JSON.parse(text);
  } catch (cause) {
    throw invalidFile(file, 'its header is not JSON', cause);
  }
  if (!isRecord(record)) throw invalidFile(file, 'its header is not a JSON object');
  const twice = findDuplicateKey(text);
  if (twice !== undefined) throw invalidFile(file, `its header names ${JSON.stringify(twice)} twice`);
  return record;
}

function parseTensor(
  entry: unknown,
  { file, name, start }: { file: string; name: string; start: number },
): StoredTensor {
  const refuse = (reason: string): never => {
    throw invalidFile(file, `its tensor ${JSON.stringify(name)} ${reason}`);
  };
  if (!isRecord(entry)) return refuse('is not described by an object');
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(elementBytes, dtype))
    return refuse(`is of the type ${JSON.stringify(dtype)}, which is not known`);
  if (!isCounts(shape) || shape.length > mostDimensions) return refuse('has no sensible shape');
  if (!isCounts(offsets) || offsets.length !== 2) return refuse('has no sensible data_offsets');
  const type = dtype as StoredType;
  const [first, end] = offsets as [number, number];
  const sizeBytes = shape.reduce((product, dimension) => product * dimension, 1) * elementBytes[type];
  if (end - first !== sizeBytes)
    return refuse(`takes ${end - first} bytes, but ${type} [${shape.join(', ')}] are ${sizeBytes}`);
  return { type, shape, start: start + first, sizeBytes };
}

/** Neither holes nor overlaps nor bytes left over: so the format wants it, so that nothing hides in a file. */
function assertContiguous(
  tensors: readonly (readonly [string, StoredTensor])[],
  { file, start, sizeBytes }: { file: string; start: number; sizeBytes: number },
): void {
  let position = start;
  for (const [name, tensor] of tensors) {
    if (tensor.start !== position)
      throw invalidFile(file, `its tensor ${JSON.stringify(name)} does not begin where the one before it ends`);
    position += tensor.sizeBytes;
  }
  if (position > sizeBytes) throw invalidFile(file, 'it is cut short');
  if (position < sizeBytes) throw invalidFile(file, `it has ${sizeBytes - position} bytes that belong to no tensor`);
}

function parseMetadata(value: unknown, file: string): Record<string, string> {
  if (value === undefined) return {};
  if (!isRecord(value) || !Object.values(value).every((text) => typeof text === 'string'))
    throw invalidFile(file, 'its __metadata__ is not a record of texts');
  return value as Record<string, string>;
}

/** Tensors by name in the order they are to lie in; offsets follow from it. Equal parts give equal bytes. */
export function renderHeader(
  tensors: readonly { name: string; shape: readonly number[]; sizeBytes: number }[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  let position = 0;
  const described = tensors.map(({ name, shape, sizeBytes }) => {
    const offsets = [position, position + sizeBytes];
    position += sizeBytes;
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype: 'F32', shape, data_offsets: offsets })}`;
  });
  const texts = Object.keys(metadata).toSorted();
  const about = texts.map((key) => `${JSON.stringify(key)}:${JSON.stringify(metadata[key])}`).join(',');
  const json = `{${[...(about ? [`"__metadata__":{${about}}`] : []), ...described].join(',')}}`;
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(prefixBytes + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, prefixBytes);
  return bytes;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
