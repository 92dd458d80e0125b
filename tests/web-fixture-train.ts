/** @file Made-up runs, jobs and studies for the page's tests, and the answers to what the Train screens ask. */
import type { ServerResponse } from 'node:http';
import type { RunView, TrainableModelsView } from '@tintype/contracts/api';
import { TintypeError } from '@tintype/contracts/errors';
import type { Job } from '@tintype/contracts/job';
import type { Run, TrainingEstimate } from '@tintype/contracts/train';
import type { EpochMetrics } from '@tintype/contracts/train-events';
import type { Study, Trial } from '@tintype/contracts/tune';
import { listTrainableModels } from '@tintype/core/train/trainable-models';
import { createRandom } from '@tintype/core/tune/random';
import { samplers } from '@tintype/core/tune/sampler';
import { buildSpace } from '@tintype/core/tune/spaces';
import { reportStudy, summarizeStudy } from '@tintype/core/tune/study-report';
import { drawPicture } from './drawn-pictures.ts';
import { buildVersion } from './web-fixture-data.ts';

const startAt = Date.UTC(2026, 10, 21, 6, 0);
const minute = 60_000;
const { snapshot } = buildVersion(1);
const runOfVersion = (version: number): string => buildVersion(version).run ?? '';
export const liveRun = 'run_6a1f20c94e3b';
export const cancelledRun = 'run_0c7d11be52aa';
export const doneRun = runOfVersion(3);
const failedRun = 'run_93b0ffde0172';
const liveJob = 'job_1f0a';

const cnn = {
  dataset: 'recyclables',
  architecture: 'cnn-small',
  seed: 1,
  train: 'all',
  epochs: 30,
  batch: 32,
  learningRate: 0.002,
  optimizer: 'adamw',
  schedule: 'cosine',
  weightDecay: 0.05,
  augment: 'standard',
  labelSmoothing: 0.1,
  mixup: 0,
  sizePx: 64,
  dropout: 0.1,
  threads: 2,
  classWeights: 'none',
};
const mobileNet = {
  ...cnn,
  architecture: undefined,
  backbone: '/models/mobilenetv2.onnx',
  epochs: 10,
  batch: 16,
  learningRate: 0.0003,
  augment: 'light',
  sizePx: 224,
  dropout: 0,
};

function aRun(id: string, options: Record<string, unknown>, change: Partial<Run>): Run {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return {
    id,
    snapshot: snapshot ?? '',
    status: 'succeeded',
    options: given,
    startedAt: startAt,
    endedAt: startAt + 4 * minute,
    error: null,
    ...change,
  };
}

const head = (backbone: string, kind: string) => ({
  dataset: 'recyclables',
  backbone,
  head: kind,
  seed: 1,
  classWeights: 'none',
});

const buildRuns = (now: number): Run[] => [
  aRun(liveRun, cnn, { status: 'running', startedAt: now - 4 * minute, endedAt: null }),
  aRun(cancelledRun, mobileNet, {
    status: 'cancelled',
    startedAt: startAt + 90 * minute,
    endedAt: startAt + 97 * minute,
    error: { code: 'CANCELLED', detail: 'The work was cancelled.' },
  }),
  aRun(
    failedRun,
    { ...cnn, learningRate: 0.4 },
    {
      status: 'failed',
      startedAt: startAt + 80 * minute,
      endedAt: startAt + 81 * minute,
      error: {
        code: 'TRAINING_DIVERGED',
        detail: 'Training stopped: the loss rose from 1.71 to 9.40 in epoch 2. Nothing was registered.',
      },
    },
  ),
  aRun(runOfVersion(3), mobileNet, { startedAt: startAt + 60 * minute, endedAt: startAt + 79 * minute }),
  aRun(runOfVersion(2), head('/models/mobilenetv2.onnx', 'knn'), {
    startedAt: startAt + 30 * minute,
    endedAt: startAt + 31 * minute,
  }),
  aRun(runOfVersion(1), head('histograms', 'logistic'), { startedAt: startAt, endedAt: startAt + 11_000 }),
  ...[1, 2, 3].map((n) =>
    aRun(`run_00000000000${n}`, cnn, { startedAt: startAt - n * minute, endedAt: startAt - n * minute + 9000 }),
  ),
];

