/** @file AdamW: Adam (https://arxiv.org/abs/1412.6980) with weight decay apart from the gradient (https://arxiv.org/abs/1711.05101). */
import { ops } from '../graph/ops.ts';
import { scalar } from '../graph/value.ts';
import type { OptimizerRecord } from './optimizer.ts';

export interface AdamwOptions {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
}

/**
 * m' = β1 m + (1 - β1) g; v' = β2 v + (1 - β2) g²; p' = (1 - lr weightDecay) p - lr m̂ / (sqrt(v̂) + ε), with m̂ = m' / (1 - β1^t) and
 * v̂ = v' / (1 - β2^t). With c = sqrt(1 - β2^t) the fraction is c / (1 - β1^t) m' / (sqrt(v') + c ε): one pass over the tensor less.
 */
export function adamw({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamwOptions = {}): OptimizerRecord {
  if (![beta1, beta2].every((beta) => beta >= 0 && beta < 1) || !(epsilon > 0))
    throw new RangeError(
      `betas of ${beta1} and ${beta2}, epsilon ${epsilon}: betas are 0 to below 1, epsilon is above 0`,
    );
  return Object.freeze<OptimizerRecord>({
    name: 'adamw',
    hyperparameters: { beta1, beta2, epsilon },
    slots: ['momentum', 'variance'],
    /** In float64: 1 - β2^t would lose four digits in float32 where t is small. */
    scalars: (step) => ({
      correction: Math.sqrt(1 - beta2 ** step) / (1 - beta1 ** step),
      epsilon: epsilon * Math.sqrt(1 - beta2 ** step),
    }),
    update({ parameter, gradient, gradientScale, slots, scalars, learningRate, weightDecay }) {
      // The scale is folded into numbers, not into the tensor: m is linear in g, v quadratic.
      const share1 = gradientScale ? ops.mul(gradientScale, scalar(1 - beta1)) : scalar(1 - beta1);
      const share2 = gradientScale
        ? ops.mul(ops.mul(gradientScale, gradientScale), scalar(1 - beta2))
        : scalar(1 - beta2);
      const { momentum: m, variance: v } = slots as Record<'momentum' | 'variance', typeof gradient>;
      const { correction, epsilon: floor } = scalars as Record<'correction' | 'epsilon', typeof gradient>;
      const momentum = ops.add(ops.mul(m, scalar(beta1)), ops.mul(gradient, share1));
      const variance = ops.add(ops.mul(v, scalar(beta2)), ops.mul(ops.mul(gradient, gradient), share2));
      const direction = ops.div(momentum, ops.add(ops.sqrt(variance), floor));
      const kept =
        weightDecay > 0
          ? ops.mul(parameter, ops.sub(scalar(1), ops.mul(learningRate, scalar(weightDecay))))
          : parameter;
      return {
        parameter: ops.sub(kept, ops.mul(direction, ops.mul(learningRate, correction))),
        slots: { momentum, variance },
      };
    },
  });
}
