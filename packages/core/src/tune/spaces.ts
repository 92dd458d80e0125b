/** @file The search space of each kind of model, and the way from a trial's settings to what training takes. */
import { type HeadKind, headKinds } from '@tintype/contracts/model';
import type { TrainOptions } from '@tintype/contracts/train';
import { categorical, float, type Parameter, type SearchSpace, type Settings } from '@tintype/contracts/tune';
import { headHyperparameters } from '../train/head-hyperparameters.ts';
import { parseModelWord } from './model-words.ts';
import { assertSearchSpace } from './search-space.ts';

/** Heads that weigh classes. */
const weighing: readonly HeadKind[] = headKinds.filter((head) => head !== 'knn');

/** Of networks from scratch: names are those of training's options. */
const fromScratch: readonly Parameter[] = [
  float('learningRate', [2e-4, 1e-2], { isLog: true, usual: 2e-3 }),
  float('weightDecay', [1e-3, 0.3], { isLog: true, usual: 0.05 }),
  categorical('epochs', [10, 20, 30], { usual: 20 }),
  categorical('batch', [16, 32, 64], { usual: 32 }),
  categorical('sizePx', [64, 96, 128]),
  categorical('augment', ['light', 'standard', 'strong'], { usual: 'standard' }),
  categorical('labelSmoothing', [0, 0.1], { usual: 0.1 }),
  categorical('mixup', [0, 0.2]),
];

/** Trained weights are near where they should be: smaller steps, fewer epochs, gentler pictures. */
const fineTuned: readonly Parameter[] = [
  float('learningRate', [3e-5, 3e-3], { isLog: true, usual: 3e-4 }),
  float('weightDecay', [1e-3, 0.3], { isLog: true, usual: 0.05 }),
  categorical('epochs', [3, 5, 10], { usual: 5 }),
  categorical('batch', [8, 16, 32], { usual: 16 }),
  categorical('augment', ['none', 'light', 'standard'], { usual: 'light' }),
  categorical('labelSmoothing', [0, 0.1], { usual: 0.1 }),
];

/** A vision transformer leaves out blocks. */
const dropPath = categorical('dropPath', [0, 0.1, 0.2], { usual: 0.1 });

/**
 * Words of `--models`: backbones, each with every head, and every head with its hyperparameters under names such as `logistic.c`; networks
 * with theirs under names such as `scratch.learningRate`.
 */
export function buildSpace(models: readonly string[]): SearchSpace {
  const words = models.map(parseModelWord);
  const wordsOf = (claim: (word: (typeof words)[number]) => boolean): string[] =>
    words.filter(claim).map(({ word }) => word);
  const space = [
    categorical('model', models),
    ...headParameters(wordsOf(({ kind }) => kind === 'head')),
    ...networkParameters(
      'scratch',
      fromScratch,
      wordsOf(({ family }) => family === 'from scratch'),
    ),
    ...networkParameters(
      'scratch',
      [dropPath],
      wordsOf(({ word }) => word.startsWith('vit-')),
    ),
    ...networkParameters(
      'tuned',
      fineTuned,
      wordsOf(({ family }) => family === 'fine-tuned'),
    ),
  ];
  assertSearchSpace(space);
  return space;
}

function headParameters(models: readonly string[]): Parameter[] {
  if (models.length === 0) return [];
  const when = (head: HeadKind): Parameter['when'] => ({ parameter: 'head', values: [head] });
  return [
    categorical('head', headKinds, { when: { parameter: 'model', values: [...models] } }),
    ...headKinds.flatMap((head) =>
      headHyperparameters[head].map((one) => ({ ...one, name: `${head}.${one.name}`, when: when(head) })),
    ),
    categorical('classWeights', ['none', 'balanced'], { when: { parameter: 'head', values: [...weighing] } }),
  ];
}

function networkParameters(
  prefix: 'scratch' | 'tuned',
  parameters: readonly Parameter[],
  models: readonly string[],
): Parameter[] {
  if (models.length === 0) return [];
  const when = { parameter: 'model', values: [...models] };
  return parameters.map((one) => ({ ...one, name: `${prefix}.${one.name}`, when }));
}

export interface HeadChoice {
  model: string;
  head: HeadKind;
  hyperparameters: TrainOptions['hyperparameters'];
  classWeights: TrainOptions['classWeights'];
}

export function toHeadChoice(settings: Settings): HeadChoice {
  const head = settings.head as HeadKind;
  return {
    model: String(settings.model),
    head,
    hyperparameters: withoutPrefix(settings, head),
    classWeights: (settings.classWeights ?? 'none') as TrainOptions['classWeights'],
  };
}

/** `logistic.c` -> `c`; what has another prefix is left out. */
function withoutPrefix(settings: Settings, prefix: string): Settings {
  const own = Object.entries(settings).filter(([name]) => name.startsWith(`${prefix}.`));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length + 1), value]));
}

/** What `tintype train` takes to train this trial's model; the rest is the study's or usual. */
export function toTrainOptions(settings: Settings): Partial<TrainOptions> {
  const { kind, options } = parseModelWord(String(settings.model));
  if (kind === 'network')
    return { ...options, ...withoutPrefix(settings, 'scratch'), ...withoutPrefix(settings, 'tuned') };
  const { head, hyperparameters, classWeights } = toHeadChoice(settings);
  return { ...options, head, hyperparameters, classWeights };
}

/** Trials whose steps are comparable: a fold says nothing of an epoch. */
export const ladderOf = ({ model }: Settings): string => parseModelWord(String(model)).kind;

/** Trials that take about equally long. */
export const costOf = (settings: Settings): string =>
  [settings.model, settings.head, settings['scratch.epochs'], settings['scratch.sizePx'], settings['tuned.epochs']]
    .filter((value) => value !== undefined)
    .join(' ');