/** Curves as they are seen: a fast fall, a plateau, training behind validation since its pictures are harder. */
function buildEpochs(count: number, { final, speed }: { final: number; speed: number }): EpochMetrics[] {
  let best = 0;
  return Array.from({ length: count }, (_, n) => {
    const epoch = n + 1;
    const learned = 1 - Math.exp(-epoch / speed);
    const wobble = 0.012 * Math.sin(epoch * 2.1) + 0.008 * Math.sin(epoch * 5.3);
    const validationAccuracy = Math.min(0.99, 0.2 + (final - 0.2) * learned + wobble);
    const isBest = validationAccuracy > best;
    best = Math.max(best, validationAccuracy);
    return {
      epoch,
      phase: 'chosen',
      trainLoss: 1.75 - 1.1 * learned,
      trainAccuracy: 0.18 + (final - 0.25) * learned,
      validationLoss: 1.6 - 1.15 * learned - wobble,
      validationAccuracy,
      isBest,
      learningRate: 0.002 * Math.min(epoch / 2, 0.5 + 0.5 * Math.cos((Math.PI * epoch) / 32)),
      picturesPerSecond: 310 + 12 * Math.sin(epoch),
      idleShare: 0.02,
      durationMs: 19_000,
    };
  });
}

const epochsOf: Readonly<Record<string, EpochMetrics[]>> = {
  [liveRun]: buildEpochs(12, { final: 0.82, speed: 6 }),
  [cancelledRun]: buildEpochs(4, { final: 0.9, speed: 2 }),
  [failedRun]: buildEpochs(1, { final: 0.4, speed: 4 }),
  [runOfVersion(3)]: buildEpochs(10, { final: 0.93, speed: 2 }),
};

function buildView(run: Run, now: number): RunView {
  const isLive = run.id === liveRun;
  const step = {
    epoch: 13,
    epochs: 30,
    step: 41,
    stepsPerEpoch: 61,
    phase: 'chosen' as const,
    loss: 0.812,
    accuracy: 0.741,
    learningRate: 0.00134,
    picturesPerSecond: 312,
    idleShare: 0.02,
    remainingMs: 5.4 * minute,
  };
  return {
    run,
    progress: isLive ? { at: now, stage: 'train', done: 12, total: 30, step } : null,
    artifacts: epochsOf[run.id]
      ? [{ name: 'contact-sheet.jpg', kind: 'contact-sheet', mediaType: 'image/jpeg', path: '/x/contact-sheet.jpg' }]
      : [],
    job: isLive ? liveJob : null,
    isResumable: run.id === cancelledRun,
  };
}

function aJob(id: string, change: Partial<Job>): Job {
  return {
    id,
    kind: 'train',
    input: cnn,
    status: 'running',
    priority: 0,
    attempts: 1,
    retryAt: null,
    parent: null,
    progress: null,
    result: null,
    error: null,
    createdAt: startAt,
    startedAt: startAt,
    endedAt: null,
    ...change,
  };
}

const models = ['histograms', '/models/mobilenetv2.onnx'];

/** What settings would come to: the backbone first, then the head, then how far from the best value. */
function valueOf(settings: Trial['settings'], number: number): number {
  const base = settings.model === 'histograms' ? 0.8 : 0.87;
  const heads: Record<string, number> = {
    logistic: 0.02,
    'svm-rbf': 0.05,
    'svm-linear': 0.015,
    forest: -0.03,
    mlp: 0.03,
    knn: 0,
  };
  const c = Number(settings['svm-rbf.c'] ?? settings['logistic.c'] ?? 1);
  const off = Math.abs(Math.log10(c) - (settings.head === 'svm-rbf' ? 0.6 : -2)) * 0.012;
  return Math.min(0.97, base + (heads[String(settings.head)] ?? 0) - off + 0.004 * Math.sin(number * 3.7));
}

