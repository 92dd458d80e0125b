/** @file What an answer depends on: parts of the picture are covered one after the other, and the model asked again (Zeiler & Fergus 2014). */
import type { PictureLimits } from '@tintype/contracts/picture';
import type { Preprocessing } from '@tintype/contracts/preprocessing';
import { readPictureHeader } from '@tintype/vision/picture-header';
import { preparePixels } from '@tintype/vision/prepare-pixels';

export interface OcclusionMap {
  /** Of the most probable class. */
  classIndex: number;
  rows: number;
  columns: number;
  /** The part of the picture that the model sees, as shares of its width and height. */
  region: Region;
  /** [rows * columns]: probability of the class that is lost. */
  drops: Float32Array;
}

export interface Region {
  left: number;
  top: number;
  width: number;
  height: number;
}

interface Asked {
  preprocessing: Preprocessing;
  budgetMs: number;
  /** Of `[heightPx, widthPx, 3]` pixels. */
  ask: (pixels: Uint8Array) => Promise<{ probabilities: Float32Array }>;
}

/** Cells per side, coarse to fine: which of them is taken depends on how long the model takes. */
const grids = [2, 4, 6, 8, 10, 12] as const;

/** Throws IMAGE_*. Where even the coarsest grid takes longer than `budgetMs`, it is taken all the same: five questions. */
export async function computeOcclusion(
  { bytes, limits }: { bytes: Uint8Array; limits: PictureLimits },
  { preprocessing, budgetMs, ask }: Asked,
): Promise<OcclusionMap> {
  const pixels = await preparePixels(bytes, preprocessing, limits);
  const { region, seen } = locatePicture(await readPictureHeader(bytes, limits), preprocessing);
  const startedAt = performance.now();
  const { probabilities } = await ask(pixels);
  const classIndex = probabilities.reduce((best, value, k) => (value > (probabilities[best] as number) ? k : best), 0);
  const whole = probabilities[classIndex] as number;
  const side = chooseGrid(budgetMs / Math.max(1, performance.now() - startedAt));
  const color = meanColor(pixels);
  const drops = new Float32Array(side * side);
  for (let cell = 0; cell < drops.length; cell += 1) {
    const covered = cover(pixels, { preprocessing, color, box: boxOf(cell, side, seen) });
    drops[cell] = whole - ((await ask(covered)).probabilities[classIndex] as number);
  }
  return { classIndex, rows: side, columns: side, region, drops };
}

/** The finest grid with at most so many cells, or the coarsest. */
export const chooseGrid = (affordable: number): number =>
  grids.findLast((side) => side * side <= affordable) ?? grids[0];

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** A cell with half of one around it: what is covered is large enough to matter, and the map is smooth. */
function boxOf(cell: number, side: number, seen: Box): Box {
  const [width, height] = [(seen.right - seen.left) / side, (seen.bottom - seen.top) / side];
  const [column, row] = [cell % side, Math.floor(cell / side)];
  return {
    left: Math.max(seen.left, Math.floor(seen.left + (column - 0.5) * width)),
    top: Math.max(seen.top, Math.floor(seen.top + (row - 0.5) * height)),
    right: Math.min(seen.right, Math.ceil(seen.left + (column + 1.5) * width)),
    bottom: Math.min(seen.bottom, Math.ceil(seen.top + (row + 1.5) * height)),
  };
}

/** Which part of the picture the model sees, and where in its input the picture is. */
export function locatePicture(
  picture: { widthPx: number; heightPx: number },
  { resize, widthPx, heightPx, cropFraction }: Pick<Preprocessing, 'resize' | 'widthPx' | 'heightPx' | 'cropFraction'>,
): { region: Region; seen: Box } {
  const all = { left: 0, top: 0, width: 1, height: 1 };
  const input = { left: 0, top: 0, right: widthPx, bottom: heightPx };
  if (resize === 'squash') return { region: all, seen: input };
  if (resize === 'letterbox') {
    const scale = Math.min(widthPx / picture.widthPx, heightPx / picture.heightPx);
    const fit = (side: number): number => Math.max(1, Math.round(side * scale));
    return { region: all, seen: { ...input, right: fit(picture.widthPx), bottom: fit(picture.heightPx) } };
  }
  const scale = Math.max(widthPx / picture.widthPx, heightPx / picture.heightPx) / cropFraction;
  const width = Math.min(1, widthPx / (picture.widthPx * scale));
  const height = Math.min(1, heightPx / (picture.heightPx * scale));
  return { region: { left: (1 - width) / 2, top: (1 - height) / 2, width, height }, seen: input };
}

/** Covering with black or white would itself look like something. */
function meanColor(pixels: Uint8Array): [number, number, number] {
  const sums: [number, number, number] = [0, 0, 0];
  for (let at = 0; at < pixels.length; at += 3)
    for (const channel of [0, 1, 2] as const) sums[channel] += pixels[at + channel] as number;
  const count = pixels.length / 3;
  return [Math.round(sums[0] / count), Math.round(sums[1] / count), Math.round(sums[2] / count)];
}

function cover(
  pixels: Uint8Array,
  { preprocessing, color, box }: { preprocessing: Preprocessing; color: readonly [number, number, number]; box: Box },
): Uint8Array {
  const covered = Uint8Array.from(pixels);
  for (let y = box.top; y < box.bottom; y += 1)
    for (let x = box.left; x < box.right; x += 1) covered.set(color, 3 * (y * preprocessing.widthPx + x));
  return covered;
}
