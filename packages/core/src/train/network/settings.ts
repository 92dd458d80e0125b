/** @file Every setting of a network's training, with what it is where nobody says: the recipe depends on where the weights come from. */
import { createHash } from 'node:crypto';
import { parseAugmentation } from '@tintype/contracts/augmentation';
import { TintypeError } from '@tintype/contracts/errors';
import { type NetworkOptions, networkOptionsSchema, type TrainOptions } from '@tintype/contracts/train';

/** Complete: nothing about the training is decided elsewhere. Names as in the options. */
export type NetworkSettings = {
  readonly [Name in SettingName]-?: NonNullable<NetworkOptions[Name]>;
} & Pick<TrainOptions, 'classWeights'>;

type SettingName = Exclude<keyof NetworkOptions, 'architecture' | 'weights'>;
const settingNames = Object.keys(
  networkOptionsSchema.omit({ architecture: true, weights: true }).shape,
) as SettingName[];

export interface Start {
  /** Trained weights to begin from, or nothing. */
  isPretrained: boolean;
  /** The head was fitted on the features that the network gives. */
  isHeadFitted: boolean;
  /** What is usual for this network. */
  usual: Pick<
    NetworkSettings,
    'optimizer' | 'learningRate' | 'weightDecay' | 'batch' | 'dropPath' | 'dropout' | 'sizePx'
  >;
  /** Of the machine. */
  threads: number;
}

type Rest = Omit<NetworkSettings, keyof Start['usual'] | 'threads' | 'classWeights'>;

const common: Rest = {
  train: 'all',
  epochs: 30,
  accumulate: 1,
  schedule: 'cosine',
  warmup: 1,
  clipNorm: 1,
  layerDecay: 1,
  augment: 'standard',
  mixup: 0,
  cutmix: 0,
  labelSmoothing: 0.1,
  ema: 0,
  freezeBatchNorm: false,
  headWarmup: 0,
  patience: 0,
  balancedSampling: false,
  provider: 'cpu',
};

const recipes: Record<'scratch' | 'pretrained', Rest> = {
  scratch: common,
  /** Trained weights are near where they should be: few epochs, gentle pictures. */
  pretrained: { ...common, epochs: 10, augment: 'light', freezeBatchNorm: true, headWarmup: 1, patience: 3 },
};

/** Throws USAGE_INVALID where an option does not fit the others. */
export function resolveSettings(
  options: NetworkOptions & Pick<TrainOptions, 'classWeights'>,
  start: Start,
): NetworkSettings {
  const recipe = recipes[start.isPretrained ? 'pretrained' : 'scratch'];
  const given = settingNames.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]]));
  const settings: NetworkSettings = {
    ...recipe,
    ...start.usual,
    threads: start.threads,
    classWeights: options.classWeights,
    // A head that is fitted needs no warm-up; a head alone has nothing to wait for.
    ...(start.isHeadFitted || options.train === 'head' ? { headWarmup: 0 } : {}),
    ...Object.fromEntries(given),
  };
  parseAugmentation(settings.augment);
  if (settings.headWarmup >= settings.epochs)
    throw new TintypeError('USAGE_INVALID', {
      problem: `--head-warmup ${settings.headWarmup} leaves none of the ${settings.epochs} epochs to train more than the head.`,
    });
  return settings;
}

/** Of everything that decides the weights; equal hashes, machine and versions give equal weights. */
export function hashSettings(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** The first depth whose parameters move. */
export function firstTrainedDepth(train: string, depthCount: number): number {
  if (train === 'all') return 0;
  const blocks = train === 'head' ? 0 : Number(train.slice('last:'.length));
  return Math.max(0, depthCount - 1 - blocks);
}
