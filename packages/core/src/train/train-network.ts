/** @file Training a network, or going on with it: snapshot, pixels, a process that trains, calibration. Registers nothing. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot } from '@tintype/contracts/catalog';
import { TintypeError } from '@tintype/contracts/errors';
import { parseGates } from '@tintype/contracts/gate';
import { type Backbone, networkHeadKind } from '@tintype/contracts/model';
import { isNetworkTraining, type Run, type TrainOptions, trainOptionsSchema } from '@tintype/contracts/train';
import type { Artifact, TrainEvent } from '@tintype/contracts/train-events';
import { sortGates } from '../model/gates/judge-gates.ts';
import { describeWeakGates } from '../model/gates/weak-gates.ts';
import { crashPoint } from '../ports/crash-point.ts';
import type { RunFolders } from '../ports/run-folders.ts';
import type { Trainer } from '../ports/trainer.ts';
import { findSnapshot } from './find-snapshot.ts';
import { followTraining } from './network/follow-training.ts';
import { indexNetworkNeighbors } from './network/index-neighbors.ts';
import type { TrainerTasks, TrainingOutcome, TrainingPlan } from './network/plan.types.ts';
import { filteredFile, type PreparedData, prepareData } from './network/prepare-data.ts';
import { type ResolvedNetwork, resolveNetwork } from './network/resolve-network.ts';
import { hashSettings, type NetworkSettings } from './network/settings.ts';
import { RunRecorder } from './run-recorder.ts';
import { finishRunOnFailure } from './run-row.ts';
import type { TrainNeeds, TrainRequest } from './train-head.ts';
import type { SplitLogits, TrainedRun } from './trained-run.types.ts';
import { readVersions } from './versions.ts';

export interface TrainNetworkNeeds extends TrainNeeds {
  trainer: Trainer<TrainerTasks>;
  runFolders: RunFolders;
}

export interface TrainNetworkRequest extends TrainRequest {
  onEvent?: (event: TrainEvent) => void;
  /** Nothing but its answers is wanted: no index of training pictures is made. Default false. */
  isTrial?: boolean;
}

const parityTolerance = 1e-5;

/**
 * The run's row is `running` from when its snapshot is known; `cancelled` or `failed` runs keep their checkpoints. Equal snapshot, seed,
 * options and kind of machine give an equal graph, byte for byte. Throws TRAINING_DIVERGED, TRAINER_ENDED, MEMORY_INSUFFICIENT, CANCELLED,
 * and what a snapshot, a backbone and gates throw.
 */
export async function trainNetwork(needs: TrainNetworkNeeds, request: TrainNetworkRequest): Promise<TrainedRun> {
  const startedAt = needs.clock.now();
  const network = await resolveNetwork(needs, request, signalOf(request));
  for (const notice of network.notices) request.onNotice?.(notice);
  const snapshot = await findSnapshot(needs, request);
  const run: Run = {
    id: needs.clock.newId('run'),
    snapshot: snapshot.id,
    status: 'running',
    options: describeOptions(request, network.settings),
    startedAt,
    endedAt: null,
    error: null,
  };
  await needs.catalog.runs.create(run);
  crashPoint('run.begun');
  await finishRunOnFailure(needs, run, async () => request.onRun?.(run.id));
  return train(needs, { request, run, snapshot, network });
}

/** Goes on from the last checkpoint, as if nothing had happened. Throws RUN_NOT_FOUND, RUN_NOT_RESUMABLE, RUN_BUSY and what training throws. */
export async function resumeNetwork(
  needs: TrainNetworkNeeds,
  runId: string,
  request: Omit<TrainNetworkRequest, keyof TrainOptions>,
): Promise<TrainedRun> {
  const run = await needs.catalog.runs.get(runId);
  const options = trainOptionsSchema.parse({ ...run.options, snapshot: run.snapshot });
  if (run.status === 'succeeded') throw notResumable(runId, 'it has succeeded already');
  if (!isNetworkTraining(options)) throw notResumable(runId, 'it trained a head, which has no checkpoints');
  const whole: TrainNetworkRequest = { ...options, ...request };
  const network = await resolveNetwork(needs, whole, signalOf(request));
  const snapshot = await needs.catalog.snapshots.get(run.snapshot);
  return train(needs, { request: whole, run, snapshot, network });
}

const notResumable = (run: string, reason: string): TintypeError =>
  new TintypeError('RUN_NOT_RESUMABLE', { run, reason });

interface Training {
  request: TrainNetworkRequest;
  run: Run;
  snapshot: Snapshot;
  network: ResolvedNetwork;
}

