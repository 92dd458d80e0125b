/** @file Training a head on frozen features: snapshot, features, fit, calibration. Registers nothing. */
import { readFile } from 'node:fs/promises';
import { appendHead } from '@tintype/autograd/heads/append-head';
import { OnnxError, type OnnxModel, parseOnnx } from '@tintype/autograd/onnx/read-onnx';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import type { Snapshot, SnapshotEntry } from '@tintype/contracts/catalog';
import { TintypeError } from '@tintype/contracts/errors';
import type { Split } from '@tintype/contracts/ids';
import type { Parity } from '@tintype/contracts/model';
import type { PictureLimits } from '@tintype/contracts/picture';
import type { Run, StageProgress, TrainOptions } from '@tintype/contracts/train';
import { createSnapshot } from '../catalog/snapshot.ts';
import { thumbnailSignature } from '../catalog/thumbnail-signature.ts';
import { type Features, loadFeatures } from '../model/feature-cache.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { type ResolvedBackbone, resolveBackbone } from '../model/resolve-backbone.ts';
import type { BackboneHub } from '../ports/backbone-hub.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import { calibrateTemperature } from './calibrate.ts';
import { heads } from './heads.ts';
import { runHead } from './run-head.ts';
import { finishRunOnFailure } from './run-row.ts';
import type { TrainedRun } from './trained-run.types.ts';
import type { TrainingSet } from './training-set.ts';
import { readVersions } from './versions.ts';

export interface TrainNeeds {
  catalog: Catalog;
  store: ObjectStore;
  hub: BackboneHub;
  clock: Clock;
  pool: TaskPool<PictureTasks>;
}

export interface TrainRequest extends TrainOptions {
  limits: PictureLimits;
  onProgress?: (progress: StageProgress) => void;
  /** What was assumed or left out: sentences for a person. */
  onNotice?: (text: string) => void;
  signal?: AbortSignal;
}

const mostParityPictures = 32;
const parityTolerance = 1e-5;

/**
 * The run's row is `running` from when its snapshot is known, and `failed` with its code where anything throws; registering ends it.
 * Equal snapshot, seed and options give an equal graph, byte for byte. Throws what a snapshot, a backbone and the fit throw.
 */
export async function trainHead(needs: TrainNeeds, request: TrainRequest): Promise<TrainedRun> {
  const startedAt = needs.clock.now();
  const resolved = await resolveBackbone(needs, request.backbone, { ...signalOf(request) });
  for (const notice of resolved.notices) request.onNotice?.(notice);
  const snapshot = await findSnapshot(needs, request);
  const run: Run = {
    id: needs.clock.newId('run'),
    snapshot: snapshot.id,
    status: 'running',
    options: describeOptions(request),
    startedAt,
    endedAt: null,
    error: null,
  };
  await needs.catalog.runs.create(run);
  return finishRunOnFailure(needs, run, async () => {
    try {
      return await train(needs, { ...request, run, snapshot, resolved });
    } catch (error) {
      if (request.signal?.aborted) throw new TintypeError('CANCELLED', {}, { cause: error });
      throw error;
    }
  });
}

type Training = Omit<TrainRequest, 'snapshot'> & { run: Run; snapshot: Snapshot; resolved: ResolvedBackbone };

async function train(needs: TrainNeeds, training: Training): Promise<TrainedRun> {
  const { snapshot, resolved, run, seed, classWeights, onProgress, onNotice } = training;
  const { entries, features, rejected } = await loadSplits(needs, training);
  const of = (split: Split): Part => selectSplit({ entries, features, snapshot, resolved }, split);
  const [fit, validation, test] = [of('train'), of('validation'), of('test')];
  assertTrainable(fit, snapshot);

  const options = { seed, classWeights, ...(onProgress ? { onProgress } : {}), ...(onNotice ? { onNotice } : {}) };
  const head = await heads[training.head](fit.set, { ...options, ...signalOf(training) });
  const bare = head.render(1);
  const held = await runHead(bare, validation.set);
  const calibration = calibrateTemperature(held.logits, validation.set.truth, snapshot.classes.length);
  onProgress?.({ stage: 'calibrate', done: 1, total: 1, note: `temperature ${calibration.temperature.toFixed(2)}` });

  const calibrated = head.render(calibration.temperature);
  return {
    run,
    model: training.model ?? snapshot.dataset,
    seed,
    snapshot,
    backbone: resolved.backbone,
    head: { kind: training.head, hyperparameters: head.hyperparameters },
    input:
      resolved.backbone.kind === 'onnx'
        ? { name: resolved.backbone.inputName ?? 'input', kind: 'pixels' }
        : { name: 'features', kind: 'features' },
    calibration,
    graph: renderOnnx(await joinBackbone(resolved, calibrated)),
    parity: await describeParity(calibrated, test),
    test: {
      sampleIds: test.entries.map((entry) => entry.sampleId),
      truth: test.set.truth,
      logits: (await runHead(bare, test.set)).logits,
    },
    rejected,
    versions: readVersions(),
  };
}

