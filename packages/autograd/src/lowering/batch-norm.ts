/** @file Batch normalization on blocked pictures: what it is per channel is computed on vectors, what it is per pixel in passes of one convolution. */
import type { Node, Value } from '../graph/value.ts';
import { writeAffine } from './affine.ts';
import { countOf, writeProducts, writeSums } from './channel-sums.ts';
import { padVector } from './convolutions.ts';
import { blockedShape, type Forms, type Size4 } from './forms.ts';

const channelsOf = (value: Value): number => (value.shape as unknown as Size4)[1];

/** x - mean, which variance, result and gradient all read: sums of squares of x itself would cancel where means are large. */
function writeCentered(forms: Forms, x: Value, mean: Value): string {
  const { pen } = forms;
  return forms.once('centered', [x, mean], () => {
    const shape = blockedShape(x, forms.block);
    const shift = pen.call('Neg', [padVector(forms, forms.plain(mean), channelsOf(x))]);
    return writeAffine(forms, { x: forms.blocked(x), shape, weight: pen.fill(1, [shape[1]]), bias: shift });
  });
}

/** 1 / sqrt(variance + ε), [C]. */
function writeInverse(forms: Forms, variance: Value, epsilon: number): string {
  const { pen } = forms;
  return forms.once(`inverse ${epsilon}`, [variance], () => {
    const shifted = pen.call('Add', [forms.plain(variance), pen.number(epsilon)]);
    return pen.call('Div', [pen.number(1), pen.call('Sqrt', [shifted])]);
  });
}

/** scale / sqrt(variance + ε), [C]. */
function writeGain(forms: Forms, scale: Value, variance: Value, epsilon: number): string {
  const inverse = writeInverse(forms, variance, epsilon);
  return forms.once(`gain ${epsilon}`, [scale, variance], () => forms.pen.call('Mul', [forms.plain(scale), inverse]));
}

const isPicture = (value: Value, forms: Forms): boolean => value.shape.length === 4 && forms.isBlocked(value);

/** y = gain (x - mean) + bias waits: a residual sum and an activation become part of the pass that writes it. */
export function writeBatchNorm(forms: Forms, { inputs, outputs, attributes: { epsilon } }: Node<'batchNorm'>): boolean {
  const [x, scale, bias] = inputs as [Value, Value, Value];
  const [y, mean, variance] = outputs as [Value, Value, Value];
  if (!isPicture(x, forms)) return false;
  const { pen } = forms;
  pen.writer.node('Identity', [writeSums(forms, x, { factor: 1 / countOf(x) })], [forms.plain(mean)]);
  const centered = writeCentered(forms, x, mean);
  const squares = writeProducts(forms, [centered, centered], x, { factor: 1 / countOf(x) });
  pen.writer.node('Identity', [squares], [forms.plain(variance)]);
  const gain = padVector(forms, writeGain(forms, scale, variance, epsilon), channelsOf(x));
  const shift = padVector(forms, forms.plain(bias), channelsOf(x));
  const parts = { x: centered, shape: blockedShape(x, forms.block), weight: gain, bias: shift };
  forms.wait(y, { write: (end) => writeAffine(forms, { ...parts, ...end }) });
  return true;
}

/**
 * With c = x - mean and m elements a channel: dBias = Σ g, dScale = Σ g c / sqrt(variance + ε), and
 * dx = gain g - (gain dScale / (m sqrt(variance + ε))) c - gain dBias / m, in two passes.
 */
export function writeBatchNormGradient(
  forms: Forms,
  { inputs, outputs, attributes: { epsilon } }: Node<'batchNormGradient'>,
): boolean {
  const [g, x, scale, mean, variance] = inputs as [Value, Value, Value, Value, Value];
  const [dx, dScale, dBias] = outputs as [Value, Value, Value];
  if (!isPicture(x, forms) && !isPicture(g, forms)) return false;
  const { pen } = forms;
  const shape = blockedShape(x, forms.block);
  const centered = writeCentered(forms, x, mean);
  const gradient = forms.blocked(g);
  const inverse = writeInverse(forms, variance, epsilon);
  const gain = writeGain(forms, scale, variance, epsilon);
  pen.writer.node('Identity', [writeSums(forms, g)], [forms.plain(dBias)]);
  const products = writeProducts(forms, [gradient, centered], x);
  pen.writer.node('Mul', [products, inverse], [forms.plain(dScale)]);
  if (forms.usesOf(dx) === 0) return true;

  const share = pen.call('Mul', [gain, pen.number(-1 / countOf(x))]);
  const slope = pen.call('Mul', [pen.call('Mul', [share, inverse]), forms.plain(dScale)]);
  const shift = pen.call('Mul', [share, forms.plain(dBias)]);
  const [padSlope, padShift, padGain] = [slope, shift, gain].map((vector) =>
    padVector(forms, vector, channelsOf(x)),
  ) as [string, string, string];
  const shared = writeAffine(forms, { x: centered, shape, weight: padSlope, bias: padShift });
  forms.setBlocked(dx, writeAffine(forms, { x: gradient, shape, weight: padGain, sum: shared }));
  return true;
}

/** With given statistics normalization is one factor and one shift a channel, in a pass that waits as well. */
export function writeFrozenBatchNorm(
  forms: Forms,
  { inputs, outputs, attributes: { epsilon } }: Node<'frozenBatchNorm'>,
): boolean {
  const [x, scale, bias, mean, variance] = inputs as [Value, Value, Value, Value, Value];
  if (!isPicture(x, forms)) return false;
  const { pen } = forms;
  const gain = writeGain(forms, scale, variance, epsilon);
  const shift = pen.call('Sub', [forms.plain(bias), pen.call('Mul', [forms.plain(mean), gain])]);
  const [weight, padShift] = [gain, shift].map((vector) => padVector(forms, vector, channelsOf(x))) as [string, string];
  const parts = { x: forms.blocked(x), shape: blockedShape(x, forms.block), weight, bias: padShift };
  forms.wait(outputs[0] as Value, { write: (end) => writeAffine(forms, { ...parts, ...end }) });
  return true;
}
