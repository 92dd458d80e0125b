/** @file Every setting of a training that the page offers: one record each, for the form, for lists of settings, and for comparisons. */
import { modelHeadKinds } from '@tintype/contracts/model';
import { optimizerNames, scheduleNames, type TrainOptions, trainProviders } from '@tintype/contracts/train';

export const fieldGroups = {
  head: 'The head',
  recipe: 'How it learns',
  variation: 'How pictures vary',
  pictures: 'Which pictures take part',
  result: 'What becomes of it',
} as const;
export type FieldGroup = keyof typeof fieldGroups;

export interface Field {
  name: keyof TrainOptions;
  label: string;
  /** One sentence: what it does, and what to expect of more. */
  help: string;
  group: FieldGroup;
  /** `list` is written with commas, `assignments` as `c=0.01, k=5`. */
  kind: 'whole' | 'decimal' | 'text' | 'choice' | 'switch' | 'list' | 'assignments';
  choices?: readonly string[];
  /** Which trainings have it; default both. */
  of?: 'network' | 'head';
}

const trained = ['all', 'last:1', 'last:2', 'last:3', 'head'] as const;

export const trainingFields: readonly Field[] = [
  {
    name: 'head',
    label: 'Head',
    help: 'The border between the classes.',
    group: 'head',
    kind: 'choice',
    choices: modelHeadKinds.filter((kind) => kind !== 'linear'),
    of: 'head',
  },
  {
    name: 'hyperparameters',
    label: 'Fixed values',
    help: 'Instead of being chosen by cross-validation, such as c=0.01.',
    group: 'head',
    kind: 'assignments',
    of: 'head',
  },

  {
    name: 'epochs',
    label: 'Epochs',
    help: 'How often it sees every picture. More takes longer, and helps until it stops getting better.',
    group: 'recipe',
    kind: 'whole',
    of: 'network',
  },
  {
    name: 'learningRate',
    label: 'Learning rate',
    help: 'How far each step goes, at its highest. Halve it where the loss jumps.',
    group: 'recipe',
    kind: 'decimal',
    of: 'network',
  },
  {
    name: 'batch',
    label: 'Pictures a step',
    help: 'More need more memory, and make steadier steps.',
    group: 'recipe',
    kind: 'whole',
    of: 'network',
  },
  {
    name: 'patience',
    label: 'Patience',
    help: 'Epochs without a better validation before it ends early; 0 never does.',
    group: 'recipe',
    kind: 'whole',
    of: 'network',
  },
  {
    name: 'train',
    label: 'What moves',
    help: 'All of it, the last blocks, or the head alone.',
    group: 'recipe',
    kind: 'choice',
    choices: trained,
    of: 'network',
  },
  {
    name: 'sizePx',
    label: 'Picture size',
    help: 'Width and height that the network sees, in pixels. Twice the size takes four times as long.',
    group: 'recipe',
    kind: 'whole',
    of: 'network',
  },
  {
    name: 'optimizer',
    label: 'Optimizer',
    help: 'The rule by which weights move.',
    group: 'recipe',
    kind: 'choice',
    choices: optimizerNames,
    of: 'network',
  },
  {
    name: 'schedule',
    label: 'Schedule',
    help: 'How the learning rate falls.',
    group: 'recipe',
    kind: 'choice',
    choices: scheduleNames,
    of: 'network',
  },
  {
    name: 'warmup',
    label: 'Warm-up',
    help: 'Epochs in which the learning rate rises.',
    group: 'recipe',
    kind: 'decimal',
    of: 'network',
  },
  {
    name: 'headWarmup',
    label: 'Head first',
    help: 'Epochs in which the head moves alone.',
    group: 'recipe',
    kind: 'whole',
    of: 'network',
  },
  {
    name: 'weightDecay',
    label: 'Weight decay',
    help: 'Pull of the weights towards zero.',
    group: 'recipe',
    kind: 'decimal',
    of: 'network',
  },
  {
    name: 'clipNorm',
    label: 'Clipping',
    help: 'Largest norm of all gradients together; 0 is off.',
    group: 'recipe',
    kind: 'decimal',
    of: 'network',
  },
  {
    name: 'layerDecay',
    label: 'Layer decay',
    help: 'Learning rate of a block as a share of that of the next one.',
    group: 'recipe',
    kind: 'decimal',
    of: 'network',
  },
  {
    name: 'accumulate',
    label: 'Accumulate',
    help: 'Steps whose gradients are added up before the weights move.',
    group: 'recipe',
    kind: 'whole',
    of: 'network',
  },
  {
    name: 'ema',
    label: 'Average of weights',
    help: 'Decay of a running mean that is registered instead, such as 0.998; 0 is off.',
    group: 'recipe',
    kind: 'decimal',
    of: 'network',
  },
  {
    name: 'freezeBatchNorm',
    label: 'Keep batch statistics',
    help: 'Trained batch normalization stays as it is.',
    group: 'recipe',
    kind: 'switch',
    of: 'network',
  },

  {
    name: 'augment',
    label: 'Augmentation',
    help: 'none, light, standard or strong, and what differs: standard,flip=off.',
    group: 'variation',
    kind: 'text',
    of: 'network',
  },
  {
    name: 'mixup',
    label: 'Mixup',
    help: 'Blends pictures with each other; 0 is off.',
    group: 'variation',
    kind: 'decimal',
    of: 'network',
  },
  {
    name: 'cutmix',
    label: 'Cutmix',
    help: 'Pastes parts of pictures into each other; 0 is off.',
    group: 'variation',
    kind: 'decimal',
    of: 'network',
  },
  {
    name: 'labelSmoothing',
    label: 'Label smoothing',
    help: 'Share of every label that is spread over all classes.',
    group: 'variation',
    kind: 'decimal',
    of: 'network',
  },
  {
    name: 'dropout',
    label: 'Dropout',
    help: 'Share of the features left out before the last layer.',
    group: 'variation',
    kind: 'decimal',
    of: 'network',
  },
  {
    name: 'dropPath',
    label: 'Drop path',
    help: 'Probability of leaving a block out for a picture.',
    group: 'variation',
    kind: 'decimal',
    of: 'network',
  },

  {
    name: 'without',
    label: 'Classes to leave out',
    help: 'Names, with commas between them.',
    group: 'pictures',
    kind: 'list',
  },
  {
    name: 'classWeights',
    label: 'Class weights',
    help: 'balanced: rare classes count as much as common ones.',
    group: 'pictures',
    kind: 'choice',
    choices: ['none', 'balanced'],
  },
  {
    name: 'balancedSampling',
    label: 'Balanced sampling',
    help: 'Shows pictures of every class equally often.',
    group: 'pictures',
    kind: 'switch',
    of: 'network',
  },
  {
    name: 'require',
    label: 'Only pictures that pass',
    help: 'Gates with commas between them: min-size=64, blur=50.',
    group: 'pictures',
    kind: 'list',
    of: 'network',
  },
  {
    name: 'seed',
    label: 'Seed',
    help: 'Equal seeds give equal splits and equal models.',
    group: 'pictures',
    kind: 'whole',
  },

  {
    name: 'model',
    label: 'Registered as',
    help: "The model's name; the dataset's where it is left empty.",
    group: 'result',
    kind: 'text',
  },
  {
    name: 'gates',
    label: 'Gates',
    help: 'What every picture must pass once it serves: min-size=64, unknown=0.99.',
    group: 'result',
    kind: 'list',
  },
  {
    name: 'provider',
    label: 'Computed by',
    help: 'cpu, or what this machine has besides.',
    group: 'result',
    kind: 'choice',
    choices: trainProviders,
    of: 'network',
  },
  {
    name: 'threads',
    label: 'Threads',
    help: 'One per core where it is left empty.',
    group: 'result',
    kind: 'whole',
    of: 'network',
  },
];

const byName = new Map<string, Field>(trainingFields.map((field) => [field.name, field]));

/** Of settings that no form asks for. */
const otherLabels: Readonly<Record<string, string>> = {
  architecture: 'Architecture',
  backbone: 'Backbone',
  weights: 'Weights',
  dataset: 'Dataset',
  snapshot: 'Snapshot',
  shares: 'Shares of the splits',
  c: 'C',
  k: 'k',
  gammaScale: 'Gamma',
  trees: 'Trees',
  maxDepth: 'Depth at most',
  hidden: 'Width',
};

/** `learningRate` -> `Learning rate`; what is not known by its own name. */
export const labelOf = (name: string): string => byName.get(name)?.label ?? otherLabels[name] ?? name;

/** A setting as people read it. */
export function formatSetting(value: unknown): string {
  if (value === undefined || value === null || value === '') return '–';
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (typeof value === 'number') return String(Number(value.toPrecision(4)));
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(formatSetting).join(', ');
  if (typeof value === 'object')
    return (
      Object.entries(value)
        .map(([name, one]) => `${name} ${formatSetting(one)}`)
        .join(', ') || 'none'
    );
  return typeof value === 'string' ? value : JSON.stringify(value);
}
