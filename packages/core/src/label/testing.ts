/** @file For tests: pictures as points around the middles of their classes. */
import { createNormal, createRandom } from '@tintype/autograd/random';

export interface Points {
  /** [N, dimensions] */
  rows: Float32Array;
  dimensions: number;
  /** [N] */
  truth: Int32Array;
  classCount: number;
}

/** `sizes`: pictures per class; `spread`: deviation around middles that are 1 from the origin, each along its own axis. */
export function somePoints({
  sizes,
  dimensions = 8,
  spread = 0.2,
  seed = 1,
}: {
  sizes: readonly number[];
  dimensions?: number;
  spread?: number;
  seed?: number;
}): Points {
  const normal = createNormal(createRandom('points', seed));
  const truth = Int32Array.from(sizes.flatMap((size, k) => new Array<number>(size).fill(k)));
  const rows = Float32Array.from({ length: truth.length * dimensions }, (_, at) => {
    const isOwnAxis = truth[Math.floor(at / dimensions)] === at % dimensions;
    return (isOwnAxis ? 1 : 0) + spread * normal();
  });
  return { rows, dimensions, truth, classCount: sizes.length };
}
