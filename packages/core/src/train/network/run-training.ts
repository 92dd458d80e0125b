/** @file A training as its own process runs it: plan in, loop, then the best weights' model and its answers for what it never saw. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { evaluationMode } from '@tintype/autograd/nn/network';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import { createSchedule } from '@tintype/autograd/optimize/schedules';
import type { State } from '@tintype/autograd/step/state';
import { parseAugmentation, resolvePolicy } from '@tintype/contracts/augmentation';
import { defaultPictureLimits } from '@tintype/contracts/picture';
import { renderContactSheet } from '@tintype/vision/augment/contact-sheet';
import { readPictureHeader } from '@tintype/vision/picture-header';
import { computeAccuracy, computeNegativeLogLikelihood } from '../../model/probabilities.ts';
import type { TrainerControl } from '../../ports/trainer.ts';
import { calibrateTemperature } from '../calibrate.ts';
import { computeEpochOrder } from '../input-pipeline/epoch-order.ts';
import { countSteps, type InputPipeline, openBatches } from '../input-pipeline.ts';
import { answerPictures, openModel } from './answer-pictures.ts';
import { openCheckpoints } from './checkpoints.ts';
import { type LoopBatch, type LoopPlan, trainLoop } from './loop.ts';
import { countParameters, openNetworkStep } from './open-network-step.ts';
import type { TrainerEvent, TrainingOutcome, TrainingPlan } from './plan.types.ts';
import type { NetworkSettings } from './settings.ts';
import { nameHead, openTrainable, renderModel, type Trainable } from './trainable.ts';
import { weighTargets } from './weigh-targets.ts';

/** Between checkpoints within an epoch. */
const saveEveryMs = 30_000;
/** The head alone can take larger steps than what was trained before. */
const headFactor = 10;

/** Throws TRAINING_DIVERGED, CANCELLED, MEMORY_INSUFFICIENT, and what damaged files make it throw. */
export async function runTraining(
  plan: TrainingPlan,
  { emit, signal }: TrainerControl<TrainerEvent>,
): Promise<TrainingOutcome> {
  const { settings, classCount, seed, train, validation, folder, run, settingsHash } = plan;
  const trainable = await openTrainable(plan);
  const tell = (text: string): void => emit({ type: 'notice', text });
  trainable.notices.forEach(tell);
  const stepsPerEpoch = countSteps(train.labels.length, { batch: settings.batch });
  const network = await trainable.build(1, evaluationMode);
  const [head, parameters] = [nameHead(network), countParameters(network, settings)];

  await using pipeline = openBatches({
    ...train,
    classCount,
    batch: settings.batch,
    preprocessing: plan.preprocessing,
    augmentation: resolvePolicy(parseAugmentation(settings.augment)),
    mixing: { mixup: settings.mixup, cutmix: settings.cutmix },
    seed,
  });
  const result = await trainLoop(
    {
      openStep: (phase) => openNetworkStep(trainable, plan, phase),
      batches: (epoch, startStep) =>
        listBatches(pipeline, plan, { epoch, startStep, onFirst: (batch) => keepSheet(batch, plan, emit) }),
      validate: async (weights) => {
        const { logits } = await answer(trainable, weights, { plan, part: 'validation', head, temperature: 1 });
        return score(logits, validation.labels, classCount);
      },
      checkpoints: openCheckpoints({ folder, run, settingsHash, onNotice: tell }),
      now: () => performance.now(),
      onStart: ({ history, steps }) => emit({ type: 'started', parameters, stepsPerEpoch, history, steps }),
      onStep: (metrics) => emit({ type: 'step', ...metrics }),
      onEpoch: (metrics) => emit({ type: 'epoch', ...metrics }),
      signal,
    },
    planLoop(settings, { stepsPerEpoch, classCount, validationPictures: validation.labels.length }),
  );
  const { weights, ...how } = result;
  return { ...how, ...(await finish(trainable, plan, { weights, head, emit })) };
}

