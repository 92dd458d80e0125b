/** @file The table of what the blocked lowering writes itself; every other operator reads and writes plain values. */
import type { OperatorName } from '../graph/operator.ts';
import { recordOf } from '../graph/operators.ts';
import { isSameShape } from '../graph/shape.ts';
import type { Node, Value } from '../graph/value.ts';
import { writeAffine } from './affine.ts';
import { writeBatchNorm, writeBatchNormGradient, writeFrozenBatchNorm } from './batch-norm.ts';
import { writeSums } from './channel-sums.ts';
import { padVector, writeForward, writeInputGradient } from './convolutions.ts';
import { type Activation, blockedShape, type Forms, type Size4 } from './forms.ts';
import { writeGate } from './gate.ts';
import { writeTurnedProduct } from './products.ts';
import { writeRows, writeWeightGradient } from './weight-gradient.ts';

/** Writes a node; false where it would rather have it written plainly. */
type Rule<Name extends OperatorName> = (forms: Forms, node: Node<Name>) => boolean;

type Rules = { readonly [Name in OperatorName]?: Rule<Name> };

/**
 * Element by element on the numbers as they lie in memory, with the operator's plain ONNX form. Only what keeps zeros zero is here, because
 * of the channels that fill up blocks.
 */
function elementwise(forms: Forms, { operator, inputs, outputs, attributes }: Node): boolean {
  const [output] = outputs as [Value];
  const isScalar = (value: Value): boolean => value.shape.length === 0;
  const fits = inputs.every((value) => isScalar(value) || isSameShape(value.shape, output.shape));
  if (output.shape.length !== 4 || !fits || !inputs.some((value) => forms.isBlocked(value))) return false;
  const shape = blockedShape(output, forms.block);
  const name = forms.pen.writer.temporary();
  const names = inputs.map((value) => (isScalar(value) ? forms.plain(value) : forms.blocked(value)));
  const { onnx } = recordOf(operator);
  if (typeof onnx === 'string') forms.pen.writer.node(onnx, names, [name]);
  else
    onnx({
      inputs: names,
      outputs: [name],
      inputTypes: inputs.map((value) => (isScalar(value) ? value : { ...value, shape })),
      outputTypes: [{ ...output, shape }],
      attributes,
      writer: forms.pen.writer,
    });
  forms.setBlocked(output, name);
  return true;
}

/** Sums with a number do not keep zeros zero. */
const ofEqualShapes: Rule<OperatorName> = (forms, node) =>
  node.inputs.every(({ shape }) => shape.length === 4) && elementwise(forms, node);

/** x with one number a channel, [C, 1, 1] or [1, C, 1, 1], as factor or shift: a pass that waits. */
function channelwise(forms: Forms, { operator, inputs, outputs }: Node<'add' | 'sub' | 'mul'>): boolean {
  const isPicture = (value: Value): boolean => value.shape.length === 4 && forms.isBlocked(value);
  const [a, b] = inputs as [Value, Value];
  const [x, vector] = isPicture(a) || operator === 'sub' ? [a, b] : [b, a];
  const channels = x.shape[1] as number;
  const ofChannels = [[channels, 1, 1].join(), [1, channels, 1, 1].join()];
  if (!isPicture(x) || !ofChannels.includes(vector.shape.join()) || isSameShape(x.shape, vector.shape)) return false;
  const { pen } = forms;
  const shape = blockedShape(x, forms.block);
  const padded = padVector(forms, pen.reshape(forms.plain(vector), [channels]), channels);
  const ones = pen.fill(1, [shape[1]]);
  const parts =
    operator === 'mul'
      ? { weight: padded }
      : { weight: ones, bias: operator === 'sub' ? pen.call('Neg', [padded]) : padded };
  const from = forms.blocked(x);
  forms.wait(outputs[0] as Value, { write: (end) => writeAffine(forms, { x: from, shape, ...parts, ...end }) });
  return true;
}

