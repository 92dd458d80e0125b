/** @file Pixels to a normalized tensor by table lookup: 256 values per channel are all there are. */
import type { Preprocessing } from '@tintype/contracts/preprocessing';

type Normalization = Pick<Preprocessing, 'mean' | 'std'>;

const tables = new WeakMap<Normalization, Float32Array>();

/** [3, 256]: `(value / 255 - mean) / std` for every byte, computed in double and rounded once. */
function normalizationTable(normalization: Normalization): Float32Array {
  const known = tables.get(normalization);
  if (known) return known;
  const table = new Float32Array(3 * 256);
  for (let i = 0; i < table.length; i += 1) {
    const channel = i >> 8;
    table[i] = ((i & 255) / 255 - (normalization.mean[channel] ?? 0)) / (normalization.std[channel] ?? 1);
  }
  tables.set(normalization, table);
  return table;
}

/**
 * Writes [H, W, 3] uint8 `pixels` as [3, H, W] float32 into `target` at `offset`, channel for channel as they come.
 * `target` must have `pixels.length` values left at `offset`. `preprocessing` is taken as frozen: its table is kept.
 */
export function toTensor(pixels: Uint8Array, preprocessing: Normalization, target: Float32Array, offset = 0): void {
  const plane = pixels.length / 3;
  if (!Number.isInteger(plane)) throw new RangeError('pixels must hold three channels');
  if (offset < 0 || offset + pixels.length > target.length) throw new RangeError('target is too small for the pixels');
  const table = normalizationTable(preprocessing);
  let at = 0;
  for (let i = offset; i < offset + plane; i += 1, at += 3) {
    target[i] = table[pixels[at] as number] as number;
    target[i + plane] = table[256 + (pixels[at + 1] as number)] as number;
    target[i + 2 * plane] = table[512 + (pixels[at + 2] as number)] as number;
  }
}
