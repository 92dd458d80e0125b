/** @file Writes nodes whose one output gets a fresh name, so that small graphs read like formulas. */
import type { OnnxWriter } from '../graph/operator.ts';
import { type Shape, sizeOf } from '../graph/shape.ts';
import type { AttributeValue } from '../onnx/build-onnx.ts';
import { blockedDomain } from './lowering.ts';

type Attributes = Readonly<Record<string, AttributeValue>>;

/** Names of tensors in, the name of the result out. An absent optional input is `''`. */
export interface Pen {
  readonly writer: OnnxWriter;
  call(opType: string, inputs: readonly string[], attributes?: Attributes): string;
  /** An operator of the blocked domain. */
  blocked(opType: string, inputs: readonly string[], attributes?: Attributes): string;
  reshape(x: string, shape: Shape): string;
  transpose(x: string, perm: readonly number[]): string;
  /** Zeros around, or with negative numbers a cut. */
  pad(x: string, begin: readonly number[], end: readonly number[]): string;
  slice(x: string, ranges: { axes: readonly number[]; starts: readonly number[]; ends: readonly number[] }): string;
  /** Every step-th element of the axes from the given ones backwards. */
  reverse(x: string, options: { axes: readonly number[]; from: readonly number[]; steps: readonly number[] }): string;
  concat(parts: readonly string[], axis: number): string;
  number(value: number): string;
  /** `size` times the same number. */
  fill(value: number, shape: Shape): string;
}

/** Before the first element. */
const beforeAll = -(2 ** 31);

export function penOf(writer: OnnxWriter): Pen {
  const write = (opType: string, inputs: readonly string[], attributes: Attributes = {}, domain = ''): string => {
    const output = writer.temporary();
    writer.node(opType, inputs, [output], attributes, domain);
    return output;
  };
  const isNothing = (sizes: readonly number[]): boolean => sizes.every((size) => size === 0);
  return {
    writer,
    call: write,
    blocked: (opType, inputs, attributes) => write(opType, inputs, attributes, blockedDomain),
    reshape: (x, shape) => write('Reshape', [x, writer.integers(shape)]),
    transpose: (x, perm) => write('Transpose', [x], { perm }),
    pad: (x, begin, end) =>
      isNothing(begin) && isNothing(end) ? x : write('Pad', [x, writer.integers([...begin, ...end])]),
    slice: (x, { axes, starts, ends }) =>
      write('Slice', [x, ...[starts, ends, axes].map((list) => writer.integers(list))]),
    reverse: (x, { axes, from, steps }) =>
      write('Slice', [
        x,
        ...[from, from.map(() => beforeAll), axes, steps.map((step) => -step)].map((list) => writer.integers(list)),
      ]),
    concat: (parts, axis) => (parts.length === 1 ? (parts[0] as string) : write('Concat', parts, { axis })),
    number: (value) => writer.floats([value], []),
    fill: (value, shape) =>
      writer.floats(
        Array.from({ length: sizeOf(shape) }, () => value),
        shape,
      ),
  };
}
