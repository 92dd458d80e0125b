/** @file Groups of layers that several architectures share. */
import { ops } from '../graph/ops.ts';
import { scalar, type Value } from '../graph/value.ts';
import { initializers } from './initializers.ts';
import { conv2d, linear } from './layers.ts';
import type { Scope } from './scope.ts';

/**
 * A gate per channel, computed from the means of all channels (https://arxiv.org/abs/1709.01507): `fc1` to `squeezed` channels, relu,
 * `fc2` back, `gate` (default sigmoid). [N, C, H, W] stays so.
 */
export function squeezeExcite(
  scope: Scope,
  x: Value,
  { squeezed, gate = (x) => ops.sigmoid(x) }: { squeezed: number; gate?: (x: Value) => Value },
): Value {
  const means = ops.reduceMean(x, { axes: [2, 3], keepDims: true });
  const narrow = conv2d(scope.at('fc1'), means, { out: squeezed, kernel: 1, bias: true });
  const wide = conv2d(scope.at('fc2'), ops.relu(narrow), { out: x.shape[1] as number, kernel: 1, bias: true });
  return ops.mul(x, gate(wide));
}

/**
 * Multi-head self-attention (https://arxiv.org/abs/1706.03762) on [N, T, D]. Query, key and value are one product, `qkv` [3 D, D] with
 * the rows of all queries first, as timm has it: one large product is faster than three. Then `proj` [D, D].
 */
export function attention(scope: Scope, x: Value, { heads }: { heads: number }): Value {
  const [batch, tokens, width] = x.shape as readonly [number, number, number];
  if (width % heads !== 0) throw new RangeError(`${width} channels do not divide into ${heads} heads`);
  const size = width / heads;
  const together = linear(scope.at('qkv'), x, { out: 3 * width, initializer: initializers.truncatedNormal });
  const turned = ops.transpose(ops.reshape(together, [batch, tokens, 3, heads, size]), [2, 0, 3, 1, 4]);
  const [query, key, value] = ops
    .split(turned, { axis: 0, sizes: [1, 1, 1] })
    .map((part) => ops.reshape(part, [batch, heads, tokens, size])) as [Value, Value, Value];
  const scores = ops.matmul(ops.mul(query, scalar(1 / Math.sqrt(size))), key, { transposeB: true });
  const mixed = ops.matmul(ops.softmax(scores), value);
  const joined = ops.reshape(ops.transpose(mixed, [0, 2, 1, 3]), [batch, tokens, width]);
  return linear(scope.at('proj'), joined, { out: width, initializer: initializers.truncatedNormal });
}

/** `fc1` to `hidden` channels, gelu, `fc2` back. */
export function mlp(scope: Scope, x: Value, { hidden }: { hidden: number }): Value {
  const { truncatedNormal: initializer } = initializers;
  const wide = linear(scope.at('fc1'), x, { out: hidden, initializer });
  return linear(scope.at('fc2'), ops.gelu(wide), { out: x.shape.at(-1) as number, initializer });
}

/**
 * Squares of `patchPx` as tokens: [N, C, H, W] -> [N, H W / patchPx², out], row by row. `weight` [out, C, patchPx, patchPx] as of a
 * convolution with stride patchPx; computed as one product, which is faster on the way back.
 */
export function patchEmbedding(scope: Scope, x: Value, { out, patchPx }: { out: number; patchPx: number }): Value {
  const [batch, channels, height, width] = x.shape as readonly [number, number, number, number];
  const [rows, columns] = [height / patchPx, width / patchPx];
  if (!Number.isInteger(rows) || !Number.isInteger(columns))
    throw new RangeError(`${height} x ${width} pixels do not divide into patches of ${patchPx}`);
  const weight = scope.parameter('weight', [out, channels, patchPx, patchPx], initializers.truncatedNormal);
  const bias = scope.parameter('bias', [out], initializers.zeros);
  const squares = ops.reshape(x, [batch, channels, rows, patchPx, columns, patchPx]);
  const patches = ops.reshape(ops.transpose(squares, [0, 2, 4, 1, 3, 5]), [-1, channels * patchPx * patchPx]);
  const product = ops.matmul(patches, ops.reshape(weight, [out, -1]), { transposeB: true });
  return ops.reshape(ops.add(product, bias), [batch, rows * columns, out]);
}
