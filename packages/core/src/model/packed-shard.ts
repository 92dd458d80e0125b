/**
 * @file A shard: many rows of equal length in one immutable object, named inside by the content hashes that they belong to.
 *
 * Bytes: magic (8 bytes, the format's) · header length (uint32, little-endian) · header (JSON) · padding to 4 · rows.
 */
import { createHash } from 'node:crypto';

const magicBytes = 8;
const prefixBytes = magicBytes + 4;
/** Bytes that hold the header of any shard we write (512 rows need about 35 KB). */
const headerCapBytes = 1 << 20;

/** What every shard says of itself; formats add their own. */
export interface ShardHeader {
  contentHashes: readonly string[];
  /** Of the bytes after the header. */
  sha256: string;
}

/** `magic` is eight ASCII characters. */
export function renderShardBytes<H extends object>(
  magic: string,
  { header, data }: { header: H & Pick<ShardHeader, 'contentHashes'>; data: Uint8Array },
): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify({ ...header, sha256: hash(data) }));
  const start = dataStart(text.length);
  const bytes = new Uint8Array(start + data.length);
  bytes.set(new TextEncoder().encode(magic));
  new DataView(bytes.buffer).setUint32(magicBytes, text.length, true);
  bytes.set(text, prefixBytes);
  bytes.set(data, start);
  return bytes;
}

/** `start` is where the rows begin. Undefined where the bytes, which may be a part of the shard, do not begin with a whole header. */
export function parseShardHeaderOf<H extends object>(
  magic: string,
  bytes: Uint8Array,
): (ShardHeader & Partial<H> & { start: number }) | undefined {
  if (bytes.length < prefixBytes || new TextDecoder().decode(bytes.subarray(0, magicBytes)) !== magic) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(magicBytes, true);
  if (length > headerCapBytes || bytes.length < prefixBytes + length) return undefined;
  try {
    const text = new TextDecoder().decode(bytes.subarray(prefixBytes, prefixBytes + length));
    const header = JSON.parse(text) as ShardHeader & Partial<H>;
    const isSensible = Array.isArray(header.contentHashes) && typeof header.sha256 === 'string';
    return isSensible ? { ...header, start: dataStart(length) } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether all `rowBytes`-long rows are there, as they were written. */
export function isWhole(header: ShardHeader & { start: number }, bytes: Uint8Array, rowBytes: number): boolean {
  const data = bytes.subarray(header.start);
  return data.length === header.contentHashes.length * rowBytes && hash(data) === header.sha256;
}

const dataStart = (headerLength: number): number => Math.ceil((prefixBytes + headerLength) / 4) * 4;
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
