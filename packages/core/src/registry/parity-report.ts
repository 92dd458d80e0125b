/** @file Whether two forms of a model answer alike: the same pictures through both. */
import type { ParityReport } from '@tintype/contracts/model';
import type { PictureLimits } from '@tintype/contracts/picture';
import { eachPicture } from '../model/each-picture.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { argmax } from '../model/probabilities.ts';
import { withBundle } from '../model/with-bundle.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';

export const parityReportFile = 'parity-report.json';
export const mostParityPictures = 200;

/** A bundle on this machine, in the store or not. */
export interface LocalBundle {
  folder: string;
  bundleHash: string;
}

/** Probabilities `[K]` by content hash, in the order asked; pictures that cannot be decoded are left out. */
export type Answers = ReadonlyMap<string, Float32Array>;

interface Needs {
  store: ObjectStore;
  pool: TaskPool<PictureTasks>;
}

export interface AnswerRequest {
  bundle: LocalBundle;
  contentHashes: readonly string[];
  limits: PictureLimits;
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Gates are left out. Throws BUNDLE_CORRUPT, OBJECT_NOT_FOUND, CANCELLED. */
export async function answerPictures({ store, pool }: Needs, request: AnswerRequest): Promise<Answers> {
  const { bundle, contentHashes, limits, signal, onProgress } = request;
  const { folder, bundleHash } = bundle;
  const found = new Map<string, Float32Array>();
  await withBundle({ store: { localFolder: async () => folder }, pool }, bundleHash, async () => {
    let done = 0;
    const perform = async (bytes: Uint8Array, options: object): Promise<Float32Array> => {
      const answer = await pool.run('classify', { bundleHash, bytes, limits, ungated: true }, options);
      return answer.probabilities ?? new Float32Array();
    };
    await eachPicture({ store, pool }, { contentHashes, perform, signal }, async (hash, outcome) => {
      if (outcome instanceof Float32Array) found.set(hash, outcome);
      done += 1;
      onProgress?.(done, contentHashes.length);
    });
  });
  return new Map(contentHashes.flatMap((hash) => (found.has(hash) ? [[hash, found.get(hash) as Float32Array]] : [])));
}

/** Over the pictures that both answered. */
export function compareAnswers(before: Answers, after: Answers): ParityReport {
  const pairs = [...before].flatMap(([hash, a]) => {
    const b = after.get(hash);
    return b ? [[a, b] as const] : [];
  });
  if (pairs.length === 0) return { pictures: 0, top1Agreement: null, largestDifference: null };
  let [agreed, largest] = [0, 0];
  for (const [a, b] of pairs) {
    const [one, other] = [a, b].map((row) => argmax(row, { start: 0, classes: row.length }));
    if (one === other) agreed += 1;
    a.forEach((value, k) => {
      const difference = Math.abs(value - (b[k] ?? Number.NaN));
      largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(largest, difference);
    });
  }
  return { pictures: pairs.length, top1Agreement: agreed / pairs.length, largestDifference: largest };
}

/** Content hashes of a snapshot, each once: those tested on first, then validated on, then trained on. None without a snapshot. */
export async function listParityPictures(
  { catalog }: { catalog: Pick<Catalog, 'snapshots'> },
  { snapshot, most = mostParityPictures }: { snapshot: string | null; most?: number },
): Promise<string[]> {
  if (snapshot === null) return [];
  const entries = await catalog.snapshots.entries(snapshot);
  const ordered = (['test', 'validation', 'train'] as const).flatMap((split) =>
    entries.filter((entry) => entry.split === split).map(({ contentHash }) => contentHash),
  );
  return [...new Set(ordered)].slice(0, most);
}
