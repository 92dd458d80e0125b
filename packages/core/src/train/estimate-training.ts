/** @file How long a training would take here: a few steps and a few pictures are measured, the rest is counted. */
import type { HeadKind } from '@tintype/contracts/model';
import { isNetworkTraining, type TrainingEstimate } from '@tintype/contracts/train';
import { listMissingFeatures, loadFeatures } from '../model/feature-cache.ts';
import { listMissingPixels, loadPixels } from '../model/pixel-cache.ts';
import { type ResolvedBackbone, resolveBackbone } from '../model/resolve-backbone.ts';
import { countPictures, type LabeledPictures } from './count-pictures.ts';
import { explainNetwork } from './explain-training.ts';
import { resolveNetwork } from './network/resolve-network.ts';
import type { TrainNetworkNeeds, TrainNetworkRequest } from './train-network.ts';

/** Pictures that are decoded to see how fast that is; what comes of them is kept for the training. */
const timedPictures = 24;

/**
 * Nanoseconds a number of the feature table takes while a head is chosen by cross-validation, on two cores of the machine of the
 * benchmarks (recyclables, histograms and MobileNetV2): an order of magnitude, where features are most of the time.
 */
const fitNs: Record<HeadKind, number> = {
  logistic: 1500,
  'svm-linear': 1500,
  'svm-rbf': 800,
  mlp: 1500,
  forest: 800,
  knn: 100,
};

/** Throws MEMORY_INSUFFICIENT, CANCELLED, and what pictures and networks throw when they are resolved. */
export async function estimateTraining(
  needs: TrainNetworkNeeds,
  request: TrainNetworkRequest,
): Promise<TrainingEstimate> {
  const pictures = await countPictures(needs.catalog, request);
  return isNetworkTraining(request)
    ? estimateNetwork(needs, request, pictures)
    : estimateHead(needs, request, pictures);
}

async function estimateNetwork(
  needs: TrainNetworkNeeds,
  request: TrainNetworkRequest,
  pictures: LabeledPictures,
): Promise<TrainingEstimate> {
  const network = await resolveNetwork(needs, request, request);
  const told = await explainNetwork(needs, request, { network, pictures });
  const pixels = await timePixels(needs, request, { ...network, ...pictures });
  const start = network.pretrained && (await timeFeatures(needs, request, { resolved: network.pretrained, pictures }));
  const { settings, parameters, memory, stepMs, stepsPerEpoch, notices } = told;
  return {
    ...describe(pictures),
    missing: pixels.missing,
    preparationMs: pixels.durationMs + (start?.durationMs ?? 0),
    trainingMs: told.estimatedMs + (start ? fitMs('logistic', { pictures, resolved: start.resolved }) : 0),
    network: { settings, parameters, memoryBytes: memory.totalBytes ?? 0, stepMs, stepsPerEpoch },
    notices: [...notices],
  };
}

async function estimateHead(
  needs: TrainNetworkNeeds,
  request: TrainNetworkRequest,
  pictures: LabeledPictures,
): Promise<TrainingEstimate> {
  const resolved = await resolveBackbone(needs, request.backbone, signalOf(request));
  const { missing, durationMs } = await timeFeatures(needs, request, { resolved, pictures });
  return {
    ...describe(pictures),
    missing,
    preparationMs: durationMs,
    trainingMs: fitMs(request.head, { pictures, resolved }),
    network: null,
    notices: [...resolved.notices],
  };
}

const describe = ({
  train,
  validation,
  classCount,
}: LabeledPictures): Pick<TrainingEstimate, 'pictures' | 'classes'> => ({
  pictures: { train, validation },
  classes: classCount,
});

const fitMs = (
  head: HeadKind,
  { pictures, resolved }: { pictures: LabeledPictures; resolved: ResolvedBackbone },
): number => (fitNs[head] * pictures.train * resolved.backbone.dimensions) / 1e6;

interface Preparation {
  /** Pictures that are not kept yet. */
  missing: number;
  durationMs: number;
}

async function timeFeatures(
  needs: TrainNetworkNeeds,
  request: TrainNetworkRequest,
  { resolved, pictures: { contentHashes } }: { resolved: ResolvedBackbone; pictures: LabeledPictures },
): Promise<Preparation & { resolved: ResolvedBackbone }> {
  const { backbone, modelPath } = resolved;
  const missing = await listMissingFeatures(needs.store, { backbone, contentHashes });
  const timed = {
    backbone,
    limits: request.limits,
    ...(modelPath === undefined ? {} : { modelPath }),
    ...signalOf(request),
  };
  const durationMs = await timePictures(missing, (few, onProgress) =>
    loadFeatures(needs, { ...timed, contentHashes: few, onProgress }),
  );
  return { missing: missing.size, durationMs, resolved };
}

/** Each picture is decoded once: larger for training, or as it is seen for evaluation. */
async function timePixels(
  needs: TrainNetworkNeeds,
  request: TrainNetworkRequest,
  {
    preprocessing,
    contentHashes,
  }: Pick<LabeledPictures, 'contentHashes'> & Pick<Parameters<typeof loadPixels>[1], 'preprocessing'>,
): Promise<Preparation> {
  const large = await listMissingPixels(needs.store, { preprocessing, purpose: 'training', contentHashes });
  const missing = await listMissingPixels(needs.store, {
    preprocessing,
    purpose: 'evaluation',
    contentHashes: [...large],
  });
  const timed = { preprocessing, purpose: 'training', limits: request.limits, ...signalOf(request) } as const;
  const durationMs = await timePictures(missing, (few, onProgress) =>
    loadPixels(needs, { ...timed, contentHashes: few, onProgress }),
  );
  return { missing: missing.size, durationMs };
}

/** Of all of them, by a few: from the first that is done to the last, so that opening the children is left out. */
async function timePictures(
  missing: ReadonlySet<string>,
  load: (few: readonly string[], onProgress: (done: number) => void) => Promise<unknown>,
): Promise<number> {
  const few = [...missing].slice(0, timedPictures);
  if (few.length === 0) return 0;
  const startedAt = performance.now();
  const doneAt: number[] = [];
  await load(few, (done) => {
    if (done > 0) doneAt.push(performance.now());
  });
  const [first = startedAt, last = startedAt] = [doneAt[0], doneAt.at(-1)];
  const perPicture = doneAt.length > 1 ? (last - first) / (doneAt.length - 1) : last - startedAt;
  return perPicture * missing.size;
}

const signalOf = ({ signal }: { signal?: AbortSignal }): { signal?: AbortSignal } => (signal ? { signal } : {});
