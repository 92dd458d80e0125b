/** @file A simulated annotator: names the true class of a picture, and with a small probability another one. The same seed names the same. */
import { createRandom } from '@tintype/autograd/random';

export const noise = 0.02;

/** `name(row)` is what the annotator says of a picture; asked again, it says the same. */
export function createAnnotator({ truth, classes }, seed) {
  const random = createRandom('annotator', seed);
  const said = Int32Array.from(truth, (classIndex) => {
    const isSlip = random() < noise;
    const other = (classIndex + 1 + Math.floor(random() * (classes.length - 1))) % classes.length;
    return isSlip ? other : classIndex;
  });
  return { name: (row) => said[row] };
}

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
export const round = (value, digits = 4) => Math.round(value * 10 ** digits) / 10 ** digits;
/** Index of the largest of `classCount` values from `start`. */
export function argmax(values, start, classCount) {
  let best = 0;
  for (let k = 1; k < classCount; k += 1) if (values[start + k] > values[start + best]) best = k;
  return best;
}
