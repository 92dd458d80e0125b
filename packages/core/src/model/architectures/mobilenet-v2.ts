/** @file MobileNetV2 (https://arxiv.org/abs/1801.04381), named as in torchvision. */

import { ops } from '@tintype/autograd/graph/ops';
import type { Value } from '@tintype/autograd/graph/value';
import { initializers } from '@tintype/autograd/nn/initializers';
import { batchNorm2d, conv2d, dropout, dropPath, globalAveragePool, linear } from '@tintype/autograd/nn/layers';
import { buildNetwork, type Network } from '@tintype/autograd/nn/network';
import type { Scope } from '@tintype/autograd/nn/scope';
import type { BuildOptions } from './architecture.types.ts';

export interface MobileNetShape {
  readonly sizePx: number;
  readonly stem: number;
  /** Table 2 of the paper: expansion, channels, blocks, stride of the first. */
  readonly stages: readonly (readonly [expansion: number, out: number, blocks: number, stride: 1 | 2])[];
  readonly last: number;
}

export function buildMobileNetV2(shape: MobileNetShape, options: BuildOptions): Network {
  const { batch, classes, sizePx = shape.sizePx, mode, dropPath: rate = 0 } = options;
  const total = shape.stages.reduce((sum, [, , blocks]) => sum + blocks, 0);
  return buildNetwork([batch, 3, sizePx, sizePx], mode, (scope, pixels) => {
    const layers = scope.at('features');
    let x = convNormRelu6(layers.at(0), pixels, { out: shape.stem, kernel: 3, stride: 2 });
    let number = 0;
    for (const [expansion, out, blocks, firstStride] of shape.stages)
      for (let i = 0; i < blocks; i++) {
        number++;
        const dropRate = (rate * (number - 1)) / Math.max(1, total - 1);
        const stride = i === 0 ? firstStride : 1;
        x = invertedResidual(layers.at(number).atDepth(number), x, { expansion, out, stride, dropRate });
      }
    x = convNormRelu6(layers.at(total + 1).atDepth(total + 1), x, { out: shape.last, kernel: 1, stride: 1 });
    const features = globalAveragePool(x);
    const classifier = scope.at('classifier').atDepth(total + 2);
    const kept = dropout(classifier.at(0), features, { rate: options.dropout ?? 0 });
    return {
      features,
      logits: linear(classifier.at(1), kept, { out: classes, initializer: initializers.smallNormal }),
    };
  });
}

interface ConvOptions {
  out: number;
  kernel: number;
  stride: 1 | 2;
  groups?: number;
}

/** `0` a convolution, `1` a norm, then relu, never above 6. */
function convNormRelu6(scope: Scope, x: Value, { groups = 1, ...options }: ConvOptions): Value {
  const y = conv2d(scope.at(0), x, { ...options, groups });
  return ops.clip(batchNorm2d(scope.at(1), y), { min: 0, max: 6 });
}

/** Wide by a 1x1 convolution, a 3x3 convolution channel by channel, narrow again; the narrow ends are joined where sizes allow. */
function invertedResidual(
  scope: Scope,
  x: Value,
  { expansion, out, stride, dropRate }: { expansion: number; out: number; stride: 1 | 2; dropRate: number },
): Value {
  const hidden = (x.shape[1] as number) * expansion;
  const steps = scope.at('conv');
  const isWidened = expansion > 1;
  const wide = isWidened ? convNormRelu6(steps.at(0), x, { out: hidden, kernel: 1, stride: 1 }) : x;
  const at = isWidened ? 1 : 0;
  const filtered = convNormRelu6(steps.at(at), wide, { out: hidden, kernel: 3, stride, groups: hidden });
  const narrow = batchNorm2d(steps.at(at + 2), conv2d(steps.at(at + 1), filtered, { out, kernel: 1 }));
  const isResidual = stride === 1 && x.shape[1] === out;
  return isResidual ? ops.add(x, dropPath(scope.at('drop_path'), narrow, { rate: dropRate })) : narrow;
}
