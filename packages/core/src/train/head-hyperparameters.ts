/** @file Hyperparameters of every kind of head: what `--set` takes and what tuning searches. */
import { TintypeError } from '@tintype/contracts/errors';
import type { HeadKind } from '@tintype/contracts/model';
import { float, int, type Parameter, type Settings } from '@tintype/contracts/tune';

/** Ranges are those worth searching; `--set` may go beyond them. */
export const headHyperparameters: Record<HeadKind, readonly Parameter[]> = {
  logistic: [float('c', [1e-5, 10], { isLog: true, usual: 1e-2 })],
  knn: [int('k', [1, 50], { isLog: true, usual: 5 })],
  'svm-linear': [float('c', [1e-6, 1], { isLog: true, usual: 1e-3 })],
  'svm-rbf': [
    float('c', [0.1, 100], { isLog: true, usual: 10 }),
    float('gammaScale', [0.05, 5], { isLog: true, usual: 0.5 }),
  ],
  forest: [int('trees', [50, 500], { isLog: true, usual: 200 }), int('maxDepth', [4, 48], { isLog: true, usual: 48 })],
  mlp: [
    int('hidden', [32, 512], { isLog: true, usual: 128 }),
    float('dropout', [0, 0.7], { usual: 0.5 }),
    float('learningRate', [1e-4, 1e-2], { isLog: true, usual: 1e-3 }),
    float('weightDecay', [1e-5, 1e-1], { isLog: true, usual: 1e-3 }),
  ],
};

/** Throws VALIDATION_FAILED for a name that the head does not have, or a value of another type or sign. */
export function assertHyperparameters(head: HeadKind, given: Settings): void {
  const known = headHyperparameters[head];
  const errors = Object.entries(given).flatMap(([name, value]) => {
    const parameter = known.find((one) => one.name === name);
    const message = parameter
      ? findFault(parameter, value)
      : `is not one of ${known.map((one) => one.name).join(', ')}`;
    return message === undefined ? [] : [{ pointer: `hyperparameters/${name}`, message: `${message} (head ${head})` }];
  });
  if (errors.length > 0) throw new TintypeError('VALIDATION_FAILED', { errors });
}

function findFault(parameter: Parameter, value: Settings[string]): string | undefined {
  if (parameter.kind === 'categorical')
    return parameter.choices.includes(value) ? undefined : `takes one of ${parameter.choices.join(', ')}`;
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'takes a number';
  if (parameter.kind === 'int' && !Number.isInteger(value)) return 'takes a whole number';
  return parameter.low > 0 && value <= 0 ? 'takes a number above 0' : undefined;
}
