/** @file A head that is fitted on the frozen features before anything moves: the best place for fine-tuning to start from. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot, SnapshotEntry } from '@tintype/contracts/catalog';
import { loadFeatures } from '../../model/feature-cache.ts';
import { writeSafetensors } from '../../model/formats/write-safetensors.ts';
import { fitLogistic } from '../linear.ts';
import type { TrainNeeds, TrainRequest } from '../train-head.ts';
import type { ResolvedNetwork } from './resolve-network.ts';
import { startHeadNames } from './start-head-names.ts';

export interface StartHead {
  /** A safetensors file in the run's folder. */
  path: string;
  hash: string;
}

interface Request {
  request: TrainRequest;
  snapshot: Snapshot;
  network: ResolvedNetwork;
  /** Of the training split. */
  entries: readonly SnapshotEntry[];
  folder: string;
}

/** Linear probing, then fine-tuning (Kumar et al. 2022). Undefined where there are no features yet. A resumed run takes what it had. */
export async function fitStartHead(needs: TrainNeeds, request: Request): Promise<StartHead | undefined> {
  if (!request.network.pretrained) return undefined;
  const path = join(request.folder, 'start.safetensors');
  const known = await readFile(path).catch(() => undefined);
  if (!known) await writeStart(needs, request, path);
  const bytes = known ?? (await readFile(path));
  return { path, hash: createHash('sha256').update(bytes).digest('hex') };
}

async function writeStart(
  needs: TrainNeeds,
  { request, snapshot, network, entries }: Request,
  path: string,
): Promise<void> {
  const { seed, limits, onProgress, signal } = request;
  const common = { ...(onProgress ? { onProgress } : {}), ...(signal ? { signal } : {}) };
  const { backbone, modelPath } = network.pretrained ?? {};
  if (!backbone) return;
  const { rows, rejected } = await loadFeatures(needs, {
    backbone,
    ...(modelPath === undefined ? {} : { modelPath }),
    contentHashes: entries.map((entry) => entry.contentHash),
    limits,
    onProgress: (done, total) => onProgress?.({ stage: 'features', done, total }),
    ...(signal ? { signal } : {}),
  });
  const usable = [...entries.keys()].filter((n) => !rejected.has(entries[n]?.contentHash ?? ''));
  const { dimensions } = backbone;
  const picked = new Float32Array(usable.length * dimensions);
  usable.forEach((n, at) => picked.set(rows.subarray(n * dimensions, (n + 1) * dimensions), at * dimensions));
  const set = {
    rows: picked,
    dimensions,
    truth: Int32Array.from(usable, (n) => snapshot.classes.indexOf(entries[n]?.className ?? '')),
    classCount: snapshot.classes.length,
    groups: usable.map((n) => entries[n]?.group ?? ''),
  };
  const { linear } = await fitLogistic(set, { seed, classWeights: request.classWeights, ...common });
  if (!linear) throw new Error('a logistic head is linear');
  const { weights, bias } = linear();
  await writeSafetensors(
    path,
    new Map([
      [startHeadNames.weight, { shape: [set.classCount, dimensions], data: weights }],
      [startHeadNames.bias, { shape: [set.classCount], data: bias }],
    ]),
  );
}
