/** @file Layers as functions of (scope, x): each declares its parameters under the names that PyTorch has for them. */
import type { ConvOptions } from '../graph/operator.ts';
import { ops } from '../graph/ops.ts';
import { type Shape, sizeOf } from '../graph/shape.ts';
import { scalar, type Value } from '../graph/value.ts';
import { constantInitializer, type Initializer, initializers } from './initializers.ts';
import type { Scope } from './scope.ts';

const lastOf = (shape: Shape): number => shape.at(-1) as number;

export interface LinearOptions {
  readonly out: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Of the weight; the bias begins at 0. Default `fanInUniform`. */
  readonly initializer?: Initializer;
}

/** [..., in] -> [..., out]: x Wᵀ + b with `weight` [out, in] and `bias` [out]. Leading axes are flattened into one product. */
export function linear(scope: Scope, x: Value, options: LinearOptions): Value {
  const { out, bias = true, initializer = initializers.fanInUniform } = options;
  const width = lastOf(x.shape);
  const weight = scope.parameter('weight', [out, width], initializer);
  const product = ops.matmul(ops.reshape(x, [-1, width]), weight, { transposeB: true });
  const sum = bias ? ops.add(product, scope.parameter('bias', [out], initializers.zeros)) : product;
  return ops.reshape(sum, [...x.shape.slice(0, -1), out]);
}

export interface Conv2dOptions {
  readonly out: number;
  readonly kernel: number;
  /** Default 1. */
  readonly stride?: number;
  /** Default half the kernel, which keeps the size. */
  readonly padding?: number;
  readonly groups?: number;
  /** Default false: batch norm has one. */
  readonly bias?: boolean;
  /** Of the weight. Default `kaimingNormal`. */
  readonly initializer?: Initializer;
}

/** [N, C, H, W] -> [N, out, H', W'] with `weight` [out, C / groups, kernel, kernel] and, if asked, `bias` [out]. */
export function conv2d(scope: Scope, x: Value, options: Conv2dOptions): Value {
  const { out, kernel, stride = 1, padding = kernel >> 1, groups = 1 } = options;
  const shape = [out, (x.shape[1] as number) / groups, kernel, kernel];
  const weight = scope.parameter('weight', shape, options.initializer ?? initializers.kaimingNormal);
  const bias = options.bias ? scope.parameter('bias', [out], initializers.zeros) : undefined;
  const window: ConvOptions = { strides: [stride, stride], pads: [padding, padding, padding, padding], groups };
  return ops.conv(x, weight, { ...window, bias });
}

export interface BatchNormOptions {
  /** Default 1e-5. */
  readonly epsilon?: number;
  /** Share that a batch has in the running statistics; default 0.1. */
  readonly momentum?: number;
  /** What `weight` begins at; default ones. */
  readonly initializer?: Initializer;
}

/**
 * Per channel of [N, C, H, W], by the statistics of the batch, which the buffers `running_mean` and `running_var` [C] follow (the
 * variance without bias, n / (n - 1), as PyTorch has it); by the buffers in evaluation and where the mode freezes them.
 */
export function batchNorm2d(scope: Scope, x: Value, options: BatchNormOptions = {}): Value {
  const { epsilon = 1e-5, momentum = 0.1, initializer = initializers.ones } = options;
  const channels = [x.shape[1] as number];
  const scale = scope.parameter('weight', channels, initializer);
  const bias = scope.parameter('bias', channels, initializers.zeros);
  const { training, frozenBatchNorm } = scope.mode;
  if (!training || frozenBatchNorm) {
    const mean = scope.buffer('running_mean', channels, initializers.zeros);
    const variance = scope.buffer('running_var', channels, initializers.ones);
    return ops.frozenBatchNorm(x, { scale, bias, mean, variance }, { epsilon });
  }
  const { y, mean, variance } = ops.batchNorm(x, scale, bias, { epsilon });
  const count = sizeOf(x.shape) / (channels[0] as number);
  const follow = (batch: Value) => (running: Value) =>
    ops.add(ops.mul(running, scalar(1 - momentum)), ops.mul(batch, scalar(momentum)));
  scope.buffer('running_mean', channels, initializers.zeros, follow(mean));
  scope.buffer('running_var', channels, initializers.ones, follow(ops.mul(variance, scalar(count / (count - 1)))));
  return y;
}

/** As PyTorch has it: scale and bias are not decayed. */
export function layerNorm(scope: Scope, x: Value, { epsilon = 1e-6 }: { epsilon?: number } = {}): Value {
  const width = lastOf(x.shape);
  const weight = scope.parameter('weight', [width], initializers.ones);
  const bias = scope.parameter('bias', [width], initializers.zeros);
  return ops.layerNorm(x, weight, bias, { epsilon }).y;
}

/** Elements are zeroed with probability `rate`, the rest scaled by 1 / (1 - rate) (https://jmlr.org/papers/v15/srivastava14a.html). */
export function dropout(scope: Scope, x: Value, { rate }: { rate: number }): Value {
  const mask = scope.mask('mask', x.shape, 1 - rate);
  return mask ? ops.mul(x, mask) : x;
}

/** Stochastic depth: a residual branch is dropped with probability `rate`, sample by sample (https://arxiv.org/abs/1603.09382). */
export function dropPath(scope: Scope, x: Value, { rate }: { rate: number }): Value {
  const mask = scope.mask('mask', [x.shape[0] as number, ...x.shape.slice(1).map(() => 1)], 1 - rate);
  return mask ? ops.mul(x, mask) : x;
}

/** A learned factor per channel of the last axis, small at first (CaiT, https://arxiv.org/abs/2103.17239). */
export function layerScale(scope: Scope, x: Value, { initial = 1e-5 }: { initial?: number } = {}): Value {
  const gamma = scope.parameter('gamma', [lastOf(x.shape)], constantInitializer(initial));
  return ops.mul(x, gamma);
}

/** Mean over height and width: [N, C, H, W] -> [N, C]. */
export const globalAveragePool = (x: Value): Value => ops.reduceMean(x, { axes: [2, 3] });
