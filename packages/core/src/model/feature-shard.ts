/** @file A shard of the embedding cache: rows of float32 features (little-endian) with the content hashes they belong to. */
import { endianness } from 'node:os';
import { isWhole, parseShardHeaderOf, renderShardBytes, type ShardHeader } from './packed-shard.ts';

const magic = 'TTFEAT1\n';

export interface FeatureShard {
  dimensions: number;
  contentHashes: readonly string[];
  /** [contentHashes.length, dimensions] */
  rows: Float32Array;
}

export function renderShard({ dimensions, contentHashes, rows }: FeatureShard): Uint8Array {
  return renderShardBytes(magic, { header: { dimensions, contentHashes }, data: toLittleEndian(rows) });
}

/** Undefined where the bytes do not begin with a whole, sensible header; `bytes` may be a part of the shard. */
export function parseShardHeader(bytes: Uint8Array): (ShardHeader & { dimensions: number; start: number }) | undefined {
  const header = parseShardHeaderOf<{ dimensions: number }>(magic, bytes);
  return header && Number.isInteger(header.dimensions)
    ? { ...header, dimensions: header.dimensions as number }
    : undefined;
}

/** Undefined where anything of the shard is not as it was written. */
export function parseShard(bytes: Uint8Array): FeatureShard | undefined {
  const header = parseShardHeader(bytes);
  if (!header || !isWhole(header, bytes, 4 * header.dimensions)) return undefined;
  const rows = fromLittleEndian(bytes.subarray(header.start));
  return { dimensions: header.dimensions, contentHashes: header.contentHashes, rows };
}

function toLittleEndian(rows: Float32Array): Uint8Array {
  const bytes = Buffer.from(rows.buffer.slice(rows.byteOffset, rows.byteOffset + rows.byteLength));
  return endianness() === 'LE' ? bytes : bytes.swap32();
}

function fromLittleEndian(data: Uint8Array): Float32Array {
  const bytes = Buffer.from(Uint8Array.from(data).buffer);
  if (endianness() === 'BE') bytes.swap32();
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}