async function train(needs: TrainNetworkNeeds, training: Training): Promise<TrainedRun> {
  const { request, run } = training;
  await using folder = await needs.runFolders.hold(run.id);
  if (run.status !== 'running') await needs.catalog.runs.reopen(run.id);
  // Awaited here, so that the folder is held until the run has ended.
  return await finishRunOnFailure(needs, run, async () => {
    await using recorder = new RunRecorder(needs, run.id);
    const onProgress: TrainRequest['onProgress'] = (progress) => {
      recorder.stage(progress);
      request.onProgress?.(progress);
    };
    try {
      const data = await prepareData(needs, { ...training, request: { ...request, onProgress }, folder: folder.path });
      if (request.require.length > 0) recorder.artifact(describeFiltered(folder.path));
      const plan = describePlan(training, data, folder.path);
      const outcome = await followTraining(needs, plan, {
        ...request,
        onProgress,
        recorder,
        snapshot: training.snapshot.id,
      });
      await recorder.flush();
      return await describeTrained(needs, { ...training, request: { ...request, onProgress } }, { data, outcome });
    } catch (error) {
      if (request.signal?.aborted) throw new TintypeError('CANCELLED', {}, { cause: error });
      throw error;
    }
  });
}

const describeFiltered = (folder: string): Artifact => ({
  name: filteredFile,
  kind: 'filtered',
  mediaType: 'application/json',
  path: join(folder, filteredFile),
});

function describePlan({ request, run, snapshot, network }: Training, data: PreparedData, folder: string): TrainingPlan {
  const { source, settings, preprocessing } = network;
  const pictures = [snapshot.id, ...data.filtered.map(({ contentHash }) => contentHash).toSorted()];
  const decisive = { source: { ...source, path: undefined }, settings, preprocessing, seed: request.seed };
  return {
    run: run.id,
    folder,
    source,
    settings,
    preprocessing,
    seed: request.seed,
    classes: snapshot.classes,
    classCount: snapshot.classes.length,
    settingsHash: hashSettings(decisive, pictures, data.start?.hash),
    train: data.train.labeled,
    validation: data.validation.labeled,
    test: data.test.labeled,
    parity: data.parity,
    ...(data.start ? { startWeights: data.start.path } : {}),
  };
}

async function describeTrained(
  needs: TrainNetworkNeeds,
  { request, run, snapshot, network }: Training,
  { data, outcome }: { data: PreparedData; outcome: TrainingOutcome },
): Promise<TrainedRun> {
  const { name, hash, license, preprocessing, settings } = network;
  const { best, calibration, dimensions, inputName } = outcome;
  const answersOf = (part: 'validation' | 'test', logits: Float32Array): SplitLogits => ({
    sampleIds: data[part].entries.map((entry) => entry.sampleId),
    truth: data[part].labeled.labels,
    logits,
  });
  const backbone: Backbone = {
    kind: 'network',
    name,
    hash,
    preprocessing,
    dimensions,
    inputName,
    ...(license === undefined ? {} : { license }),
  };
  const indexing = {
    graphPath: outcome.graphPath,
    backbone,
    classes: snapshot.classes,
    train: data.train.entries,
    validation: data.validation.entries,
    limits: request.limits,
    onProgress: (done: number, total: number) =>
      request.onProgress?.({ stage: 'evaluate', done, total, note: 'index of training pictures' }),
    signal: request.signal,
  };
  const gates = sortGates(parseGates(request.gates));
  for (const notice of describeWeakGates(gates, data.validation.entries.length)) request.onNotice?.(notice);
  const neighbors = request.isTrial ? undefined : await indexNetworkNeighbors(needs, indexing);
  return {
    run: { ...run, status: 'running', endedAt: null, error: null },
    model: request.model ?? snapshot.dataset,
    seed: request.seed,
    snapshot,
    backbone,
    head: {
      kind: networkHeadKind,
      hyperparameters: { ...settings, trainedEpochs: outcome.epochs, bestEpoch: best.epoch },
    },
    input: { name: inputName, kind: 'pixels' },
    calibration,
    gates,
    neighbors,
    graph: await readFile(outcome.graphPath),
    parity: {
      tolerance: parityTolerance,
      samples: data.parity.map((position, n) => ({
        contentHash: data.test.entries[position]?.contentHash ?? '',
        probabilities: outcome.parityProbabilities[n] ?? [],
      })),
    },
    validation: answersOf('validation', outcome.validationLogits),
    test: answersOf('test', outcome.testLogits),
    rejected: data.filtered,
    versions: readVersions(),
  };
}

/** Complete, so that a resumed run decides nothing anew. */
function describeOptions(request: TrainNetworkRequest, settings: NetworkSettings): Run['options'] {
  const options = Object.fromEntries(
    Object.keys(trainOptionsSchema.shape).map((name) => [name, request[name as keyof TrainOptions]]),
  );
  const whole = { ...options, ...settings };
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined));
}

const signalOf = ({ signal }: { signal?: AbortSignal }): { signal?: AbortSignal } => (signal ? { signal } : {});