async function findSnapshot(needs: TrainNeeds, request: TrainRequest): Promise<Snapshot> {
  const { catalog, store, pool, clock } = needs;
  if (request.snapshot !== undefined) return catalog.snapshots.get(request.snapshot);
  const { dataset, without, seed, shares, onProgress, limits } = request;
  const signature = thumbnailSignature({ store, pool }, { limits, ...signalOf(request) });
  const onCompared = (done: number): void => onProgress?.({ stage: 'snapshot', done, note: 'pairs compared' });
  onProgress?.({ stage: 'snapshot', done: 0 });
  return createSnapshot({ catalog, store, clock, signature, onCompared }, { dataset, without, seed, shares });
}

/** Features of every picture of the snapshot; those that cannot be decoded take no part and are said. */
async function loadSplits(needs: TrainNeeds, training: Training) {
  const { snapshot, resolved, limits, onProgress, onNotice } = training;
  const entries = await needs.catalog.snapshots.entries(snapshot.id);
  const features = await loadFeatures(needs, {
    backbone: resolved.backbone,
    ...(resolved.modelPath === undefined ? {} : { modelPath: resolved.modelPath }),
    contentHashes: entries.map((entry) => entry.contentHash),
    limits,
    onProgress: (done, total) => onProgress?.({ stage: 'features', done, total }),
    ...signalOf(training),
  });
  const rejected = [...features.rejected].map(([contentHash, reason]) => ({ contentHash, ...reason }));
  if (rejected.length > 0) onNotice?.(`${rejected.length} pictures could not be decoded and take no part.`);
  return { entries, features, rejected };
}

interface Part {
  entries: readonly SnapshotEntry[];
  set: TrainingSet;
}

interface Whole {
  entries: readonly SnapshotEntry[];
  features: Features;
  snapshot: Snapshot;
  resolved: ResolvedBackbone;
}

function selectSplit({ entries, features, snapshot, resolved }: Whole, split: Split): Part {
  const { dimensions } = resolved.backbone;
  const chosen = entries.flatMap((entry, n) =>
    entry.split === split && !features.rejected.has(entry.contentHash) ? [{ entry, n }] : [],
  );
  const rows = new Float32Array(chosen.length * dimensions);
  chosen.forEach(({ n }, at) =>
    rows.set(features.rows.subarray(n * dimensions, (n + 1) * dimensions), at * dimensions),
  );
  return {
    entries: chosen.map(({ entry }) => entry),
    set: {
      rows,
      dimensions,
      truth: Int32Array.from(chosen, ({ entry }) => snapshot.classes.indexOf(entry.className)),
      classCount: snapshot.classes.length,
      groups: chosen.map(({ entry }) => entry.group),
    },
  };
}

/** Rejected pictures can take a class out of the training split, which the snapshot had made sure of. */
function assertTrainable({ set }: Part, { classes }: Snapshot): void {
  const missing = classes.filter((_, k) => !set.truth.includes(k));
  if (missing.length === 0) return;
  const counted = missing.map((className) => ({ className, samples: 0 }));
  throw new TintypeError('CLASS_TOO_SMALL', { classes: counted, minimum: 3 });
}

async function joinBackbone({ backbone, modelPath, shape }: ResolvedBackbone, head: OnnxModel): Promise<OnnxModel> {
  if (modelPath === undefined || backbone.featureOutput === undefined) return head;
  try {
    const options = { dimensions: backbone.dimensions, shape };
    return appendHead(parseOnnx(await readFile(modelPath)), backbone.featureOutput, head, options);
  } catch (error) {
    if (!(error instanceof OnnxError)) throw error;
    throw new TintypeError('BACKBONE_INVALID', { file: backbone.name, reason: error.reason }, { cause: error });
  }
}

/** Test pictures evenly over the split, with the answers that the registered bundle must give for them. */
async function describeParity(head: OnnxModel, { entries, set }: Part): Promise<Parity> {
  const { probabilities } = await runHead(head, set);
  const step = Math.max(1, entries.length / mostParityPictures);
  const samples: Parity['samples'] = [];
  for (let at = 0; at < entries.length && samples.length < mostParityPictures; at += step) {
    const n = Math.floor(at);
    const row = probabilities.subarray(n * set.classCount, (n + 1) * set.classCount);
    samples.push({ contentHash: (entries[n] as SnapshotEntry).contentHash, probabilities: [...row] });
  }
  return { tolerance: parityTolerance, samples };
}

function describeOptions(request: TrainRequest): Run['options'] {
  const { dataset, snapshot, backbone, head, seed, model, without, shares, classWeights } = request;
  const given = { dataset, snapshot, backbone, head, seed, model, without, shares, classWeights };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

const signalOf = ({ signal }: { signal?: AbortSignal }): { signal?: AbortSignal } => (signal ? { signal } : {});
