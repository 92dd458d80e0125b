/** @file The points of a dataset's map in the store: a line of JSON for each thousand, so that a server reads them without holding anybody up. */
import { TintypeError } from '@tintype/contracts/errors';
import { type MapDoubt, type MapMethod, mapDoubts } from '@tintype/contracts/explore';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { ExploredRow } from './explored-rows.ts';

export interface MapPoints {
  /** In sample-id order. */
  rows: readonly Pick<ExploredRow, 'id'>[];
  /** [N, 2] */
  pca: Float32Array;
  umap?: Float32Array;
  /** [N] */
  doubts?: readonly MapDoubt[];
}

/** One line of the file. */
export interface PointsBlock {
  sampleIds: string[];
  /** x and y in turn, -1 to 1. */
  pca: number[];
  umap?: number[];
  /** Positions in `mapDoubts`. */
  doubts?: number[];
}

const blockRows = 1000;
/** Digits after the point: a tenth of a pixel on the widest screen. */
const digits = 4;

export async function savePoints(store: ObjectStore, dataset: string, points: MapPoints): Promise<void> {
  const pca = fitToSquare(points.pca);
  const umap = points.umap && fitToSquare(points.umap);
  const header = { count: points.rows.length, methods: umap ? ['pca', 'umap'] : ['pca'] };
  const lines = [JSON.stringify(header)];
  for (let start = 0; start < points.rows.length; start += blockRows) {
    const end = Math.min(points.rows.length, start + blockRows);
    const block: PointsBlock = {
      sampleIds: points.rows.slice(start, end).map(({ id }) => id),
      pca: round(pca.subarray(2 * start, 2 * end)),
      ...(umap ? { umap: round(umap.subarray(2 * start, 2 * end)) } : {}),
      ...(points.doubts ? { doubts: points.doubts.slice(start, end).map((doubt) => mapDoubts.indexOf(doubt)) } : {}),
    };
    lines.push(JSON.stringify(block));
  }
  const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`);
  await store.put(objectKeys.explorePoints(dataset), bytes, { ifAbsent: false });
}

/** Undefined where the dataset was never explored. */
export async function findPoints(
  store: ObjectStore,
  dataset: string,
): Promise<{ count: number; methods: MapMethod[]; blocks: () => Generator<PointsBlock> } | undefined> {
  let text: string;
  try {
    text = new TextDecoder().decode(await store.get(objectKeys.explorePoints(dataset)));
  } catch (error) {
    if (error instanceof TintypeError && error.code === 'OBJECT_NOT_FOUND') return undefined;
    throw error;
  }
  const [header = '{}', ...lines] = text.trimEnd().split('\n');
  const { count, methods } = JSON.parse(header) as { count: number; methods: MapMethod[] };
  return {
    count,
    methods,
    *blocks() {
      for (const line of lines) yield JSON.parse(line) as PointsBlock;
    },
  };
}

const round = (values: Float32Array): number[] => Array.from(values, (value) => Number(value.toFixed(digits)));

/** Moved and scaled alike in both directions, so that all points lie in -1 to 1 and distances keep their proportions. */
export function fitToSquare(points: Float32Array): Float32Array {
  const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  points.forEach((value, at) => {
    low[at % 2] = Math.min(low[at % 2] as number, value);
    high[at % 2] = Math.max(high[at % 2] as number, value);
  });
  const middle = [0, 1].map((axis) => ((low[axis] as number) + (high[axis] as number)) / 2);
  const half = Math.max(...[0, 1].map((axis) => ((high[axis] as number) - (low[axis] as number)) / 2));
  return points.map((value, at) => (half > 0 ? (value - (middle[at % 2] as number)) / half : 0));
}
