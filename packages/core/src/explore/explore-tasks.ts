/** @file What an exploring child runs. Loaded by a task pool, never by a server: the map keeps its process busy for seconds. */
import { availableParallelism } from 'node:os';
import { normalizeRows } from '@tintype/autograd/fit/nearest-neighbors';
import { computePrincipalComponents, projectRows } from '@tintype/autograd/fit/principal-components';
import { crossValidate } from '../label/cross-validate.ts';
import { findSuspects } from '../label/find-suspects.ts';
import { buildLabelSpace } from '../label/label-space.ts';
import type { TaskFunctions } from '../ports/task-pool.ts';
import type { ExploreTasks, LabelDoubts } from './explore-tasks.types.ts';
import { computeNeighbors, computeUmap } from './umap.ts';

interface Held {
  rows: Float32Array;
  dimensions: number;
  /** [N, width] of the main directions. */
  projected?: { rows: Float32Array; dimensions: number };
}

/** Directions that neighbors are sought in. */
const directions = 50;
/** Rows from which directions are found: more change them little. */
const mostFitRows = 4000;
const threads = availableParallelism();

/** The one state of the process. */
let held: Held = { rows: new Float32Array(0), dimensions: 1 };

export const tasks: TaskFunctions<ExploreTasks> = {
  begin: async ({ total, dimensions }) => {
    held = { rows: new Float32Array(total * dimensions), dimensions };
    return null;
  },
  take: async ({ start, rows }) => {
    held.rows.set(rows, start * held.dimensions);
    return null;
  },
  project: async () => {
    const { rows, dimensions } = await mainDirections();
    const count = rows.length / dimensions;
    return Float32Array.from({ length: 2 * count }, (_, at) => {
      const direction = at % 2;
      return direction < dimensions ? (rows[(at >> 1) * dimensions + direction] as number) : 0;
    });
  },
  neighbors: async ({ k }) => computeNeighbors(await mainDirections(), { k, threads }),
  umap: async ({ neighbors }) => computeUmap(neighbors, { threads }),
  doubts: async ({ labeled, classIndices, classCount, groups, seed }) => {
    const space = await buildLabelSpace(held);
    const probabilities = crossValidate({ ...space, labeled, classIndices, classCount, groups, seed });
    return toDoubts(findSuspects({ probabilities, classIndices, classCount }));
  },
};

async function mainDirections(): Promise<{ rows: Float32Array; dimensions: number }> {
  if (held.projected) return held.projected;
  const unit = normalizeRows(held.rows, held.dimensions);
  const fit = takeEvenly(unit, held.dimensions);
  const components = await computePrincipalComponents({ rows: fit, dimensions: held.dimensions, count: directions });
  held.projected = { rows: await projectRows(unit, components), dimensions: components.count };
  return held.projected;
}

function takeEvenly(rows: Float32Array, columns: number): Float32Array {
  const count = rows.length / columns;
  if (count <= mostFitRows) return rows;
  const taken = new Float32Array(mostFitRows * columns);
  for (let n = 0; n < mostFitRows; n += 1) {
    const from = Math.floor((n * count) / mostFitRows) * columns;
    taken.set(rows.subarray(from, from + columns), n * columns);
  }
  return taken;
}

function toDoubts(suspects: ReturnType<typeof findSuspects>): LabelDoubts {
  const count = suspects.length;
  const doubts: LabelDoubts = {
    confidences: new Float32Array(count),
    suggested: new Int32Array(count),
    suggestedConfidences: new Float32Array(count),
    likelyWrong: new Uint8Array(count),
    order: Int32Array.from(suspects, ({ position }) => position),
  };
  for (const { position, confidence, suggested, suggestedConfidence, isLikelyWrong } of suspects) {
    doubts.confidences[position] = confidence;
    doubts.suggested[position] = suggested;
    doubts.suggestedConfidences[position] = suggestedConfidence;
    doubts.likelyWrong[position] = isLikelyWrong ? 1 : 0;
  }
  return doubts;
}