/** Into the convolution that waits to become one of the two, so that no pass is made for the sum alone. */
function add(forms: Forms, node: Node<'add'>): boolean {
  const [a, b] = node.inputs as [Value, Value];
  const [output] = node.outputs as [Value];
  if (!isSameShape(a.shape, b.shape)) return channelwise(forms, node);
  for (const [into, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const waiting = a === b ? undefined : forms.takeWaiting(into);
    if (waiting && !waiting.sum) {
      forms.wait(output, { sum: other, write: waiting.write });
      return true;
    }
    if (waiting) forms.wait(into, waiting);
  }
  return ofEqualShapes(forms, node);
}

function activation<Name extends 'relu' | 'clip'>(
  activationOf: (node: Node<Name>) => Activation | undefined,
): Rule<Name> {
  return (forms, node) => {
    const [x] = node.inputs as [Value];
    const end = activationOf(node);
    const waiting = end && forms.takeWaiting(x);
    if (!waiting) return elementwise(forms, node);
    const sum = waiting.sum ? { sum: forms.blocked(waiting.sum) } : {};
    forms.setBlocked(node.outputs[0] as Value, waiting.write({ ...sum, activation: end }));
    return true;
  };
}

const clip = activation<'clip'>(({ attributes: { min, max } }) =>
  Number.isFinite(min) && Number.isFinite(max) ? { name: 'Clip', min, max } : undefined,
);

/** The mean or sum over pixels, [N, C, H, W] -> [N, C, 1, 1] or [N, C]. */
const overPixels =
  (factorOf: (pixels: number) => number): Rule<'reduceMean' | 'reduceSum'> =>
  (forms, { inputs, outputs, attributes: { axes } }) => {
    const [x] = inputs as [Value];
    const [output] = outputs as [Value];
    if (x.shape.length !== 4 || !forms.isBlocked(x)) return false;
    const [, , height, width] = x.shape as unknown as Size4;
    const [batch] = axes;
    const perPicture = axes.join() === '2,3';
    if (!perPicture && axes.join() !== '0,2,3') return false;
    const count = height * width * (batch === 0 ? (x.shape[0] as number) : 1);
    const sums = writeSums(forms, x, { perPicture, factor: factorOf(count) });
    forms.pen.writer.node('Reshape', [sums, forms.pen.writer.integers(output.shape)], [forms.plain(output)]);
    return true;
  };

/** One number a channel of a picture -> all its pixels. */
const expand: Rule<'expand'> = (forms, { inputs, outputs }) => {
  const { pen, block } = forms;
  const [x] = inputs as [Value];
  const [output] = outputs as [Value];
  const [batch, channels, height, width] = output.shape as unknown as Size4;
  if (output.shape.length !== 4 || x.shape.join() !== [batch, channels, 1, 1].join() || channels % block !== 0)
    return false;
  const blocks = pen.reshape(forms.plain(x), [batch, channels / block, 1, block]);
  const spread = pen.call('Expand', [blocks, pen.writer.integers([batch, channels / block, height * width, block])]);
  forms.setBlocked(output, pen.reshape(spread, [batch, channels, height, width]));
  return true;
};

/** [N, C, H, W] -> [N, H, W, C], as networks that normalize over channels have it. */
const transpose: Rule<'transpose'> = (forms, { inputs, outputs, attributes: { permutation } }) => {
  const [x] = inputs as [Value];
  if (permutation.join() !== '0,2,3,1' || !forms.isBlocked(x)) return false;
  forms.pen.writer.node('Identity', [writeRows(forms, x)], [forms.plain(outputs[0] as Value)]);
  return true;
};

export const blockedRules: Rules = Object.freeze({
  conv: writeForward,
  convInputGradient: writeInputGradient,
  convWeightGradient: writeWeightGradient,
  matmul: writeTurnedProduct,
  batchNorm: writeBatchNorm,
  batchNormGradient: writeBatchNormGradient,
  gateGradient: (forms, node) => writeGate(forms, node) || elementwise(forms, node),
  relu: activation<'relu'>(() => ({ name: 'Relu' })),
  clip: (forms, node) => node.attributes.min <= 0 && node.attributes.max >= 0 && clip(forms, node),
  add,
  frozenBatchNorm: writeFrozenBatchNorm,
  sub: (forms, node) => channelwise(forms, node) || ofEqualShapes(forms, node),
  mul: (forms, node) => channelwise(forms, node) || elementwise(forms, node),
  neg: elementwise,
  tanh: elementwise,
  reduceMean: overPixels((count) => 1 / count),
  reduceSum: overPixels(() => 1),
  expand,
  transpose,
} satisfies Rules);

/** Whether the blocked lowering wrote the node. */
export function writeBlocked(forms: Forms, node: Node): boolean {
  const rule = blockedRules[node.operator] as Rule<OperatorName> | undefined;
  return rule?.(forms, node) ?? false;
}
