/** @file Features that need no weights: gradient, color and texture histograms of a 128x128 picture. Runs in a browser too. */
import type { Preprocessing } from '@tintype/contracts/preprocessing';
import { colorCount, computeColors } from './color-histograms.ts';
import { computeGradients, countGradients } from './gradient-histograms.ts';
import { computePatterns, computePhases, halve, patternBins, phaseBins, toGrey } from './texture-histograms.ts';

const sidePx = 128;
const gradientGrid = { sidePx, cellPx: 32 };
/** Cells per side at full, half and quarter size. */
const patternGrids = [4, 2, 2] as const;

/** How pixels must be made for `computeHistograms`; `mean` and `std` mean nothing here. */
export const histogramsPreprocessing: Preprocessing = {
  widthPx: sidePx,
  heightPx: sidePx,
  resize: 'squash',
  cropFraction: 1,
  interpolation: 'linear',
  channelOrder: 'RGB',
  mean: [0, 0, 0],
  std: [1, 1, 1],
};

/** 324 of gradients, 612 of color, 1,416 of patterns at three sizes, 512 of phase at two. */
export const histogramsDimensions =
  countGradients(gradientGrid) +
  colorCount +
  patternGrids.reduce((sum, grid) => sum + grid ** 2 * patternBins, 0) +
  2 * phaseBins;

/**
 * [histogramsDimensions] float32, all between 0 and 1, from [128, 128, 3] RGB bytes. A `RangeError` for any other length.
 * Standardize per dimension before a linear model.
 */
export function computeHistograms(pixels: Uint8Array): Float32Array {
  if (pixels.length !== sidePx * sidePx * 3) throw new RangeError(`pixels must be [${sidePx}, ${sidePx}, 3]`);
  const full = toGrey(pixels, sidePx);
  const half = halve(full);
  const quarter = halve(half);
  const parts = [
    computeGradients(pixels, gradientGrid),
    computeColors(pixels, sidePx),
    computePatterns(full, patternGrids[0]),
    computePatterns(half, patternGrids[1]),
    computePatterns(quarter, patternGrids[2]),
    computePhases(full, 1),
    computePhases(half, 1),
  ];
  const histograms = new Float32Array(histogramsDimensions);
  let at = 0;
  for (const part of parts) {
    histograms.set(part, at);
    at += part.length;
  }
  return histograms;
}
