/** @file Pictures in many small heaps that look alike (k-means, Lloyd 1982; k-means++, Arthur and Vassilvitskii 2007), each torn where the head disagrees. */
import { createRandom } from '@tintype/autograd/random';
import type { LabelSpace } from './label-space.ts';
import { openMultiplier } from './multiply.ts';

export interface ClusterRequest {
  space: Pick<LabelSpace, 'rows' | 'dimensions'>;
  /** Rows to be grouped: those without a label. */
  open: readonly number[];
  seed: number;
  /** Pictures of a heap, about; default 40. */
  size?: number;
  /** [N, classCount] of a head, where there is one. */
  probabilities?: Float32Array;
  classCount: number;
}

export interface PictureCluster {
  /** Nearest to its middle first. */
  rows: number[];
  /** What the head says most of it is, with the mean confidence. */
  suggestion?: { classIndex: number; confidence: number };
}

const mostClusters = 300;
const mostIterations = 15;

/** Every open row is in exactly one. Worth most first: those with most pictures of the suggested class to expect, or the largest without a head. */
export async function clusterPictures(request: ClusterRequest): Promise<PictureCluster[]> {
  const { space, open, seed, size = 40 } = request;
  if (open.length === 0) return [];
  const count = Math.min(mostClusters, Math.max(1, Math.round(open.length / size)));
  const rows = gather(space, open);
  const { heapOf, distances } = await groupByMeans(rows, { dimensions: space.dimensions, count, seed });
  const heaps = new Map<string, { at: number; distance: number }[]>();
  heapOf.forEach((heap, at) => {
    const key = `${heap} ${suggestedClass(request, open[at] as number)}`;
    heaps.set(key, [...(heaps.get(key) ?? []), { at, distance: distances[at] as number }]);
  });
  const clusters = [...heaps.values()].map((members): PictureCluster => {
    const sorted = members.toSorted((a, b) => a.distance - b.distance || a.at - b.at);
    return withSuggestion(
      request,
      sorted.map(({ at }) => open[at] as number),
    );
  });
  return clusters.sort((a, b) => worth(b) - worth(a) || (a.rows[0] as number) - (b.rows[0] as number));
}

const worth = ({ rows, suggestion }: PictureCluster): number => rows.length * (suggestion?.confidence ?? 1);

function suggestedClass({ probabilities, classCount }: ClusterRequest, row: number): number {
  if (!probabilities) return 0;
  const own = probabilities.subarray(row * classCount, (row + 1) * classCount);
  return own.indexOf(Math.max(...own));
}

function withSuggestion(request: ClusterRequest, rows: number[]): PictureCluster {
  const { probabilities, classCount } = request;
  if (!probabilities) return { rows };
  const classIndex = suggestedClass(request, rows[0] as number);
  const sum = rows.reduce((total, row) => total + (probabilities[row * classCount + classIndex] as number), 0);
  return { rows, suggestion: { classIndex, confidence: Math.min(1, sum / rows.length) } };
}

function gather({ rows, dimensions }: Pick<LabelSpace, 'rows' | 'dimensions'>, open: readonly number[]): Float32Array {
  const result = new Float32Array(open.length * dimensions);
  open.forEach((row, n) => result.set(rows.subarray(row * dimensions, (row + 1) * dimensions), n * dimensions));
  return result;
}

interface Means {
  dimensions: number;
  count: number;
  seed: number;
}

/** Heap of every row and its squared distance to the heap's mean. */
async function groupByMeans(rows: Float32Array, { dimensions, count, seed }: Means) {
  const total = rows.length / dimensions;
  const means = startMeans(rows, { dimensions, count, seed });
  const heapOf = new Int32Array(total).fill(-1);
  const distances = new Float64Array(total);
  await using products = await openMultiplier({ turn: 'B' });
  for (let iteration = 0; iteration < mostIterations; iteration += 1) {
    const dots = await products.multiply({ data: rows, columns: dimensions }, { data: means, columns: dimensions });
    const moved = assign({ rows, dots, means, heapOf, distances, dimensions });
    if (moved === 0) break;
    moveMeans({ rows, means, heapOf, dimensions });
  }
  return { heapOf, distances };
}

/** Rows drawn one by one, likelier the farther they are from those drawn before. */
function startMeans(rows: Float32Array, { dimensions, count, seed }: Means): Float32Array {
  const total = rows.length / dimensions;
  const random = createRandom('clusters', seed);
  const means = new Float32Array(count * dimensions);
  const nearest = new Float64Array(total).fill(Number.POSITIVE_INFINITY);
  let drawn = Math.floor(random() * total);
  for (let m = 0; m < count; m += 1) {
    means.set(rows.subarray(drawn * dimensions, (drawn + 1) * dimensions), m * dimensions);
    let sum = 0;
    for (let n = 0; n < total; n += 1) {
      nearest[n] = Math.min(nearest[n] as number, squaredDistance(rows, { n, mean: means, m, dimensions }));
      sum += nearest[n] as number;
    }
    let rest = random() * sum;
    drawn = 0;
    while (drawn < total - 1 && rest >= (nearest[drawn] as number)) {
      rest -= nearest[drawn] as number;
      drawn += 1;
    }
  }
  return means;
}

function squaredDistance(
  rows: Float32Array,
  at: { n: number; mean: Float32Array; m: number; dimensions: number },
): number {
  let sum = 0;
  const [row, mean] = [at.n * at.dimensions, at.m * at.dimensions];
  for (let d = 0; d < at.dimensions; d += 1) sum += ((rows[row + d] as number) - (at.mean[mean + d] as number)) ** 2;
  return sum;
}

interface Heaps {
  rows: Float32Array;
  means: Float32Array;
  heapOf: Int32Array;
  dimensions: number;
}

/** Puts every row to its nearest mean; returns how many changed. */
function assign({
  rows,
  dots,
  means,
  heapOf,
  distances,
  dimensions,
}: Heaps & { dots: Float32Array; distances: Float64Array }): number {
  const count = means.length / dimensions;
  const lengths = (of: Float32Array, n: number): number =>
    of.subarray(n * dimensions, (n + 1) * dimensions).reduce((sum, value) => sum + value * value, 0);
  const meanLengths = Float64Array.from({ length: count }, (_, m) => lengths(means, m));
  let moved = 0;
  for (let n = 0; n < heapOf.length; n += 1) {
    let [best, least] = [0, Number.POSITIVE_INFINITY];
    for (let m = 0; m < count; m += 1) {
      const distance = (meanLengths[m] as number) - 2 * (dots[n * count + m] as number);
      if (distance < least) [best, least] = [m, distance];
    }
    if (heapOf[n] !== best) moved += 1;
    heapOf[n] = best;
    distances[n] = Math.max(0, least + lengths(rows, n));
  }
  return moved;
}

/** To the middle of its rows; a mean without rows stays. */
function moveMeans({ rows, means, heapOf, dimensions }: Heaps): void {
  const sums = new Float64Array(means.length);
  const counts = new Float64Array(means.length / dimensions);
  heapOf.forEach((heap, n) => {
    counts[heap] = (counts[heap] as number) + 1;
    for (let d = 0; d < dimensions; d += 1)
      sums[heap * dimensions + d] = (sums[heap * dimensions + d] as number) + (rows[n * dimensions + d] as number);
  });
  sums.forEach((sum, at) => {
    const own = counts[Math.floor(at / dimensions)] as number;
    if (own > 0) means[at] = sum / own;
  });
}
