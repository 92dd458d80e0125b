/**
 * @file Vision transformers (https://arxiv.org/abs/2010.11929), pre-norm with a class token; DeiT and, with layer scale, DINOv2 are the
 * same graph. Parameters are named as in timm's `vision_transformer`.
 */

import { ops } from '@tintype/autograd/graph/ops';
import type { Value } from '@tintype/autograd/graph/value';
import { attention, mlp, patchEmbedding } from '@tintype/autograd/nn/blocks';
import { initializers } from '@tintype/autograd/nn/initializers';
import { dropout, dropPath, layerNorm, layerScale, linear } from '@tintype/autograd/nn/layers';
import { buildNetwork, type Network } from '@tintype/autograd/nn/network';
import type { Scope } from '@tintype/autograd/nn/scope';
import type { BuildOptions } from './architecture.types.ts';

export interface VitShape {
  readonly sizePx: number;
  readonly patchPx: number;
  /** Channels of a token. */
  readonly width: number;
  /** Blocks. */
  readonly depth: number;
  readonly heads: number;
  /** Channels inside the MLP as a multiple of `width`; default 4. */
  readonly mlpRatio?: number;
  /** What layer scale begins at; default no layer scale. */
  readonly layerScale?: number;
  /** Of layer norm; default 1e-6. */
  readonly epsilon?: number;
}

/** Features are the class token after the last norm. Depth 0 is the embedding, then the blocks; norm and head are the last. */
export function buildVit(shape: VitShape, options: BuildOptions): Network {
  const { depth } = shape;
  const { batch, classes, sizePx = shape.sizePx, mode, dropPath: rate = 0 } = options;
  return buildNetwork([batch, 3, sizePx, sizePx], mode, (scope, pixels) => {
    let x = embed(scope, pixels, shape);
    for (let i = 0; i < depth; i++) {
      const blockScope = scope
        .at('blocks')
        .at(i)
        .atDepth(i + 1);
      x = block(blockScope, x, shape, (rate * i) / Math.max(1, depth - 1));
    }
    const head = scope.atDepth(depth + 1);
    // A norm is computed token by token, so that only the one that is used needs it.
    const token = ops.reshape(ops.slice(x, { starts: [0], ends: [1], axes: [1] }), [batch, shape.width]);
    const features = layerNorm(head.at('norm'), token, { epsilon: shape.epsilon ?? 1e-6 });
    const kept = dropout(head.at('head_drop'), features, { rate: options.dropout ?? 0 });
    const logits = linear(head.at('head'), kept, { out: classes, initializer: initializers.truncatedNormal });
    return { features, logits };
  });
}

/** Patches with the class token in front, and their positions. The token is added where a zero was padded: no copy per picture. */
function embed(scope: Scope, pixels: Value, { patchPx, width }: VitShape): Value {
  const patches = patchEmbedding(scope.at('patch_embed').at('proj'), pixels, { out: width, patchPx });
  const tokens = 1 + (patches.shape[1] as number);
  const { truncatedNormal } = initializers;
  const first = scope.parameter('cls_token', [1, 1, width], truncatedNormal, { decays: false });
  const positions = scope.parameter('pos_embed', [1, tokens, width], truncatedNormal, { decays: false });
  const alone = ops.pad(first, { begin: [0, 0, 0], end: [0, tokens - 1, 0] });
  return ops.add(ops.pad(patches, { begin: [0, 1, 0], end: [0, 0, 0] }), ops.add(positions, alone));
}

function block(scope: Scope, x: Value, shape: VitShape, rate: number): Value {
  const { heads, width, mlpRatio = 4, epsilon = 1e-6 } = shape;
  const branch = (number: 1 | 2, y: Value): Value => {
    const scaled =
      shape.layerScale === undefined ? y : layerScale(scope.at(`ls${number}`), y, { initial: shape.layerScale });
    return dropPath(scope.at(`drop_path${number}`), scaled, { rate });
  };
  const mixed = attention(scope.at('attn'), layerNorm(scope.at('norm1'), x, { epsilon }), { heads });
  const attended = ops.add(x, branch(1, mixed));
  const hidden = Math.round(width * mlpRatio);
  const thought = mlp(scope.at('mlp'), layerNorm(scope.at('norm2'), attended, { epsilon }), { hidden });
  return ops.add(attended, branch(2, thought));
}
