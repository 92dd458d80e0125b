/** @file Every kind of head, and what fits it. */
import type { HeadKind } from '@tintype/contracts/model';
import { fitRandomForest } from './forest.ts';
import type { FitHead } from './head.types.ts';
import { fitKernelSvm } from './kernel.ts';
import { fitLinearSvm, fitLogistic } from './linear.ts';
import { fitNeighbors } from './neighbors.ts';
import { fitPerceptron } from './perceptron.ts';

export const heads: Record<HeadKind, FitHead> = {
  logistic: fitLogistic,
  knn: fitNeighbors,
  'svm-linear': fitLinearSvm,
  'svm-rbf': fitKernelSvm,
  forest: fitRandomForest,
  mlp: fitPerceptron,
};
