/**
 * @file A shard of the embedding cache: rows of float32 features with the content hashes they belong to.
 *
 * Bytes: `TTFEAT1\n` · header length (uint32, little-endian) · header (JSON) · padding to 4 · rows (float32, little-endian).
 */
import { createHash } from 'node:crypto';
import { endianness } from 'node:os';

const magic = new TextEncoder().encode('TTFEAT1\n');
const prefixBytes = magic.length + 4;
/** Bytes that hold the header of any shard we write (512 rows need about 35 KB). */
const headerCapBytes = 1 << 20;

export interface FeatureShard {
  dimensions: number;
  contentHashes: readonly string[];
  /** [contentHashes.length, dimensions] */
  rows: Float32Array;
}

export interface ShardHeader {
  dimensions: number;
  contentHashes: readonly string[];
  /** Of the bytes after the header. */
  sha256: string;
}

export function renderShard({ dimensions, contentHashes, rows }: FeatureShard): Uint8Array {
  const data = toLittleEndian(rows);
  const header = new TextEncoder().encode(
    JSON.stringify({ dimensions, contentHashes, sha256: hash(data) } satisfies ShardHeader),
  );
  const start = dataStart(header.length);
  const bytes = new Uint8Array(start + data.length);
  bytes.set(magic);
  new DataView(bytes.buffer).setUint32(magic.length, header.length, true);
  bytes.set(header, prefixBytes);
  bytes.set(data, start);
  return bytes;
}

/** Undefined where the bytes do not begin with a whole, sensible header; `bytes` may be a part of the shard. */
export function parseShardHeader(bytes: Uint8Array): (ShardHeader & { start: number }) | undefined {
  if (bytes.length < prefixBytes || !magic.every((byte, at) => bytes[at] === byte)) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(magic.length, true);
  if (length > headerCapBytes || bytes.length < prefixBytes + length) return undefined;
  try {
    const header = JSON.parse(
      new TextDecoder().decode(bytes.subarray(prefixBytes, prefixBytes + length)),
    ) as ShardHeader;
    const isSensible =
      Number.isInteger(header.dimensions) && Array.isArray(header.contentHashes) && typeof header.sha256 === 'string';
    return isSensible ? { ...header, start: dataStart(length) } : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined where anything of the shard is not as it was written. */
export function parseShard(bytes: Uint8Array): FeatureShard | undefined {
  const header = parseShardHeader(bytes);
  if (!header) return undefined;
  const data = bytes.subarray(header.start);
  if (data.length !== header.contentHashes.length * header.dimensions * 4 || hash(data) !== header.sha256)
    return undefined;
  return { dimensions: header.dimensions, contentHashes: header.contentHashes, rows: fromLittleEndian(data) };
}

const dataStart = (headerLength: number): number => Math.ceil((prefixBytes + headerLength) / 4) * 4;
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function toLittleEndian(rows: Float32Array): Uint8Array {
  const bytes = Buffer.from(rows.buffer.slice(rows.byteOffset, rows.byteOffset + rows.byteLength));
  return endianness() === 'LE' ? bytes : bytes.swap32();
}

function fromLittleEndian(data: Uint8Array): Float32Array {
  const bytes = Buffer.from(Uint8Array.from(data).buffer);
  if (endianness() === 'BE') bytes.swap32();
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}
