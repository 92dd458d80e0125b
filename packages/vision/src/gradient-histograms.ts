/** @file Histograms of oriented gradients (Dalal and Triggs 2005) over the square roots of a square color picture. */

const orientations = 9;
/** L2-Hys: normalize, clip, normalize again. */
const clip = 0.2;

export interface GradientGrid {
  sidePx: number;
  cellPx: number;
}

/** Values of a grid: 2x2 cells of 9 orientations for each of the overlapping blocks. */
export const countGradients = ({ sidePx, cellPx }: GradientGrid): number =>
  (sidePx / cellPx - 1) ** 2 * 4 * orientations;

/**
 * [(cells - 1)^2 * 36] from [sidePx, sidePx, 3] bytes. Each pixel votes with the channel of the steepest central difference
 * (none across the border), shared between the two nearest orientations and the four nearest cells.
 */
export function computeGradients(pixels: Uint8Array, grid: GradientGrid): Float32Array {
  const { strength, orientation } = findSteepest(pixels, grid.sidePx);
  return normalizeBlocks(voteInCells({ strength, orientation }, grid), grid.sidePx / grid.cellPx);
}

/** [256] square roots: evens out light before differences are taken. */
const roots = Float32Array.from({ length: 256 }, (_, value) => Math.sqrt(value));

interface Steepest {
  /** [sidePx, sidePx] */
  strength: Float32Array;
  /** [sidePx, sidePx] in bins, 0 to 9; opposite directions are one orientation. */
  orientation: Float32Array;
}

function findSteepest(pixels: Uint8Array, sidePx: number): Steepest {
  const strength = new Float32Array(sidePx * sidePx);
  const orientation = new Float32Array(sidePx * sidePx);
  const rooted = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i += 1) rooted[i] = roots[pixels[i] as number] as number;
  for (let i = 0, at = 0; i < strength.length; i += 1) {
    const across = i % sidePx > 0 && i % sidePx < sidePx - 1 ? 3 : 0;
    const down = i >= sidePx && i < strength.length - sidePx ? 3 * sidePx : 0;
    let dx = 0;
    let dy = 0;
    let steepest = 0;
    for (const end = at + 3; at < end; at += 1) {
      const a = (rooted[at + across] as number) - (rooted[at - across] as number);
      const b = (rooted[at + down] as number) - (rooted[at - down] as number);
      const squared = a * a + b * b;
      if (squared <= steepest) continue;
      dx = a;
      dy = b;
      steepest = squared;
    }
    if (steepest === 0) continue;
    strength[i] = Math.sqrt(steepest);
    const halfTurns = Math.atan2(dy, dx) / Math.PI;
    orientation[i] = (halfTurns < 0 ? halfTurns + 1 : halfTurns) * orientations;
  }
  return { strength, orientation };
}

/** [cells + 2, cells + 2, 9]: a margin of one cell takes the votes that fall outside. */
function voteInCells({ strength, orientation }: Steepest, { sidePx, cellPx }: GradientGrid): Float32Array {
  const row = (sidePx / cellPx + 2) * orientations;
  const votes = new Float32Array((sidePx / cellPx + 2) * row);
  const add = (at: number, weight: number): void => {
    votes[at] = (votes[at] as number) + weight;
  };
  for (let y = 0, i = 0; y < sidePx; y += 1) {
    const [above, toBelow] = nearestCell(y, cellPx);
    for (let x = 0; x < sidePx; x += 1, i += 1) {
      const weight = strength[i] as number;
      if (weight === 0) continue;
      const [left, toRight] = nearestCell(x, cellPx);
      const position = (orientation[i] as number) + orientations - 0.5;
      const bin = Math.floor(position) % orientations;
      const nextBin = (bin + 1) % orientations;
      const toNext = position - Math.floor(position);
      const cell = above * row + left * orientations;
      for (let corner = 0; corner < 4; corner += 1) {
        const at = cell + (corner & 1) * orientations + (corner >> 1) * row;
        const share = (corner & 1 ? toRight : 1 - toRight) * (corner >> 1 ? toBelow : 1 - toBelow) * weight;
        add(at + bin, share * (1 - toNext));
        add(at + nextBin, share * toNext);
      }
    }
  }
  return votes;
}

/** The cell (with margin) whose center lies before a pixel's center, and how far the pixel is on the way to the next one, 0 to 1. */
function nearestCell(at: number, cellPx: number): [number, number] {
  const position = (at + 0.5) / cellPx + 0.5;
  return [Math.floor(position), position - Math.floor(position)];
}

function normalizeBlocks(votes: Float32Array, cells: number): Float32Array {
  const row = (cells + 2) * orientations;
  const histograms = new Float32Array((cells - 1) ** 2 * 4 * orientations);
  let to = 0;
  for (let y = 1; y < cells; y += 1) {
    for (let x = 1; x < cells; x += 1, to += 4 * orientations) {
      const block = histograms.subarray(to, to + 4 * orientations);
      const from = y * row + x * orientations;
      block.set(votes.subarray(from, from + 2 * orientations));
      block.set(votes.subarray(from + row, from + row + 2 * orientations), 2 * orientations);
      scaleToUnit(block);
      for (let i = 0; i < block.length; i += 1) block[i] = Math.min(clip, block[i] as number);
      scaleToUnit(block);
    }
  }
  return histograms;
}

/** Divides by the Euclidean length; all zeros stay zeros. */
function scaleToUnit(values: Float32Array): void {
  let squared = 0;
  for (const value of values) squared += value * value;
  const scale = 1 / Math.sqrt(squared + 1e-10);
  for (let i = 0; i < values.length; i += 1) values[i] = (values[i] as number) * scale;
}
