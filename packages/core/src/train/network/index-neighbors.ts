/** @file The neighbor index of a trained network: its features of training pictures, seen as serving will see them. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { SnapshotEntry } from '@tintype/contracts/catalog';
import type { Backbone } from '@tintype/contracts/model';
import type { PictureLimits } from '@tintype/contracts/picture';
import { eachPicture } from '../../model/each-picture.ts';
import { buildNeighborIndex, sampleBalanced } from '../../model/neighbors/build-neighbor-index.ts';
import type { NeighborIndex } from '../../model/neighbors/neighbor-index.ts';
import type { PictureTasks } from '../../model/picture-tasks.types.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { TaskPool } from '../../ports/task-pool.ts';

interface Needs {
  store: Pick<ObjectStore, 'get'>;
  pool: TaskPool<PictureTasks>;
}

interface Request {
  /** `model.onnx`, with an output `features`. */
  graphPath: string;
  backbone: Backbone;
  classes: readonly string[];
  train: readonly SnapshotEntry[];
  validation: readonly SnapshotEntry[];
  limits: PictureLimits;
  onProgress: (done: number, total: number) => void;
  signal?: AbortSignal | undefined;
}

/** Each is a decode and a run of the network: enough to know what is usual, few beside the training itself. */
const mostTrain = 2000;
const mostValidation = 1000;

/** Undefined where no picture could be read any more. Throws BACKBONE_INVALID, OBJECT_NOT_FOUND, CANCELLED. */
export async function indexNetworkNeighbors(needs: Needs, request: Request): Promise<NeighborIndex | undefined> {
  const { train, validation, classes, backbone } = request;
  const chosen = choose(train, classes, mostTrain);
  const held = choose(validation, classes, mostValidation);
  const features = await extractAll(needs, [...chosen, ...held], request);
  const rowsOf = (entries: readonly SnapshotEntry[]) => {
    const readable = entries.filter(({ contentHash }) => features.has(contentHash));
    const rows = new Float32Array(readable.length * backbone.dimensions);
    readable.forEach(({ contentHash }, n) =>
      rows.set(features.get(contentHash) as Float32Array, n * backbone.dimensions),
    );
    return { readable, rows };
  };
  const { readable, rows } = rowsOf(chosen);
  return buildNeighborIndex(
    {
      rows,
      dimensions: backbone.dimensions,
      classIndices: readable.map(({ className }) => classes.indexOf(className)),
      contentHashes: readable.map(({ contentHash }) => contentHash),
    },
    rowsOf(held),
  );
}

function choose(entries: readonly SnapshotEntry[], classes: readonly string[], most: number): SnapshotEntry[] {
  const positions = sampleBalanced(
    {
      classIndices: entries.map(({ className }) => classes.indexOf(className)),
      contentHashes: entries.map(({ contentHash }) => contentHash),
    },
    most,
  );
  return positions.map((n) => entries[n] as SnapshotEntry);
}

/** Features by content hash; pictures that cannot be read are left out. */
async function extractAll(
  { store, pool }: Needs,
  entries: readonly SnapshotEntry[],
  { graphPath, backbone, limits, onProgress, signal }: Request,
): Promise<Map<string, Float32Array>> {
  const hash = createHash('sha256')
    .update(await readFile(graphPath))
    .digest('hex');
  const key = `neighbors:${hash}`;
  const cut: Backbone = { ...backbone, kind: 'onnx', hash, featureOutput: 'features' };
  const contentHashes = new Set(entries.map(({ contentHash }) => contentHash));
  const features = new Map<string, Float32Array>();
  let done = 0;
  try {
    await pool.prepare(key, 'openBackbone', { key, backbone: cut, modelPath: graphPath }, signal ? { signal } : {});
    await eachPicture(
      { store, pool },
      { contentHashes, perform: (bytes, options) => pool.run('extract', { key, bytes, limits }, options), signal },
      async (contentHash, outcome) => {
        if (outcome instanceof Float32Array) features.set(contentHash, outcome);
        onProgress(++done, contentHashes.size);
      },
    );
    return features;
  } finally {
    await pool.prepare(`close:${key}`, 'closeBackbone', { key }).catch(() => undefined);
    pool.forget(`close:${key}`);
    pool.forget(key);
  }
}
