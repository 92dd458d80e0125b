/** @file How alike two thumbnails are: structural similarity (Wang et al. 2004) over the whole picture, best over small shifts. */

/** Side of the signature that a thumbnail is squashed to. */
export const signatureSide = 32;
const channels = 3;
const largestShift = 2;
/** Below this without a shift, no small shift makes two pictures near-duplicates; measured lowest: 0.55. */
const hopeless = 0.5;
/** Above this no shift can say more. */
const settled = 0.99;
/** (0.01 * 255)^2 and (0.03 * 255)^2, the paper's constants: they settle pictures without contrast. */
const c1 = 6.5025;
const c2 = 58.5225;

/** Both [32, 32, 3], 0 to 255. From -1 to 1; 1 means the same pixels. Symmetric. */
export function computeSimilarity(a: Uint8Array, b: Uint8Array): number {
  const size = signatureSide * signatureSide * channels;
  if (a.length !== size || b.length !== size) throw new RangeError(`a signature has ${size} values`);
  let best = shiftedSimilarity(a, b, 0, 0);
  if (best < hopeless || best > settled) return best;
  for (let dy = -largestShift; dy <= largestShift; dy += 1) {
    for (let dx = -largestShift; dx <= largestShift; dx += 1) {
      if (dx !== 0 || dy !== 0) best = Math.max(best, shiftedSimilarity(a, b, dx, dy));
    }
  }
  return best;
}

/** Where `a` moved by (dx, dy) overlaps `b`. */
function shiftedSimilarity(a: Uint8Array, b: Uint8Array, dx: number, dy: number): number {
  const width = (signatureSide - Math.abs(dx)) * channels;
  const height = signatureSide - Math.abs(dy);
  let sumA = 0;
  let sumB = 0;
  let squareA = 0;
  let squareB = 0;
  let product = 0;
  for (let y = 0; y < height; y += 1) {
    const startA = ((y + Math.max(0, dy)) * signatureSide + Math.max(0, dx)) * channels;
    const startB = ((y + Math.max(0, -dy)) * signatureSide + Math.max(0, -dx)) * channels;
    for (let i = 0; i < width; i += 1) {
      const valueA = a[startA + i] as number;
      const valueB = b[startB + i] as number;
      sumA += valueA;
      sumB += valueB;
      squareA += valueA * valueA;
      squareB += valueB * valueB;
      product += valueA * valueB;
    }
  }
  const count = width * height;
  const meanA = sumA / count;
  const meanB = sumB / count;
  const varianceA = squareA / count - meanA * meanA;
  const varianceB = squareB / count - meanB * meanB;
  const covariance = product / count - meanA * meanB;
  const brightness = (2 * meanA * meanB + c1) / (meanA * meanA + meanB * meanB + c1);
  return (brightness * (2 * covariance + c2)) / (varianceA + varianceB + c2);
}
