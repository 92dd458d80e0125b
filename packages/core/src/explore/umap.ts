/**
 * @file The map of a dataset: UMAP (McInnes, Healy and Melville 2018, arXiv 1802.03426) and the neighbors it begins with, by scran.js in
 * WebAssembly. Both keep their thread busy for seconds: for child processes alone.
 */
import {
  buildNeighborSearchIndex,
  FindNearestNeighborsResults,
  findNearestNeighbors,
  initialize,
  initializeUmap,
} from 'scran.js';
import type { RowNeighbors } from './find-outliers.ts';

/** As the authors' own: fewer where there are many points. */
const epochsFor = (count: number): number => (count > 5000 ? 200 : 500);
/** How close points may lie: some room between them, so that one can be pointed at. */
const minDistance = 0.1;
/** Fewer rows are compared each with each. */
const exactRows = 2000;
const leastRows = 5;

/** `rows`: [N, dimensions]. Neighbors of a row never hold the row itself; fewer than `k` where there are fewer rows. */
export async function computeNeighbors(
  { rows, dimensions }: { rows: Float32Array; dimensions: number },
  { k, threads }: { k: number; threads: number },
): Promise<{ k: number; indices: Int32Array; distances: Float32Array }> {
  const count = rows.length / dimensions;
  const most = Math.max(0, Math.min(k, count - 1));
  if (most === 0) return { k: 0, indices: new Int32Array(0), distances: new Float32Array(0) };
  await initialize({ numberOfThreads: threads });
  const index = buildNeighborSearchIndex(rows, {
    numberOfDims: dimensions,
    numberOfCells: count,
    approximate: count > exactRows,
  });
  try {
    const found = findNearestNeighbors(index, most, { numberOfThreads: threads });
    try {
      const { indices, distances } = found.serialize();
      return { k: most, indices: Int32Array.from(indices), distances: Float32Array.from(distances) };
    } finally {
      found.free();
    }
  } finally {
    index.free();
  }
}

/** [N, 2]; the same neighbors give the same map. With fewer than five rows, zeros: there is nothing to draw. */
export async function computeUmap(
  { k, indices, distances }: RowNeighbors,
  { threads }: { threads: number },
): Promise<Float32Array> {
  const count = k === 0 ? 0 : indices.length / k;
  if (count < leastRows) return new Float32Array(2 * count);
  await initialize({ numberOfThreads: threads });
  const runs = new Int32Array(count).fill(k);
  const neighbors = FindNearestNeighborsResults.unserialize(
    runs,
    Int32Array.from(indices),
    Float64Array.from(distances),
  );
  const status = initializeUmap(neighbors, {
    neighbors: k,
    epochs: epochsFor(count),
    minDist: minDistance,
    numberOfThreads: threads,
  });
  try {
    status.run();
    const { x, y } = status.extractCoordinates();
    return Float32Array.from({ length: 2 * count }, (_, at) => (at % 2 === 0 ? x : y)[at >> 1] as number);
  } finally {
    status.free();
    neighbors.free();
  }
}
