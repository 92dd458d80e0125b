/** @file Import of reductions and pooling. */

import type { ReduceOptions } from '../../../graph/operator.ts';
import { ops } from '../../../graph/ops.ts';
import type { Value } from '../../../graph/value.ts';
import type { ImportRule, ImportRules, NodeReader } from '../node-reader.ts';
import { Unsupported } from '../unsupported.ts';
import { assertPicture, padsOf, pairOf } from './linear.ts';

/** Axes are an attribute, or since opset 18 (ReduceSum: 13) an input; without any, all are meant. */
const reduction = (build: (x: Value, options: ReduceOptions) => Value): ImportRule => ({
  build: (node) => {
    const axes = node.numbersOrAttribute(1, 'axes') ?? [];
    if (axes.length === 0 && node.integer('noop_with_empty_axes', 0) !== 0) return node.value(0);
    const keepDims = node.integer('keepdims', 1) !== 0;
    return build(node.value(0), axes.length === 0 ? { keepDims } : { axes, keepDims });
  },
});

const sumOfSquares = (x: Value, options: ReduceOptions): Value => ops.reduceSum(ops.mul(x, x), options);

/** Over height and width, kept as 1. */
const overPicture = (build: (x: Value, options: ReduceOptions) => Value): ImportRule => ({
  build: (node) => {
    const x = node.value(0);
    return build(x, { axes: x.shape.map((_, axis) => axis).slice(2), keepDims: true });
  },
});

function windowOf(node: NodeReader) {
  const x = node.value(0);
  assertPicture(x);
  const [kernel, strides, dilations] = ['kernel_shape', 'strides', 'dilations'].map((name) =>
    pairOf(node.findIntegers(name), 1),
  ) as [readonly [number, number], readonly [number, number], readonly [number, number]];
  const pads = padsOf(node, x, { kernel, strides, dilations });
  return { kernel, strides, dilations, pads, ceil: node.integer('ceil_mode', 0) !== 0 };
}

export const reductionRules: ImportRules = {
  ReduceSum: reduction((x, options) => ops.reduceSum(x, options)),
  ReduceMean: reduction((x, options) => ops.reduceMean(x, options)),
  ReduceMax: reduction((x, options) => ops.reduceMax(x, options)),
  ReduceMin: reduction((x, options) => ops.neg(ops.reduceMax(ops.neg(x), options))),
  ReduceL1: reduction((x, options) => ops.reduceSum(ops.abs(x), options)),
  ReduceL2: reduction((x, options) => ops.sqrt(sumOfSquares(x, options))),
  ReduceSumSquare: reduction(sumOfSquares),
  ReduceLogSumExp: reduction((x, options) => {
    const axes = options.axes ?? x.shape.map((_, axis) => axis);
    const largest = ops.reduceMax(x, { axes, keepDims: true });
    const sum = ops.log(ops.reduceSum(ops.exp(ops.sub(x, largest)), { axes, keepDims: true }));
    return ops.reduceSum(ops.add(sum, largest), options);
  }),
  GlobalAveragePool: overPicture((x, options) => ops.reduceMean(x, options)),
  GlobalMaxPool: overPicture((x, options) => ops.reduceMax(x, options)),
  MaxPool: {
    build: (node) => {
      if (node.integer('storage_order', 0) !== 0) throw new Unsupported('its indices count by columns');
      const { y, indices } = ops.maxPool(node.value(0), windowOf(node));
      return [y, indices];
    },
  },
  AveragePool: {
    build: (node) => {
      const { dilations, ...window } = windowOf(node);
      if (dilations.some((dilation) => dilation !== 1)) throw new Unsupported('it is dilated');
      return ops.averagePool(node.value(0), { ...window, countPads: node.integer('count_include_pad', 0) !== 0 });
    },
  },
  /** x / |x| along an axis, by the Euclidean norm. */
  LpNormalization: {
    build: (node) => {
      if (node.integer('p', 2) !== 2) throw new Unsupported('its norm is not the Euclidean');
      const x = node.value(0);
      return ops.div(x, ops.sqrt(sumOfSquares(x, { axes: [node.integer('axis', -1)], keepDims: true })));
    },
  },
  ReduceLogSum: reduction((x, options) => ops.log(ops.reduceSum(x, options))),
};
