/** @file What is known about an operator, in one record; and the functions that its gradient may be written in. */
import type { AttributeValue } from '../onnx/build-onnx.ts';
import type { Shape } from './shape.ts';
import type { ElementType, TensorType, Value } from './value.ts';

export interface NoAttributes {
  readonly [name: string]: never;
}
export interface ReduceAttributes {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}
/** Over one axis. */
export interface AxisAttributes {
  readonly axis: number;
}
export interface RangeAttributes {
  readonly min: number;
  readonly max: number;
}
export interface HardSigmoidAttributes {
  readonly alpha: number;
  readonly beta: number;
}
export interface GeluAttributes {
  readonly approximate: 'none' | 'tanh';
}
export type Pair = readonly [height: number, width: number];
/** Zeros (of max pooling: nothing) around a picture. */
export type Pads = readonly [top: number, left: number, bottom: number, right: number];
export interface ConvAttributes {
  readonly strides: Pair;
  readonly pads: Pads;
  readonly dilations: Pair;
  readonly groups: number;
}

export interface MaxPoolAttributes {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly pads: Pads;
  readonly dilations: Pair;
  /** Whether a last window that does not fit whole counts too. */
  readonly ceil: boolean;
}
export interface AveragePoolAttributes extends Omit<MaxPoolAttributes, 'dilations'> {
  /** Whether pads count as zeros, or not at all. */
  readonly countPads: boolean;
}
export interface EpsilonAttributes {
  readonly epsilon: number;
}
/** Positions resolved: 0 to the size of the axis; an end of -1 is "before 0". */
export interface SliceAttributes {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly axes: readonly number[];
  readonly steps: readonly number[];
}

/** Name -> attributes. A name added here does not compile until the table in operators.ts and its tests know it. */
export interface OperatorAttributes {
  add: NoAttributes;
  sub: NoAttributes;
  mul: NoAttributes;
  div: NoAttributes;
  pow: NoAttributes;
  maximum: NoAttributes;
  minimum: NoAttributes;
  neg: NoAttributes;
  abs: NoAttributes;
  sign: NoAttributes;
  floor: NoAttributes;
  exp: NoAttributes;
  log: NoAttributes;
  sqrt: NoAttributes;
  tanh: NoAttributes;
  sigmoid: NoAttributes;
  erf: NoAttributes;
  relu: NoAttributes;
  clip: RangeAttributes;
  gateGradient: RangeAttributes;
  leakyRelu: { readonly slope: number };
  elu: { readonly alpha: number };
  softplus: NoAttributes;
  hardSigmoid: HardSigmoidAttributes;
  hardSwish: NoAttributes;
  silu: NoAttributes;
  gelu: GeluAttributes;
  equal: NoAttributes;
  greater: NoAttributes;
  less: NoAttributes;
  not: NoAttributes;
  and: NoAttributes;
  where: NoAttributes;
  cast: { readonly type: ElementType };
  reshape: { readonly shape: Shape };
  transpose: { readonly permutation: readonly number[] };
  expand: { readonly shape: Shape };
  reduceSum: ReduceAttributes;
  reduceMean: ReduceAttributes;
  reduceMax: ReduceAttributes;
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean };
  conv: ConvAttributes;
  convInputGradient: ConvAttributes & { readonly inputShape: Shape };
  convWeightGradient: ConvAttributes & { readonly weightShape: Shape };
  batchNorm: EpsilonAttributes;
  batchNormGradient: EpsilonAttributes;
  frozenBatchNorm: EpsilonAttributes;
  layerNorm: EpsilonAttributes;
  maxPool: MaxPoolAttributes;
  maxPoolGradient: MaxPoolAttributes & { readonly inputShape: Shape };
  averagePool: AveragePoolAttributes;
  averagePoolGradient: AveragePoolAttributes & { readonly inputShape: Shape };
  slice: SliceAttributes;
  /** Per axis. */
  pad: { readonly begin: readonly number[]; readonly end: readonly number[]; readonly value: number };
  concat: AxisAttributes;
  split: AxisAttributes & { readonly sizes: readonly number[] };
  softmax: AxisAttributes;
  logSoftmax: AxisAttributes;
  oneHot: { readonly depth: number };
  gather: AxisAttributes;
  gatherRows: NoAttributes;
  scatterAddRows: { readonly rows: number };
}

export type OperatorName = keyof OperatorAttributes;

/** A computed tensor of the reference: float64 whatever the element type. */
export interface ReferenceTensor {
  readonly shape: Shape;
  readonly data: Float64Array;
}

export interface ReferenceContext<Attributes> {
  readonly inputs: readonly ReferenceTensor[];
  readonly outputs: readonly TensorType[];
  readonly attributes: Attributes;
}

