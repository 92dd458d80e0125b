/** @file Matrix product, either operand read transposed, leading axes broadcast. */
import type { EmitContext, GradientContext, Operator, OperatorAttributes } from '../operator.ts';
import { broadcastShapes, broadcastStrides, type Shape, ShapeError, sizeOf } from '../shape.ts';
import type { TensorType, Value } from '../value.ts';
import { forEachOffset } from './elementwise.ts';

type Attributes = OperatorAttributes['matmul'];

/** The sizes of [..., M, K] x [..., K, N] behind the transposition flags. */
function measure(a: Shape, b: Shape, { transposeA, transposeB }: Attributes) {
  if (a.length < 2 || b.length < 2) throw new ShapeError(`matmul of [${a}] and [${b}]: both need two axes`);
  const [m, k] = (transposeA ? a.slice(-2).toReversed() : a.slice(-2)) as [number, number];
  const [kb, n] = (transposeB ? b.slice(-2).toReversed() : b.slice(-2)) as [number, number];
  if (k !== kb) throw new ShapeError(`matmul of [${a}] and [${b}]: ${k} is not ${kb}`);
  return { m, k, n, batch: broadcastShapes(a.slice(0, -2), b.slice(0, -2)) };
}

/** With Y = A B: dL/dA = G Bᵀ and dL/dB = Aᵀ G; a transposed operand gets the transpose of that. */
function gradient({
  inputs,
  gradients,
  isNeeded,
  attributes,
  ops,
}: GradientContext<Attributes>): (Value | undefined)[] {
  const [a, b] = inputs as [Value, Value];
  const g = gradients[0] as Value;
  const { transposeA, transposeB } = attributes;
  const ofA = (): Value =>
    transposeA
      ? ops.matmul(b, g, { transposeA: transposeB, transposeB: true })
      : ops.matmul(g, b, { transposeB: !transposeB });
  const ofB = (): Value =>
    transposeB
      ? ops.matmul(g, a, { transposeA: true, transposeB: transposeA })
      : ops.matmul(a, g, { transposeA: !transposeA });
  return [isNeeded[0] ? ops.sumTo(ofA(), a.shape) : undefined, isNeeded[1] ? ops.sumTo(ofB(), b.shape) : undefined];
}

function emit({
  inputs,
  outputs,
  inputTypes,
  attributes: { transposeA, transposeB },
  writer,
}: EmitContext<Attributes>) {
  const flags = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 };
  if (!transposeA && !transposeB) writer.node('MatMul', inputs, outputs);
  else if (inputTypes.every(({ shape }) => shape.length === 2)) writer.node('Gemm', inputs, outputs, flags);
  else {
    const plain = inputs.map((name, operand) => {
      if (!(operand === 0 ? transposeA : transposeB)) return name;
      const rank = (inputTypes[operand] as TensorType).shape.length;
      const swapped = writer.temporary();
      const permutation = [...Array(rank - 2).keys(), rank - 1, rank - 2];
      writer.node('Transpose', [name], [swapped], { perm: permutation });
      return swapped;
    });
    // ONNX Runtime fuses Transpose and MatMul into one FusedMatMul by itself.
    writer.node('MatMul', plain, outputs);
  }
}

export const matmul: Operator<Attributes> = {
  inferShape: ([a, b], attributes) => {
    const { m, n, batch } = measure((a as TensorType).shape, (b as TensorType).shape, attributes);
    return [{ type: 'float32', shape: [...batch, m, n] }];
  },
  reference: ({ inputs: [a, b], attributes }) => {
    if (!a || !b) return [];
    const { m, k, n, batch } = measure(a.shape, b.shape, attributes);
    const result = new Float64Array(sizeOf(batch) * m * n);
    const strides = [a, b].map(({ shape }) =>
      broadcastStrides(shape.slice(0, -2), batch).map((s) => s * sizeOf(shape.slice(-2))),
    );
    const [rowA, stepA] = attributes.transposeA ? [1, m] : [k, 1];
    const [stepB, columnB] = attributes.transposeB ? [1, k] : [n, 1];
    forEachOffset(batch, strides, (index, [offsetA = 0, offsetB = 0]) => {
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let l = 0; l < k; l++)
            sum +=
              (a.data[offsetA + i * rowA + l * stepA] as number) *
              (b.data[offsetB + l * stepB + j * columnB] as number);
          result[(index * m + i) * n + j] = sum;
        }
    });
    return [result];
  },
  gradient,
  onnx: emit,
};
