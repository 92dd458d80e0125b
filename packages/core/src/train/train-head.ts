/** @file Training a head on frozen features: snapshot, features, fit, calibration. Registers nothing. */
import { readFile } from 'node:fs/promises';
import { appendHead } from '@tintype/autograd/heads/append-head';
import { OnnxError, type OnnxModel, parseOnnx } from '@tintype/autograd/onnx/read-onnx';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import type { Snapshot, SnapshotEntry } from '@tintype/contracts/catalog';
import { TintypeError } from '@tintype/contracts/errors';
import { parseGates } from '@tintype/contracts/gate';
import type { Parity } from '@tintype/contracts/model';
import type { PictureLimits } from '@tintype/contracts/picture';
import type { Run, StageProgress, TrainOptions } from '@tintype/contracts/train';
import { sortGates } from '../model/gates/judge-gates.ts';
import type { DetectorSource } from '../model/gates/resolve-detectors.ts';
import { describeWeakGates } from '../model/gates/weak-gates.ts';
import { buildNeighborIndex } from '../model/neighbors/build-neighbor-index.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { type ResolvedBackbone, resolveBackbone } from '../model/resolve-backbone.ts';
import type { BackboneHub } from '../ports/backbone-hub.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import { crashPoint } from '../ports/crash-point.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import { calibrateTemperature } from './calibrate.ts';
import { findSnapshot } from './find-snapshot.ts';
import { assertHyperparameters } from './head-hyperparameters.ts';
import { heads } from './heads.ts';
import { runHead } from './run-head.ts';
import { finishRunOnFailure } from './run-row.ts';
import { loadSplitFeatures, type SplitFeatures } from './split-features.ts';
import type { SplitLogits, TrainedRun } from './trained-run.types.ts';
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
  /** What `require` counts with. */
  detectors?: DetectorSource;
  onProgress?: (progress: StageProgress) => void;
  /** What was assumed or left out: sentences for a person. */
  onNotice?: (text: string) => void;
  /** Told the run's id once its row is there; nothing is trained before it resolves. */
  onRun?: (run: string) => Promise<void>;
  signal?: AbortSignal;
}

const mostParityPictures = 32;
const parityTolerance = 1e-5;

/**
 * The run's row is `running` from when its snapshot is known, and `failed` with its code where anything throws; registering ends it.
 * Equal snapshot, seed and options give an equal graph, byte for byte. Throws what a snapshot, a backbone and the fit throw.
 */
export async function trainHead(needs: TrainNeeds, request: TrainRequest): Promise<TrainedRun> {
  assertHyperparameters(request.head, request.hyperparameters);
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
  crashPoint('run.begun');
  return finishRunOnFailure(needs, run, async () => {
    await request.onRun?.(run.id);
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
  const { train: fit, validation, test, rejected } = await loadSplitFeatures(needs, training);
  assertTrainable(fit, snapshot);

  const { hyperparameters } = training;
  const options = {
    seed,
    classWeights,
    hyperparameters,
    ...(onProgress ? { onProgress } : {}),
    ...(onNotice ? { onNotice } : {}),
  };
  const head = await heads[training.head](fit.set, { ...options, ...signalOf(training) });
  const bare = head.render(1);
  const held = await runHead(bare, validation.set);
  const calibration = calibrateTemperature(held.logits, validation.set.truth, snapshot.classes.length);
  onProgress?.({ stage: 'calibrate', done: 1, total: 1, note: `temperature ${calibration.temperature.toFixed(2)}` });

  const calibrated = head.render(calibration.temperature);
  const gates = sortGates(parseGates(training.gates));
  for (const notice of describeWeakGates(gates, validation.entries.length)) onNotice?.(notice);
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
    gates,
    neighbors: await indexNeighbors(fit, validation),
    graph: renderOnnx(await joinBackbone(resolved, calibrated)),
    parity: await describeParity(calibrated, test),
    validation: answersOf(validation, held.logits),
    test: answersOf(test, (await runHead(bare, test.set)).logits),
    rejected,
    versions: readVersions(),
  };
}

const answersOf = ({ entries, set }: SplitFeatures, logits: Float32Array): SplitLogits => ({
  sampleIds: entries.map((entry) => entry.sampleId),
  truth: set.truth,
  logits,
});

const indexNeighbors = ({ entries, set }: SplitFeatures, validation: SplitFeatures) =>
  buildNeighborIndex(
    { ...set, classIndices: set.truth, contentHashes: entries.map(({ contentHash }) => contentHash) },
    validation.set,
  );

/** Rejected pictures can take a class out of the training split, which the snapshot had made sure of. */
function assertTrainable({ set }: SplitFeatures, { classes }: Snapshot): void {
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
async function describeParity(head: OnnxModel, { entries, set }: SplitFeatures): Promise<Parity> {
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
  const { dataset, snapshot, backbone, head, hyperparameters, seed, model, without, shares, classWeights } = request;
  const gates = request.gates.length > 0 ? request.gates : undefined;
  const given = {
    dataset,
    snapshot,
    backbone,
    head,
    hyperparameters,
    seed,
    model,
    without,
    shares,
    classWeights,
    gates,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

const signalOf = ({ signal }: { signal?: AbortSignal }): { signal?: AbortSignal } => (signal ? { signal } : {});