function planLoop(
  { epochs, headWarmup, patience, learningRate, schedule, warmup }: NetworkSettings,
  {
    stepsPerEpoch,
    classCount,
    validationPictures,
  }: Pick<LoopPlan, 'stepsPerEpoch' | 'classCount' | 'validationPictures'>,
): LoopPlan {
  const headSteps = headWarmup * stepsPerEpoch;
  const steps = (epochs - headWarmup) * stepsPerEpoch;
  const warmupSteps = Math.min(Math.round(warmup * stepsPerEpoch), steps - 1);
  const rate = createSchedule(schedule, { peak: learningRate, steps, warmupSteps });
  return {
    epochs,
    stepsPerEpoch,
    headWarmup,
    patience,
    classCount,
    validationPictures,
    saveEveryMs,
    learningRate: (step) => (step < headSteps ? headFactor * learningRate : rate(step - headSteps)),
    peakLearningRate: learningRate,
  };
}

async function* listBatches(
  pipeline: InputPipeline,
  { train: { labels }, classCount, seed, settings }: TrainingPlan,
  { epoch, startStep, onFirst }: { epoch: number; startStep: number; onFirst: (batch: LoopBatch) => Promise<void> },
): AsyncGenerator<LoopBatch, void, undefined> {
  const rule = settings.balancedSampling ? 'balanced' : 'shuffled';
  const order = computeEpochOrder({ labels, classCount }, { rule, seed, epoch });
  const weigh = weighTargets(labels, { classCount, rule: settings.classWeights });
  for await (const batch of pipeline.epoch({ epoch, order, startStep })) {
    if (epoch === 1 && batch.step === 0) await onFirst(batch);
    weigh(batch.targets);
    yield batch;
  }
}

/** What people look at first: whether the pictures are right, and their classes. */
async function keepSheet(
  batch: LoopBatch,
  { folder, preprocessing, classes }: TrainingPlan,
  emit: (event: TrainerEvent) => void,
): Promise<void> {
  const path = join(folder, 'contact-sheet.jpg');
  const bytes = await renderContactSheet(batch, {
    preprocessing,
    classes,
    title: 'First pictures, as they are trained on',
  });
  await writeFile(path, bytes);
  const { widthPx, heightPx } = await readPictureHeader(bytes, defaultPictureLimits);
  emit({ type: 'sheet', path, widthPx, heightPx });
}

interface Question {
  plan: TrainingPlan;
  part: 'validation' | 'test';
  head: { weight: string; bias: string };
  temperature: number;
  onProgress?: (done: number) => void;
}

async function answer(trainable: Trainable, weights: State, { plan, part, head, temperature, onProgress }: Question) {
  const { preprocessing, classCount, settings } = plan;
  await using session = await openModel(renderModel(trainable, weights, { head, temperature }), settings.threads);
  return await answerPictures(session, plan[part], {
    preprocessing,
    classCount,
    ...(onProgress ? { onProgress } : {}),
  });
}

function score(logits: Float32Array, truth: Int32Array, classes: number): { loss: number; accuracy: number } {
  const loss = computeNegativeLogLikelihood(logits, truth, { classes });
  return { loss, accuracy: computeAccuracy(logits, truth, classes) };
}

interface Finishing {
  weights: State;
  head: { weight: string; bias: string };
  emit: (event: TrainerEvent) => void;
}

/** The temperature from the validation split, the calibrated model as a file, and its answers. */
async function finish(trainable: Trainable, plan: TrainingPlan, { weights, head, emit }: Finishing) {
  const { validation, test, classCount, preprocessing } = plan;
  const total = validation.labels.length + test.labels.length;
  const onProgress = (done: number): void => emit({ type: 'stage', stage: 'evaluate', done, total });
  const held = await answer(trainable, weights, { plan, part: 'validation', head, temperature: 1, onProgress });
  const calibration = calibrateTemperature(held.logits, validation.labels, classCount);
  const own = await answer(trainable, weights, {
    plan,
    part: 'test',
    head,
    temperature: 1,
    onProgress: (done) => onProgress(validation.labels.length + done),
  });

  const model = renderModel(trainable, weights, { head, temperature: calibration.temperature });
  await using session = await openModel(model, 1);
  // One at a time, as serving asks.
  const asked = { preprocessing, classCount, batch: 1, positions: plan.parity };
  const { probabilities } = await answerPictures(session, test, asked);
  const graphPath = join(plan.folder, 'model.onnx');
  await writeFile(graphPath, renderOnnx(model));
  return {
    graphPath,
    inputName: session.inputNames[0] ?? '',
    dimensions: weights.get(head.weight)?.shape[1] ?? 0,
    calibration,
    validationLogits: held.logits,
    testLogits: own.logits,
    parityProbabilities: plan.parity.map((_, n) => [...probabilities.subarray(n * classCount, (n + 1) * classCount)]),
  };
}
