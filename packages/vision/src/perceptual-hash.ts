/** @file 64-bit DCT perceptual hash of pixels (Zauner 2010, "pHash"): 32x32 grey, lowest 8x8 frequencies, median threshold. */
import type { Image } from './decode-image.ts';

const side = 32;
const kept = 8;

/** [8, 32]: cos((2x + 1) k pi / 64), the rows of a DCT-II that are kept. */
const cosines = Float64Array.from({ length: kept * side }, (_, i) =>
  Math.cos(((2 * (i % side) + 1) * Math.floor(i / side) * Math.PI) / (2 * side)),
);

/** 16 lower-case hexadecimal digits. Rescaled or recompressed pictures differ in about 0 to 3 of the 64 bits. */
export function computePerceptualHash(image: Image): string {
  const frequencies = lowFrequencies(averageToGrey(image));
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

/** [32, 32] luma (BT.601) by area average; each pixel is shared between the cells it overlaps. */
function averageToGrey({ data, widthPx, heightPx }: Image): Float64Array {
  const columns = overlaps(widthPx);
  const rows = overlaps(heightPx);
  const grey = new Float64Array(side * side);
  const line = new Float64Array(side);
  for (let y = 0, at = 0; y < heightPx; y += 1) {
    line.fill(0);
    for (let x = 0; x < widthPx; x += 1, at += 3) {
      const luma = 0.299 * (data[at] as number) + 0.587 * (data[at + 1] as number) + 0.114 * (data[at + 2] as number);
      spread(columns, x, (cell, share) => {
        line[cell] = (line[cell] as number) + luma * share;
      });
    }
    spread(rows, y, (cell, share) => {
      for (let i = 0; i < side; i += 1) {
        grey[cell * side + i] = (grey[cell * side + i] as number) + (line[i] as number) * share;
      }
    });
  }
  return grey;
}

interface Overlaps {
  starts: Float64Array;
}

const overlaps = (lengthPx: number): Overlaps => ({
  starts: Float64Array.from({ length: lengthPx + 1 }, (_, i) => (i * side) / lengthPx),
});

function spread({ starts }: Overlaps, i: number, add: (cell: number, share: number) => void): void {
  const start = starts[i] as number;
  const end = starts[i + 1] as number;
  for (let cell = Math.floor(start); cell < side && cell < end; cell += 1) {
    add(cell, Math.min(end, cell + 1) - Math.max(start, cell));
  }
}

/** [8, 8] = C G Ct. */
function lowFrequencies(grey: Float64Array): Float64Array {
  const half = new Float64Array(kept * side);
  for (let k = 0; k < kept; k += 1) {
    for (let y = 0; y < side; y += 1) {
      const weight = cosines[k * side + y] as number;
      for (let x = 0; x < side; x += 1) {
        half[k * side + x] = (half[k * side + x] as number) + weight * (grey[y * side + x] as number);
      }
    }
  }
  const frequencies = new Float64Array(kept * kept);
  for (let k = 0; k < kept; k += 1) {
    for (let l = 0; l < kept; l += 1) {
      let sum = 0;
      for (let x = 0; x < side; x += 1) sum += (half[k * side + x] as number) * (cosines[l * side + x] as number);
      frequencies[k * kept + l] = sum;
    }
  }
  return frequencies;
}

function medianOf(values: Float64Array): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[sorted.length >> 1] as number;
}
