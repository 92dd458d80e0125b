/** @file What a training would do, need and take, before it is begun: `--explain`. Stores nothing. */
import { TintypeError } from '@tintype/contracts/errors';
import { isNetworkTraining } from '@tintype/contracts/train';
import { countPictures, type LabeledPictures } from './count-pictures.ts';
import type { StepMeasurement } from './network/plan.types.ts';
import { type ResolvedNetwork, resolveNetwork } from './network/resolve-network.ts';
import type { NetworkSettings } from './network/settings.ts';
import type { TrainNetworkNeeds, TrainNetworkRequest } from './train-network.ts';

export interface TrainingExplanation extends StepMeasurement {
  network: string;
  settings: NetworkSettings;
  /** Of the splits as they are or would be, before gates. */
  pictures: { train: number; validation: number };
  stepsPerEpoch: number;
  /** Of all epochs, with validation; pictures are decoded once before. */
  estimatedMs: number;
}

/** Throws USAGE_INVALID for heads, MEMORY_INSUFFICIENT, and what resolving a network throws. */
export async function explainTraining(
  needs: TrainNetworkNeeds,
  request: TrainNetworkRequest,
): Promise<TrainingExplanation> {
  if (!isNetworkTraining(request))
    throw new TintypeError('USAGE_INVALID', {
      problem: '--explain speaks of networks; name --architecture, or --train with a backbone.',
    });
  const network = await resolveNetwork(needs, request, request);
  return explainNetwork(needs, request, { network, pictures: await countPictures(needs.catalog, request) });
}

/** Throws MEMORY_INSUFFICIENT, CANCELLED, TRAINER_ENDED. */
export async function explainNetwork(
  { trainer }: Pick<TrainNetworkNeeds, 'trainer'>,
  { seed, signal }: Pick<TrainNetworkRequest, 'seed' | 'signal'>,
  { network, pictures }: { network: ResolvedNetwork; pictures: LabeledPictures },
): Promise<TrainingExplanation> {
  const { source, name, settings, preprocessing, notices } = network;
  const { train, validation, classCount } = pictures;
  const description = { source, classCount, preprocessing, settings, seed };
  const measured = await trainer.run('measure', description, signal ? { signal } : {});
  const stepsPerEpoch = Math.ceil(train / settings.batch);
  const epochMs = stepsPerEpoch * measured.stepMs + validation * measured.answerMs;
  return {
    ...measured,
    notices: [...notices, ...measured.notices],
    network: name,
    settings,
    pictures: { train, validation },
    stepsPerEpoch,
    estimatedMs: settings.epochs * epochMs,
  };
}
