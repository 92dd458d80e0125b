/** @file A small residual network for small pictures: a million parameters, trained from scratch in minutes on a processor. */

import { ops } from '@tintype/autograd/graph/ops';
import { batchNorm2d, conv2d, dropout, globalAveragePool, linear } from '@tintype/autograd/nn/layers';
import { buildNetwork, type Network } from '@tintype/autograd/nn/network';
import type { BuildOptions } from './architecture.types.ts';
import { basicBlock } from './resnet.ts';

export interface SmallCnnShape {
  readonly sizePx: number;
  readonly stem: number;
  /** Channels of each stage; all but the first halve height and width. */
  readonly widths: readonly number[];
}

/** A 3x3 stem that halves the picture at once (the costliest resolution is skipped), then one basic block a stage. */
export function buildSmallCnn(shape: SmallCnnShape, options: BuildOptions): Network {
  const { batch, classes, sizePx = shape.sizePx, mode, dropPath: rate = 0 } = options;
  const { length } = shape.widths;
  return buildNetwork([batch, 3, sizePx, sizePx], mode, (scope, pixels) => {
    const stem = scope.at('stem');
    const first = conv2d(stem.at('conv'), pixels, { out: shape.stem, kernel: 3, stride: 2 });
    let x = ops.relu(batchNorm2d(stem.at('norm'), first));
    for (const [i, out] of shape.widths.entries()) {
      const dropRate = (rate * i) / (length - 1);
      x = basicBlock(
        scope
          .at('stages')
          .at(i)
          .atDepth(i + 1),
        x,
        { out, stride: i === 0 ? 1 : 2, dropRate },
      );
    }
    const features = globalAveragePool(x);
    const kept = dropout(scope.at('dropout'), features, { rate: options.dropout ?? 0 });
    return { features, logits: linear(scope.at('head').atDepth(length + 1), kept, { out: classes }) };
  });
}
