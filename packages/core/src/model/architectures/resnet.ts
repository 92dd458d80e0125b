/** @file Residual networks of basic blocks (https://arxiv.org/abs/1512.03385): ResNet-18, named as in torchvision. */

import { ops } from '@tintype/autograd/graph/ops';
import type { Value } from '@tintype/autograd/graph/value';
import { initializers } from '@tintype/autograd/nn/initializers';
import { batchNorm2d, conv2d, dropout, dropPath, globalAveragePool, linear } from '@tintype/autograd/nn/layers';
import { buildNetwork, type Network } from '@tintype/autograd/nn/network';
import type { Scope } from '@tintype/autograd/nn/scope';
import type { BuildOptions } from './architecture.types.ts';

export interface ResnetShape {
  readonly sizePx: number;
  /** Channels of each stage; all but the first halve height and width. */
  readonly widths: readonly number[];
  /** Blocks of each stage. */
  readonly blocks: readonly number[];
}

export function buildResnet(shape: ResnetShape, options: BuildOptions): Network {
  const { batch, classes, sizePx = shape.sizePx, mode, dropPath: rate = 0 } = options;
  const total = shape.blocks.reduce((sum, count) => sum + count, 0);
  return buildNetwork([batch, 3, sizePx, sizePx], mode, (scope, pixels) => {
    const stem = conv2d(scope.at('conv1'), pixels, { out: shape.widths[0] as number, kernel: 7, stride: 2 });
    const active = ops.relu(batchNorm2d(scope.at('bn1'), stem));
    let x = ops.maxPool(active, { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }).y;
    let number = 0;
    for (const [stage, width] of shape.widths.entries())
      for (let i = 0; i < (shape.blocks[stage] as number); i++) {
        number++;
        const at = scope
          .at(`layer${stage + 1}`)
          .at(i)
          .atDepth(number);
        const dropRate = (rate * (number - 1)) / Math.max(1, total - 1);
        x = basicBlock(at, x, { out: width, stride: stage > 0 && i === 0 ? 2 : 1, dropRate });
      }
    const features = globalAveragePool(x);
    const kept = dropout(scope.at('dropout'), features, { rate: options.dropout ?? 0 });
    return { features, logits: linear(scope.at('fc').atDepth(total + 1), kept, { out: classes }) };
  });
}

/** Two 3x3 convolutions beside a shortcut, which is a 1x1 convolution (`downsample`) where sizes change. */
export function basicBlock(
  scope: Scope,
  x: Value,
  { out, stride, dropRate }: { out: number; stride: 1 | 2; dropRate: number },
): Value {
  const first = conv2d(scope.at('conv1'), x, { out, kernel: 3, stride });
  const second = conv2d(scope.at('conv2'), ops.relu(batchNorm2d(scope.at('bn1'), first)), { out, kernel: 3 });
  // The branch begins as zero, and the block as its shortcut (https://arxiv.org/abs/1706.02677, section 5.1).
  const branch = batchNorm2d(scope.at('bn2'), second, { initializer: initializers.zeros });
  const isSame = stride === 1 && x.shape[1] === out;
  const down = scope.at('downsample');
  const shortcut = isSame ? x : batchNorm2d(down.at(1), conv2d(down.at(0), x, { out, kernel: 1, stride }));
  return ops.relu(ops.add(shortcut, dropPath(scope.at('drop_path'), branch, { rate: dropRate })));
}
