/** @file What fine-tuning starts from: trained weights, or a head that is fitted on frozen features before anything moves. */
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
import { isHead, type StartWeights } from './start-weights.ts';

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
  const { pretrained, weights } = request.network;
  if (!pretrained && !weights) return undefined;
  const path = join(request.folder, 'start.safetensors');
  const known = await readFile(path).catch(() => undefined);
  if (!known && weights) await writeWeights(weights, request.snapshot, path);
  else if (!known) await writeStart(needs, request, path);
  const bytes = known ?? (await readFile(path));
  return { path, hash: createHash('sha256').update(bytes).digest('hex') };
}

/** The classifier comes along where it is for the same classes in the same order. */
async function writeWeights({ state, classes }: StartWeights, snapshot: Snapshot, path: string): Promise<void> {
  const isSame =
    classes?.length === snapshot.classes.length && classes.every((name, k) => name === snapshot.classes[k]);
  const kept = [...state].filter(([name]) => isSame || !isHead(name.slice('parameters/'.length)));
  await writeSafetensors(path, new Map(kept));
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
