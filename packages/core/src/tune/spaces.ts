/** @file The search space of each kind of model, and the way from a trial's settings to what training takes. */
import { type HeadKind, headKinds } from '@tintype/contracts/model';
import type { TrainOptions } from '@tintype/contracts/train';
import { categorical, type Parameter, type SearchSpace, type Settings } from '@tintype/contracts/tune';
import { headHyperparameters } from '../train/head-hyperparameters.ts';
import { assertSearchSpace } from './search-space.ts';

/** Heads that weigh classes. */
const weighing: readonly HeadKind[] = headKinds.filter((head) => head !== 'knn');

/** Backbones, each with every head, and every head with its hyperparameters under names such as `logistic.c`. */
export function buildSpace(models: readonly string[]): SearchSpace {
  const space = [categorical('model', models), ...headParameters(models)];
  assertSearchSpace(space);
  return space;
}

function headParameters(models: readonly string[]): Parameter[] {
  const when = (head: HeadKind): Parameter['when'] => ({ parameter: 'head', values: [head] });
  return [
    categorical('head', headKinds, { when: { parameter: 'model', values: [...models] } }),
    ...headKinds.flatMap((head) =>
      headHyperparameters[head].map((one) => ({ ...one, name: `${head}.${one.name}`, when: when(head) })),
    ),
    categorical('classWeights', ['none', 'balanced'], { when: { parameter: 'head', values: [...weighing] } }),
  ];
}

export interface HeadChoice {
  model: string;
  head: HeadKind;
  hyperparameters: TrainOptions['hyperparameters'];
  classWeights: TrainOptions['classWeights'];
}

export function toHeadChoice(settings: Settings): HeadChoice {
  const head = settings.head as HeadKind;
  const own = Object.entries(settings).filter(([name]) => name.startsWith(`${head}.`));
  return {
    model: String(settings.model),
    head,
    hyperparameters: Object.fromEntries(own.map(([name, value]) => [name.slice(head.length + 1), value])),
    classWeights: (settings.classWeights ?? 'none') as TrainOptions['classWeights'],
  };
}

/** What `tintype train` takes to train this trial's model; the rest is the study's or usual. */
export function toTrainOptions(settings: Settings): Partial<TrainOptions> {
  const { model, head, hyperparameters, classWeights } = toHeadChoice(settings);
  return { backbone: model, head, hyperparameters, classWeights };
}

/** Trials whose steps are comparable. */
export const ladderOf = (_settings: Settings): string => 'folds';

/** Trials that take about equally long. */
export const costOf = ({ model, head }: Settings): string => `${String(model)} ${String(head)}`;