function buildStudy(isLive: boolean, now: number): { study: Study; trials: Trial[] } {
  const space = [...buildSpace(models)];
  const name = isLive ? 'recyclables-2' : 'recyclables-1';
  const study: Study = {
    name,
    dataset: 'recyclables',
    snapshot: snapshot ?? '',
    metric: 'accuracy',
    scoring: 'folds',
    sampler: 'tpe',
    pruner: 'asha',
    seed: 1,
    models,
    space,
    common: { snapshot, seed: 1 },
    budgetMs: 10 * minute,
    spentMs: isLive ? 1.2 * minute : 9.8 * minute,
    createdAt: isLive ? now - 1.2 * minute : startAt,
    heartbeatAt: isLive ? now : null,
    endedBecause: isLive ? null : 'budget',
  };
  const trials: Trial[] = [];
  const count = isLive ? 7 : 44;
  for (let number = 0; number < count; number += 1) {
    const settings = samplers.tpe({ space, trials, seed: isLive ? 5 : 1, random: createRandom(1, number) });
    if (!settings) break;
    const value = valueOf(settings, number);
    const isRunning = isLive && number === count - 1;
    const isPruned = !isRunning && number % 7 === 5;
    trials.push({
      study: name,
      number,
      settings,
      status: isRunning ? 'running' : isPruned ? 'pruned' : 'complete',
      value: isRunning ? null : value,
      interval: isRunning || isPruned ? null : [value - 0.017, value + 0.014],
      intermediateValues: [{ step: 1, value: value - 0.01 }],
      note: isPruned ? 'It was behind the best third at this step.' : null,
      errorCode: null,
      startedAt: study.createdAt + number * 9000,
      endedAt: isRunning ? null : study.createdAt + number * 9000 + 8200,
    });
  }
  return { study, trials };
}

const estimates: Readonly<Record<string, number>> = {
  'cnn-small': 3.4,
  'mobilenet-v2': 41,
  'resnet-18': 76,
  'vit-tiny': 95,
};

function buildEstimate({ architecture, train }: { architecture?: string; train?: string }): TrainingEstimate {
  const isNetwork = architecture !== undefined || train !== undefined;
  const minutes = architecture ? (estimates[architecture] ?? 240) : isNetwork ? 19 : 0.2;
  return {
    pictures: { train: 1769, validation: 253 },
    classes: 5,
    missing: isNetwork ? 2527 : 0,
    preparationMs: isNetwork ? 14_000 : 0,
    trainingMs: minutes * minute,
    network: isNetwork
      ? {
          settings: {
            ...cnn,
            warmup: 1,
            clipNorm: 1,
            accumulate: 1,
            layerDecay: 1,
            cutmix: 0,
            dropPath: 0,
            ema: 0,
            freezeBatchNorm: false,
            headWarmup: 0,
            patience: 0,
            balancedSampling: false,
            provider: 'cpu',
          },
          parameters: { total: 1_079_048, trained: 1_079_048 },
          memoryBytes: 148_000_000,
          stepMs: 106,
          stepsPerEpoch: 56,
        }
      : null,
    notices: [],
  };
}

export interface TrainFixtureOptions {
  /** Default true: runs, jobs and studies there were. */
  hasRuns?: boolean;
  /** A picture for contact sheets. */
  sheet?: () => Promise<Uint8Array>;
}

