/** @file The chance in dropout and stochastic depth: a mask is drawn from (seed, name) alone, so that a resumed run draws it again. */
import { sizeOf } from '../graph/shape.ts';
import { createRandom } from '../random.ts';
import type { Mask } from './network.ts';

/** Fills `into` with 1 / keep, by the mask's probability, or 0. */
export function drawMask(
  { name, value, keep }: Mask,
  seed: number,
  into = new Float32Array(sizeOf(value.shape)),
): Float32Array {
  const random = createRandom('mask', seed, name);
  for (let i = 0; i < into.length; i++) into[i] = random() < keep ? 1 / keep : 0;
  return into;
}
