/** @file A network with a bit of everything, and batches for it. For tests. */
import { ops } from '../graph/ops.ts';
import { attention, mlp, squeezeExcite } from '../nn/blocks.ts';
import { batchNorm2d, conv2d, dropout, dropPath, layerNorm, layerScale, linear } from '../nn/layers.ts';
import { buildNetwork, type Mode, type Network, trainingMode } from '../nn/network.ts';
import { draw, seeded } from '../testing.ts';
import type { TrainBatch } from './train-step.ts';

const sizePx = 8;
export const classCount = 3;

/** A residual convolution with batch norm and a gate, then a transformer block on its pixels. */
export function aNetwork(
  batch: number,
  { mode = trainingMode, rate = 0 }: { mode?: Mode; rate?: number } = {},
): Network {
  return buildNetwork([batch, 3, sizePx, sizePx], mode, (scope, pixels) => {
    const width = 16;
    const stem = conv2d(scope.at('stem'), pixels, { out: width, kernel: 3 });
    const active = ops.relu(batchNorm2d(scope.at('norm'), stem));
    const pooled = ops.maxPool(active, { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }).y;
    const block = scope.at('block').atDepth(1);
    const branch = batchNorm2d(block.at('norm'), conv2d(block.at('conv'), pooled, { out: width, kernel: 3 }));
    const gated = ops.add(
      pooled,
      squeezeExcite(block.at('gate'), ops.clip(branch, { min: 0, max: 6 }), { squeezed: 4 }),
    );
    const tokens = ops.transpose(ops.reshape(gated, [batch, width, -1]), [0, 2, 1]);
    const last = scope.at('last').atDepth(2);
    const mixed = attention(last.at('attn'), layerNorm(last.at('norm1'), tokens), { heads: 2 });
    const scaled = layerScale(last.at('ls'), mixed, { initial: 0.5 });
    const attended = ops.add(tokens, dropPath(last.at('drop'), scaled, { rate }));
    const thought = mlp(last.at('mlp'), layerNorm(last.at('norm2'), attended), { hidden: 24 });
    const features = ops.reduceMean(ops.add(attended, thought), { axes: [1] });
    const kept = dropout(scope.at('dropout'), features, { rate });
    return { features, logits: linear(scope.at('head').atDepth(3), kept, { out: classCount }) };
  });
}

/** One-hot targets by chance; equal seeds give equal batches. */
export function aBatch({ input, logits }: Network, seed: number): TrainBatch {
  const uniform = seeded(seed);
  const [batch, classes] = logits.shape as readonly [number, number];
  const targets = new Float32Array(batch * classes);
  for (let n = 0; n < batch; n++) targets[n * classes + Math.floor(uniform() * classes)] = 1;
  return {
    x: draw(
      input.shape.reduce((product, size) => product * size),
      seed,
    ),
    targets,
  };
}
