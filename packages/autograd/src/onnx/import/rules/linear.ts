/** @file Import of products: convolutions, matrices. */
import type { ConvAttributes, Pads, Pair } from '../../../graph/operator.ts';
import { ops } from '../../../graph/ops.ts';
import { ShapeError } from '../../../graph/shape.ts';
import { scalar, type Value } from '../../../graph/value.ts';
import type { ImportRules, NodeReader, Role } from '../node-reader.ts';
import { Unsupported } from '../unsupported.ts';

/** [N, C, H, W] is what is learned on; one and three dimensions are not. */
export function assertPicture(x: Value): void {
  if (x.shape.length !== 4) throw new Unsupported(`its input has ${x.shape.length} axes, not 4`);
}

export function pairOf(numbers: readonly number[] | undefined, otherwise: number): Pair {
  const [height = otherwise, width = otherwise] = numbers ?? [];
  return [height, width];
}

/** Pads as stored, or as auto_pad computes them: the output is the input divided by the stride, rounded up. */
export function padsOf(node: NodeReader, x: Value, window: { kernel: Pair; strides: Pair; dilations: Pair }): Pads {
  const rule = node.text('auto_pad', 'NOTSET');
  const [top = 0, left = 0, bottom = 0, right = 0] = node.findIntegers('pads') ?? [];
  if (rule === 'NOTSET' || rule === '') return [top, left, bottom, right];
  if (rule === 'VALID') return [0, 0, 0, 0];
  const [rows, columns] = ([0, 1] as const).map((axis) => {
    const size = x.shape[axis + 2] as number;
    const reach = (Math.ceil(size / window.strides[axis]) - 1) * window.strides[axis];
    const total = Math.max(0, reach + window.dilations[axis] * (window.kernel[axis] - 1) + 1 - size);
    const [small, large] = [Math.floor(total / 2), Math.ceil(total / 2)];
    return (rule === 'SAME_LOWER' ? [large, small] : [small, large]) as Pair;
  }) as [Pair, Pair];
  return [rows[0], columns[0], rows[1], columns[1]];
}

function convAttributes(node: NodeReader, x: Value, weight: Value): ConvAttributes {
  assertPicture(x);
  const [strides, dilations] = [pairOf(node.findIntegers('strides'), 1), pairOf(node.findIntegers('dilations'), 1)];
  const kernel = pairOf(weight.shape.slice(2), 1);
  return {
    strides,
    dilations,
    pads: padsOf(node, x, { kernel, strides, dilations }),
    groups: node.integer('group', 1),
  };
}

function conv(node: NodeReader): Value {
  const [x, weight] = [node.value(0), node.value(1)];
  return ops.conv(x, weight, { ...convAttributes(node, x, weight), bias: node.inputs[2] });
}

/** The gradient of a convolution, applied to a picture. */
function convTranspose(node: NodeReader): Value {
  const [x, weight, bias] = [node.value(0), node.value(1), node.inputs[2]];
  if (node.find('output_shape')) throw new Unsupported('its output_shape is stated');
  if (!['NOTSET', 'VALID', ''].includes(node.text('auto_pad', ''))) throw new Unsupported('its auto_pad is not VALID');
  const attributes = convAttributes(node, x, weight);
  const extra = pairOf(node.findIntegers('output_padding'), 0);
  const [height, width] = ([0, 1] as const).map((axis) => {
    const reach = attributes.dilations[axis] * ((weight.shape[axis + 2] as number) - 1) + 1;
    const pads = attributes.pads[axis] + attributes.pads[(axis + 2) as 2 | 3];
    return ((x.shape[axis + 2] as number) - 1) * attributes.strides[axis] + reach - pads + extra[axis];
  }) as [number, number];
  const channels = (weight.shape[1] as number) * attributes.groups;
  const inputShape = [x.shape[0] as number, channels, height, width];
  const y = ops.convInputGradient(x, weight, { ...attributes, inputShape });
  return bias ? ops.add(y, ops.reshape(bias, [channels, 1, 1])) : y;
}

/** α A' B' + β C */
function gemm(node: NodeReader): Value {
  const [a, b, c] = [node.value(0), node.value(1), node.inputs[2]];
  const [alpha, beta] = [node.float('alpha', 1), node.float('beta', 1)];
  const transposeA = node.integer('transA', 0) !== 0;
  const transposeB = node.integer('transB', 0) !== 0;
  const product = scaled(ops.matmul(a, b, { transposeA, transposeB }), alpha);
  return c ? ops.add(product, scaled(c, beta)) : product;
}

const scaled = (x: Value, factor: number): Value => (factor === 1 ? x : ops.mul(x, scalar(factor)));

/** NumPy's rule: a vector is a row on the left and a column on the right. */
function matmul(node: NodeReader): Value {
  const [a, b] = [node.value(0), node.value(1)];
  if (a.shape.length === 0 || b.shape.length === 0) throw new ShapeError('a product of scalars');
  const [rowless, columnless] = [a.shape.length === 1, b.shape.length === 1];
  const left = rowless ? ops.reshape(a, [1, ...a.shape]) : a;
  const right = columnless ? ops.reshape(b, [...b.shape, 1]) : b;
  const product = ops.matmul(left, right);
  const kept = product.shape.filter(
    (_, axis, { length }) => !(rowless && axis === length - 2) && !(columnless && axis === length - 1),
  );
  return ops.reshape(product, kept);
}

const weightAndBias = (input: number): Role | undefined => (['weight', 'bias'] as const)[input - 1];

export const linearRules: ImportRules = {
  Conv: { build: conv, roles: weightAndBias },
  ConvTranspose: { build: convTranspose, roles: weightAndBias },
  Gemm: { build: gemm, roles: (input) => (input === 2 ? 'bias' : 'weight') },
  MatMul: { build: matmul, roles: () => 'weight' },
};
