/**
 * @file Position embeddings for another number of patches, as transformers resizes them: torch's bicubic (a = -0.75, corners not aligned,
 * no antialiasing, the border repeated).
 */
import type { FloatTensor } from '../read-safetensors.ts';

const sharpness = -0.75;

/** Weights of the four places around a position, `t` from the second of them (Keys 1981). */
function cubicWeights(t: number): [number, number, number, number] {
  const near = (x: number): number => ((sharpness + 2) * x - (sharpness + 3)) * x * x + 1;
  const far = (x: number): number => ((sharpness * x - 5 * sharpness) * x + 8 * sharpness) * x - 4 * sharpness;
  return [far(t + 1), near(t), near(1 - t), far(2 - t)];
}

interface Tap {
  places: [number, number, number, number];
  weights: [number, number, number, number];
}

/** Along one side, from `from` to `to` places. */
function listTaps(from: number, to: number): Tap[] {
  return Array.from({ length: to }, (_, n) => {
    const center = ((n + 0.5) * from) / to - 0.5;
    const first = Math.floor(center);
    const clamp = (place: number): number => Math.min(from - 1, Math.max(0, place));
    return {
      places: [clamp(first - 1), clamp(first), clamp(first + 1), clamp(first + 2)],
      weights: cubicWeights(center - first),
    };
  });
}

/** `[1, 1 + n², D]`, the class token first, to `[1, 1 + side², D]`. As it is where nothing changes. */
export function resizePositions(positions: FloatTensor, side: number): FloatTensor {
  const [, tokens = 1, width = 1] = positions.shape;
  const from = Math.round(Math.sqrt(tokens - 1));
  if (from === side) return positions;
  const taps = listTaps(from, side);
  const data = new Float32Array((1 + side * side) * width);
  data.set(positions.data.subarray(0, width));
  taps.forEach((row, y) =>
    taps.forEach((column, x) => {
      const to = (1 + y * side + x) * width;
      for (let channel = 0; channel < width; channel += 1) {
        let sum = 0;
        for (let i = 0; i < 4; i += 1)
          for (let j = 0; j < 4; j += 1) {
            const place = 1 + (row.places[i] as number) * from + (column.places[j] as number);
            const weight = (row.weights[i] as number) * (column.weights[j] as number);
            sum += weight * (positions.data[place * width + channel] as number);
          }
        data[to + channel] = sum;
      }
    }),
  );
  return { shape: [1, 1 + side * side, width], data };
}