/** Answers as the real server would; false where it is not about training. */
export function openTrainFixture({ hasRuns = true, sheet = drawSheet }: TrainFixtureOptions = {}) {
  const added: Job[] = [];
  let studies: ReturnType<typeof buildStudy>[] | undefined;
  let isCancelled = false;

  const listJobs = (now: number): Job[] => [
    ...added.toReversed(),
    ...(hasRuns && !isCancelled
      ? [
          aJob(liveJob, {
            progress: { stage: 'train', done: 12, total: 30, run: liveRun },
            createdAt: now - 4 * minute,
          }),
        ]
      : []),
  ];

  async function answer(method: string, url: URL, body: Buffer): Promise<unknown> {
    const now = Date.now();
    const [, , kind = '', id = '', part] = url.pathname.split('/').map(decodeURIComponent);
    if (kind === 'runs') return answerRuns(hasRuns ? buildRuns(now) : [], { method, id, part, now });
    if (kind === 'train' && id === 'models')
      return trainableModels(hasRuns ? '/models/mobilenetv2.onnx' : 'histograms');
    if (kind === 'train' && id === 'estimate') return buildEstimate(JSON.parse(body.toString()) as object);
    if (kind === 'studies')
      return answerStudies(id, (studies ??= hasRuns ? [buildStudy(true, now), buildStudy(false, now)] : []));
    if (kind === 'jobs') return answerJobs({ method, id, part, body, now });
    return undefined;
  }

  function answerRuns(
    runs: Run[],
    { method, id, part, now }: { method: string; id: string; part: string | undefined; now: number },
  ) {
    if (id === '') return { items: runs };
    const run = runs.find((one) => one.id === id);
    if (!run) throw new TintypeError('RUN_NOT_FOUND', { run: id });
    if (part === 'metrics') return { items: epochsOf[id] ?? [] };
    if (part === 'contact-sheet') return sheet();
    if (part === 'events') throw new TintypeError('OVERLOADED', { retryAfterS: 5 });
    if (part === 'resume' && method === 'POST') {
      const job = aJob('job_2b', { status: 'queued', startedAt: null, input: { resume: id }, createdAt: now });
      added.push(job);
      return job;
    }
    return buildView(run, now);
  }

  function answerStudies(name: string, studies: readonly ReturnType<typeof buildStudy>[]) {
    const isLive = (study: Study): boolean => study.heartbeatAt !== null;
    if (name === '')
      return {
        items: studies.map(({ study, trials }) => ({ ...summarizeStudy(study, trials), isLive: isLive(study) })),
      };
    const found = studies.find(({ study }) => study.name === name);
    if (!found)
      throw new TintypeError('STUDY_NOT_FOUND', { study: name, known: studies.map(({ study }) => study.name) });
    return {
      report: reportStudy(found.study, found.trials),
      isLive: isLive(found.study),
      job: isLive(found.study) ? 'job_3c' : null,
    };
  }

  function answerJobs({
    method,
    id,
    part,
    body,
    now,
  }: {
    method: string;
    id: string;
    part: string | undefined;
    body: Buffer;
    now: number;
  }) {
    if (method === 'POST' && id === '') {
      const { kind, input } = JSON.parse(body.toString()) as Pick<Job, 'kind' | 'input'>;
      const job = aJob(`job_${added.length + 7}`, { kind, input, status: 'queued', startedAt: null, createdAt: now });
      added.push(job);
      return job;
    }
    if (part === 'cancel' && id === liveJob) isCancelled = true;
    const jobs = [...listJobs(now), aJob(liveJob, { status: 'cancelled' })];
    if (id === '') return { items: listJobs(now) };
    const job = jobs.find((one) => one.id === id);
    if (!job) throw new TintypeError('JOB_NOT_FOUND', { job: id });
    return job;
  }

  return { answer, added };
}

/** Bytes as a picture, everything else as JSON; false where there was no answer. */
export function sendTrainAnswer(response: ServerResponse, told: unknown): boolean {
  if (told === undefined) return false;
  const isPicture = told instanceof Uint8Array;
  response
    .writeHead(200, { 'content-type': isPicture ? 'image/jpeg' : 'application/json', 'cache-control': 'no-store' })
    .end(isPicture ? told : JSON.stringify(told));
  return true;
}

const trainableModels = (labelBackbone: string): Promise<TrainableModelsView> =>
  listTrainableModels({ runs: { list: async () => [] } as never }, { labelBackbone });

const drawSheet = (): Promise<Uint8Array> => drawPicture({ className: 'boxes', seed: 3, sizePx: 256 });
