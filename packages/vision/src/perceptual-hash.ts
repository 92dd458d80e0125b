/** @file 64-bit DCT perceptual hash (Zauner 2010, "pHash"): 32x32 brightness, lowest 8x8 frequencies, median threshold. */
import type { Luma } from './read-jpeg-luma.ts';

const side = 32;
const kept = 8;

/** [8, 32]: cos((2x + 1) k pi / 64), the rows of a DCT-II that are kept. */
const cosines = Float64Array.from({ length: kept * side }, (_, i) =>
  Math.cos(((2 * (i % side) + 1) * Math.floor(i / side) * Math.PI) / (2 * side)),
);

/** 16 lower-case hexadecimal digits. Rescaled or recompressed pictures differ in about 0 to 3 of the 64 bits. */
export function computePerceptualHash(luma: Luma): string {
  const frequencies = lowFrequencies(averageToSquare(luma));
  const median = medianOf(frequencies.subarray(1));
  let hash = '';
  for (let row = 0; row < kept; row += 1) {
    let byte = 0;
    for (let column = 0; column < kept; column += 1) {
      byte = (byte << 1) | ((frequencies[row * kept + column] as number) > median ? 1 : 0);
    }
    hash += byte.toString(16).padStart(2, '0');
  }
  return hash;
}

/** How many of the 64 bits differ. */
export function hammingDistance(a: string, b: string): number {
  let distance = 0;
  for (let at = 0; at < 16; at += 8) {
    let bits = Number.parseInt(a.slice(at, at + 8), 16) ^ Number.parseInt(b.slice(at, at + 8), 16);
    for (; bits !== 0; bits &= bits - 1) distance += 1;
  }
  return distance;
}

/** [32, 32] by area average: a cell is shared between the targets it overlaps. */
function averageToSquare({ values, columns, rows, extent }: Luma): Float64Array {
  const across = overlaps(columns, extent.columns);
  const down = overlaps(rows, extent.rows);
  const wide = new Float64Array(rows * side);
  for (let row = 0; row < rows; row += 1) {
    for (const { from, to, share } of across) {
      wide[row * side + to] = (wide[row * side + to] as number) + (values[row * columns + from] as number) * share;
    }
  }
  const square = new Float64Array(side * side);
  for (const { from, to, share } of down) {
    for (let i = 0; i < side; i += 1) {
      square[to * side + i] = (square[to * side + i] as number) + (wide[from * side + i] as number) * share;
    }
  }
  return square;
}

interface Overlap {
  from: number;
  to: number;
  /** Shares of one target add up to 1. */
  share: number;
}

function overlaps(cells: number, extent: number): Overlap[] {
  const scale = side / extent;
  const shares: Overlap[] = [];
  for (let from = 0; from < cells; from += 1) {
    const start = from * scale;
    const end = Math.min(side, (from + 1) * scale);
    for (let to = Math.floor(start); to < end; to += 1) {
      shares.push({ from, to, share: Math.min(end, to + 1) - Math.max(start, to) });
    }
  }
  return shares;
}

/** [8, 8] = C X Ct, rounded so that a plain picture has exact zeros. */
function lowFrequencies(square: Float64Array): Float64Array {
  const half = new Float64Array(kept * side);
  for (let k = 0; k < kept; k += 1) {
    for (let y = 0; y < side; y += 1) {
      const weight = cosines[k * side + y] as number;
      for (let x = 0; x < side; x += 1) {
        half[k * side + x] = (half[k * side + x] as number) + weight * (square[y * side + x] as number);
      }
    }
  }
  const frequencies = new Float64Array(kept * kept);
  for (let k = 0; k < kept; k += 1) {
    for (let l = 0; l < kept; l += 1) {
      let sum = 0;
      for (let x = 0; x < side; x += 1) sum += (half[k * side + x] as number) * (cosines[l * side + x] as number);
      frequencies[k * kept + l] = Math.round(sum);
    }
  }
  return frequencies;
}

function medianOf(values: Float64Array): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[sorted.length >> 1] as number;
}
