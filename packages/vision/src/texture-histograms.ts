/** @file Texture as histograms of local binary patterns (Ojala 2002; over a grid, Ahonen 2006) and of local phase (Ojansivu 2008). */

/** A square picture in grey: [sidePx, sidePx]. */
export interface Grey {
  values: Float32Array;
  sidePx: number;
}

/** BT.709 luma of [sidePx, sidePx, 3] RGB bytes, as scikit-image has it. */
export function toGrey(pixels: Uint8Array, sidePx: number): Grey {
  const values = new Float32Array(sidePx * sidePx);
  for (let i = 0, at = 0; i < values.length; i += 1, at += 3) {
    values[i] =
      0.2125 * (pixels[at] as number) + 0.7154 * (pixels[at + 1] as number) + 0.0721 * (pixels[at + 2] as number);
  }
  return { values, sidePx };
}

/** Half the size, by the mean of 2x2 pixels. */
export function halve({ values, sidePx }: Grey): Grey {
  const half = sidePx / 2;
  const means = new Float32Array(half * half);
  for (let i = 0; i < means.length; i += 1) {
    const at = 2 * Math.floor(i / half) * sidePx + 2 * (i % half);
    means[i] =
      ((values[at] as number) +
        (values[at + 1] as number) +
        (values[at + sidePx] as number) +
        (values[at + sidePx + 1] as number)) /
      4;
  }
  return { values: means, sidePx: half };
}

export const patternBins = 59;
export const phaseBins = 256;

/** [256]: each of the 58 codes with at most two changes around the circle has its bin, all others share the last. */
const uniformBins = buildUniformBins();

function buildUniformBins(): Uint8Array {
  let next = 0;
  return Uint8Array.from({ length: 256 }, (_, code) => {
    let changes = 0;
    for (let bit = 0; bit < 8; bit += 1) changes += ((code >> bit) & 1) ^ ((code >> ((bit + 1) % 8)) & 1);
    return changes <= 2 ? next++ : patternBins - 1;
  });
}

/** [grid * grid * 59] square roots of shares: which of its eight neighbors, in a circle, are at least as bright as a pixel. */
export function computePatterns({ values, sidePx }: Grey, grid: number): Float32Array {
  const bins = new Uint8Array(values.length);
  for (let i = 0; i < bins.length; i += 1) {
    const left = i % sidePx === 0 ? 0 : 1;
    const right = (i + 1) % sidePx === 0 ? 0 : 1;
    const above = i < sidePx ? i : i - sidePx;
    const below = i + sidePx < bins.length ? i + sidePx : i;
    const center = values[i] as number;
    const code =
      ((values[above - left] as number) >= center ? 1 : 0) |
      ((values[above] as number) >= center ? 2 : 0) |
      ((values[above + right] as number) >= center ? 4 : 0) |
      ((values[i + right] as number) >= center ? 8 : 0) |
      ((values[below + right] as number) >= center ? 16 : 0) |
      ((values[below] as number) >= center ? 32 : 0) |
      ((values[below - left] as number) >= center ? 64 : 0) |
      ((values[i - left] as number) >= center ? 128 : 0);
    bins[i] = uniformBins[code] as number;
  }
  return countShares(bins, { sidePx, grid, binCount: patternBins });
}

const sin60 = Math.sqrt(3) / 2;

/**
 * [grid * grid * 256] square roots of shares: signs of the real and imaginary parts of the 3x3 Fourier transform at the four
 * lowest frequencies. With three points, cos(2 pi i / 3) is (-1/2, 1, -1/2) and -sin is (sin 60, 0, -sin 60).
 */
export function computePhases(grey: Grey, grid: number): Float32Array {
  const { sum, cos, sin } = transformRows(grey);
  const bins = new Uint8Array(grey.values.length);
  const { sidePx } = grey;
  for (let i = 0; i < bins.length; i += 1) {
    const above = i < sidePx ? i : i - sidePx;
    const below = i + sidePx < bins.length ? i + sidePx : i;
    const outerSum = (sum[above] as number) + (sum[below] as number);
    const outerCos = (cos[above] as number) + (cos[below] as number);
    const outerSin = (sin[above] as number) + (sin[below] as number);
    const cosCos = (cos[i] as number) - outerCos / 2;
    const sinCos = (sin[i] as number) - outerSin / 2;
    const cosSin = sin60 * ((cos[above] as number) - (cos[below] as number));
    const sinSin = sin60 * ((sin[above] as number) - (sin[below] as number));
    bins[i] =
      ((cos[i] as number) + outerCos > 0 ? 1 : 0) |
      ((sin[i] as number) + outerSin > 0 ? 2 : 0) |
      ((sum[i] as number) - outerSum / 2 > 0 ? 4 : 0) |
      ((sum[above] as number) - (sum[below] as number) > 0 ? 8 : 0) |
      (cosCos - sinSin > 0 ? 16 : 0) |
      (cosSin + sinCos > 0 ? 32 : 0) |
      (cosCos + sinSin > 0 ? 64 : 0) |
      (cosSin - sinCos > 0 ? 128 : 0);
  }
  return countShares(bins, { sidePx, grid, binCount: phaseBins });
}

/** The three-point transform along each row; the border repeats outwards. */
function transformRows({ values, sidePx }: Grey): Record<'sum' | 'cos' | 'sin', Float32Array> {
  const [sum, cos, sin] = [
    new Float32Array(values.length),
    new Float32Array(values.length),
    new Float32Array(values.length),
  ];
  for (let i = 0; i < values.length; i += 1) {
    const left = values[i % sidePx === 0 ? i : i - 1] as number;
    const center = values[i] as number;
    const right = values[(i + 1) % sidePx === 0 ? i : i + 1] as number;
    sum[i] = left + center + right;
    cos[i] = center - (left + right) / 2;
    sin[i] = sin60 * (left - right);
  }
  return { sum, cos, sin };
}

function countShares(bins: Uint8Array, options: { sidePx: number; grid: number; binCount: number }): Float32Array {
  const { sidePx, grid, binCount } = options;
  const counts = new Float32Array(grid * grid * binCount);
  for (let y = 0, at = 0; y < sidePx; y += 1) {
    const row = Math.floor((y * grid) / sidePx) * grid;
    for (let x = 0; x < sidePx; x += 1, at += 1) {
      const bin = (row + Math.floor((x * grid) / sidePx)) * binCount + (bins[at] as number);
      counts[bin] = (counts[bin] as number) + 1;
    }
  }
  const pixelsPerCell = (sidePx / grid) ** 2;
  return counts.map((count) => Math.sqrt(count / pixelsPerCell));
}
