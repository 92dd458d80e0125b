/** @file A shard of the pixel cache: packed uint8 pictures of one size, to be read by position. */
import { isWhole, parseShardHeaderOf, renderShardBytes, type ShardHeader } from './packed-shard.ts';

const magic = 'TTPIXL1\n';

interface PixelSize {
  widthPx: number;
  heightPx: number;
}

export const rowBytesOf = ({ widthPx, heightPx }: PixelSize): number => 3 * widthPx * heightPx;

export interface PixelShard extends PixelSize {
  contentHashes: readonly string[];
  /** [contentHashes.length, heightPx, widthPx, 3] RGB. */
  data: Uint8Array;
}

export function renderPixelShard({ data, ...header }: PixelShard): Uint8Array {
  return renderShardBytes(magic, { header, data });
}

/** Undefined where the bytes, which may be a part of the shard, do not begin with the header of a shard of this size. */
export function parsePixelHeader(bytes: Uint8Array, size: PixelSize): (ShardHeader & { start: number }) | undefined {
  const header = parseShardHeaderOf<PixelSize>(magic, bytes);
  return header && header.widthPx === size.widthPx && header.heightPx === size.heightPx ? header : undefined;
}

/** Whether a whole shard's pixels are as they were written. */
export function isWholePixelShard(bytes: Uint8Array, size: PixelSize): boolean {
  const header = parsePixelHeader(bytes, size);
  return header !== undefined && isWhole(header, bytes, rowBytesOf(size));
}