export interface GradientContext<Attributes> {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
  /** dL/d(output), each of its output's shape; undefined where the loss does not depend on it. */
  readonly gradients: readonly (Value | undefined)[];
  /** Per input: whether anybody asks for its gradient. */
  readonly isNeeded: readonly boolean[];
  readonly ops: Ops;
}

export interface EmitContext<Attributes> {
  /** Names of the tensors read and to be written. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly inputTypes: readonly TensorType[];
  readonly outputTypes: readonly TensorType[];
  readonly attributes: Attributes;
  readonly writer: OnnxWriter;
}

export interface OnnxWriter {
  node(
    opType: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes?: Readonly<Record<string, AttributeValue>>,
    domain?: string,
  ): void;
  /** A fresh name. */
  temporary(): string;
  /** Names of constants; equal ones are stored once. */
  integers(values: readonly number[], shape?: Shape): string;
  floats(values: readonly number[], shape?: Shape): string;
}

export interface Operator<Attributes> {
  /** Types of the outputs. Throws ShapeError. */
  readonly inferShape: (inputs: readonly TensorType[], attributes: Attributes) => readonly TensorType[];
  /** The outputs' values, computed plainly; the truth that everything else is tested against. */
  readonly reference: (context: ReferenceContext<Attributes>) => readonly Float64Array[];
  /**
   * dL/d(input) per input, undefined where there is none; `none` where it is 0 almost everywhere or the input is no float; `unwritten`
   * where nobody needed it yet, as of most gradients: to ask for it is an error.
   */
  readonly gradient: ((context: GradientContext<Attributes>) => readonly (Value | undefined)[]) | 'none' | 'unwritten';
  /** The ONNX operator of the same meaning, or how to write it. Opset `graphOpset`. */
  readonly onnx: string | ((context: EmitContext<Attributes>) => void);
}

