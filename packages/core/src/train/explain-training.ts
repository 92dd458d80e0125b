/** @file What a training would do, need and take, before it is begun: `--explain`. Stores nothing. */
import { TintypeError } from '@tintype/contracts/errors';
import { isNetworkTraining } from '@tintype/contracts/train';
import { resolveDataset } from '../catalog/catalog.ts';
import type { StepMeasurement } from './network/plan.types.ts';
import { resolveNetwork } from './network/resolve-network.ts';
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
  const { source, name, settings, preprocessing, notices } = await resolveNetwork(needs, request, request);
  const { classCount, ...pictures } = await countPictures(needs, request);
  const { trainer } = needs;
  const description = { source, classCount, preprocessing, settings, seed: request.seed };
  const signal = request.signal ? { signal: request.signal } : {};
  const measured = await trainer.run('measure', description, signal);
  const stepsPerEpoch = Math.ceil(pictures.train / settings.batch);
  const epochMs = stepsPerEpoch * measured.stepMs + pictures.validation * measured.answerMs;
  return {
    ...measured,
    notices: [...notices, ...measured.notices],
    network: name,
    settings,
    pictures,
    stepsPerEpoch,
    estimatedMs: settings.epochs * epochMs,
  };
}

async function countPictures(
  { catalog }: TrainNetworkNeeds,
  { snapshot, dataset, without, shares }: TrainNetworkRequest,
): Promise<{ train: number; validation: number; classCount: number }> {
  if (snapshot !== undefined) {
    const { counts, classes } = await catalog.snapshots.get(snapshot);
    return { train: counts.train, validation: counts.validation, classCount: classes.length };
  }
  const classes = new Set<string>();
  let count = 0;
  for await (const { className } of catalog.samples.stream({ dataset: await resolveDataset(catalog, dataset) })) {
    if (className === null || without.includes(className)) continue;
    classes.add(className);
    count += 1;
  }
  const part = (share: number): number => Math.round(count * share);
  return { train: part(shares.train), validation: part(shares.validation), classCount: Math.max(2, classes.size) };
}
