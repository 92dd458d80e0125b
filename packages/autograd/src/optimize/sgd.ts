/** @file Stochastic gradient descent with momentum (Sutskever et al. 2013), by the rule of torch.optim.SGD. */
import { ops } from '../graph/ops.ts';
import { scalar, type Value } from '../graph/value.ts';
import type { OptimizerRecord } from './optimizer.ts';

export interface SgdOptions {
  /** Default 0.9; 0 keeps no state. */
  readonly momentum?: number;
  /** Look ahead by one step of momentum. Default false. */
  readonly nesterov?: boolean;
}

/**
 * g += weightDecay p; m' = momentum m + g; p' = p - lr m', or with Nesterov p' = p - lr (g + momentum m').
 * Weight decay is part of the gradient, as usual with SGD: it passes through the momentum.
 */
export function sgd({ momentum = 0.9, nesterov = false }: SgdOptions = {}): OptimizerRecord {
  if (!(momentum >= 0 && momentum < 1)) throw new RangeError(`a momentum of ${momentum}: 0 to below 1 is needed`);
  const mu = scalar(momentum);
  return Object.freeze<OptimizerRecord>({
    name: 'sgd',
    hyperparameters: { momentum, nesterov },
    slots: momentum > 0 ? ['momentum'] : [],
    scalars: () => ({}),
    update({ parameter, gradient, gradientScale, slots, learningRate, weightDecay }) {
      const scaled = gradientScale ? ops.mul(gradient, gradientScale) : gradient;
      const g = weightDecay > 0 ? ops.add(scaled, ops.mul(parameter, scalar(weightDecay))) : scaled;
      const step = (direction: Value): Value => ops.sub(parameter, ops.mul(direction, learningRate));
      if (!slots['momentum']) return { parameter: step(g), slots: {} };
      const next = ops.add(ops.mul(slots['momentum'], mu), g);
      return { parameter: step(nesterov ? ops.add(g, ops.mul(next, mu)) : next), slots: { momentum: next } };
    },
  });
}