/** Operators as functions of values. */
export interface Ops {
  add(a: Value, b: Value): Value;
  sub(a: Value, b: Value): Value;
  mul(a: Value, b: Value): Value;
  div(a: Value, b: Value): Value;
  /** a^b, where a is positive or b a constant whole number. */
  pow(a: Value, b: Value): Value;
  maximum(a: Value, b: Value): Value;
  minimum(a: Value, b: Value): Value;
  neg(x: Value): Value;
  abs(x: Value): Value;
  /** -1, 0 or 1. */
  sign(x: Value): Value;
  floor(x: Value): Value;
  exp(x: Value): Value;
  log(x: Value): Value;
  sqrt(x: Value): Value;
  tanh(x: Value): Value;
  sigmoid(x: Value): Value;
  erf(x: Value): Value;
  relu(x: Value): Value;
  /** Between `min` and `max`; default unbounded. */
  clip(x: Value, range: Partial<RangeAttributes>): Value;
  /** `g` where min < y < max, else 0; default unbounded. The gradient of relu and clip, y being what they gave. */
  gateGradient(g: Value, y: Value, range: Partial<RangeAttributes>): Value;
  /** Default slope below 0: 0.01. */
  leakyRelu(x: Value, options?: { slope?: number }): Value;
  /** Default alpha: 1. */
  elu(x: Value, options?: { alpha?: number }): Value;
  softplus(x: Value): Value;
  /** alpha x + beta between 0 and 1; default x / 6 + 1 / 2, as in MobileNetV3. */
  hardSigmoid(x: Value, options?: Partial<HardSigmoidAttributes>): Value;
  hardSwish(x: Value): Value;
  silu(x: Value): Value;
  /** Default: exact. */
  gelu(x: Value, options?: Partial<GeluAttributes>): Value;
  equal(a: Value, b: Value): Value;
  greater(a: Value, b: Value): Value;
  less(a: Value, b: Value): Value;
  not(condition: Value): Value;
  and(a: Value, b: Value): Value;
  /** Where `condition` is true `a`, else `b`; all three broadcast. */
  where(condition: Value, a: Value, b: Value): Value;
  cast(x: Value, type: ElementType): Value;
  /** One dimension may be -1: whatever is left. */
  reshape(x: Value, shape: Shape): Value;
  transpose(x: Value, permutation: readonly number[]): Value;
  expand(x: Value, shape: Shape): Value;
  /** Sums what was broadcast: from the shape of a result back to that of an operand. */
  sumTo(x: Value, shape: Shape): Value;
  /** Default: all axes, none kept. */
  reduceSum(x: Value, options?: ReduceOptions): Value;
  reduceMean(x: Value, options?: ReduceOptions): Value;
  reduceMax(x: Value, options?: ReduceOptions): Value;
  /** [..., M, K] x [..., K, N] -> [..., M, N]; leading axes broadcast. */
  matmul(a: Value, b: Value, options?: { transposeA?: boolean; transposeB?: boolean }): Value;
  /** [N, C, H, W] x [O, C/groups, KH, KW] -> [N, O, OH, OW]; a bias is [O]. Cross-correlation, as everywhere. */
  conv(x: Value, weight: Value, options?: ConvOptions & { bias?: Value | undefined }): Value;
  /** dL/dx of a convolution from g = dL/dy and its weight: [N, O, OH, OW] -> `inputShape`. By itself a transposed convolution. */
  convInputGradient(g: Value, weight: Value, options: ConvOptions & { inputShape: Shape }): Value;
  /** dL/dw of a convolution from its x and g = dL/dy: -> `weightShape`. */
  convWeightGradient(x: Value, g: Value, options: ConvOptions & { weightShape: Shape }): Value;
  /** [N, C, ...], per channel; `mean` and `variance` [C] are those of the batch, for running averages: no gradient flows through them. */
  batchNorm(x: Value, scale: Value, bias: Value, options?: Partial<EpsilonAttributes>): BatchNorm;
  batchNormGradient(values: BatchNormGradientInputs, options?: Partial<EpsilonAttributes>): BatchNormGradient;
  /** [N, C, ...] with the statistics given, as in evaluation and where a network is only partly trained. */
  frozenBatchNorm(x: Value, statistics: FrozenBatchNormInputs, options?: Partial<EpsilonAttributes>): Value;
  /** Over the last axis, whose length `scale` and `bias` have; `mean` and `inverseStd` are [..., 1]. */
  layerNorm(x: Value, scale: Value, bias: Value, options?: Partial<EpsilonAttributes>): LayerNorm;
  /** [N, C, H, W] -> [N, C, OH, OW]; `indices` are int64 positions in all of x. Pads never win. */
  maxPool(x: Value, options: MaxPoolOptions): { readonly y: Value; readonly indices: Value };
  maxPoolGradient(values: MaxPoolGradientInputs, options: MaxPoolOptions): Value;
  averagePool(x: Value, options: AveragePoolOptions): Value;
  averagePoolGradient(g: Value, options: AveragePoolOptions & { inputShape: Shape }): Value;
  /** As in NumPy: negative positions count from the end, those outside are moved inside. Default: the first axes, in steps of 1. */
  slice(x: Value, options: SliceOptions): Value;
  /** Elements before and behind each axis; default value 0. */
  pad(x: Value, options: { begin: readonly number[]; end: readonly number[]; value?: number }): Value;
  concat(values: readonly Value[], axis: number): Value;
  /** Parts of these sizes along the axis. */
  split(x: Value, options: { axis: number; sizes: readonly number[] }): Value[];
  /** Default: the last axis. */
  softmax(x: Value, axis?: number): Value;
  logSoftmax(x: Value, axis?: number): Value;
  /** int64 [...] -> float32 [..., depth]. */
  oneHot(indices: Value, depth: number): Value;
  /** [..., A, ...], int64 [I...] -> [..., I..., ...]: along the axis, default 0, the elements at the indices (0 to A - 1). */
  gather(x: Value, indices: Value, axis?: number): Value;
  /** [R, ...], int64 [M] -> [M, ...]: row indices[m] of x. */
  gatherRows(x: Value, indices: Value): Value;
  /** [M, ...], int64 [M] -> [rows, ...]: the sum of the updates of each row. */
  scatterAddRows(updates: Value, indices: Value, rows: number): Value;
}

export interface ReduceOptions {
  readonly axes?: readonly number[];
  readonly keepDims?: boolean;
}
/** Default: strides and dilations 1, no pads, one group. */
export type ConvOptions = Partial<ConvAttributes>;

export interface SliceOptions {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly axes?: readonly number[];
  readonly steps?: readonly number[];
}
/** Default: strides as large as the window, no pads, dilations 1, no overhang; pads do not count. */
export type MaxPoolOptions = Pick<MaxPoolAttributes, 'kernel'> & Partial<MaxPoolAttributes>;
export type AveragePoolOptions = Pick<AveragePoolAttributes, 'kernel'> & Partial<AveragePoolAttributes>;

export interface BatchNorm {
  readonly y: Value;
  readonly mean: Value;
  readonly variance: Value;
}
export interface BatchNormGradientInputs {
  readonly g: Value;
  readonly x: Value;
  readonly scale: Value;
  readonly mean: Value;
  readonly variance: Value;
}
/** Each [C]. */
export interface FrozenBatchNormInputs {
  readonly scale: Value;
  readonly bias: Value;
  readonly mean: Value;
  readonly variance: Value;
}
export interface BatchNormGradient {
  readonly dx: Value;
  readonly dScale: Value;
  readonly dBias: Value;
}
export interface LayerNorm {
  readonly y: Value;
  readonly mean: Value;
  readonly inverseStd: Value;
}
export interface MaxPoolGradientInputs {
  readonly g: Value;
  readonly x: Value;
  readonly y: Value;
  readonly indices: Value;
}
