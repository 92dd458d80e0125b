/** @file Products of matrices on the CPU, where the first operand is read transposed. */
import { sizeOf } from '../graph/shape.ts';
import type { Node, Value } from '../graph/value.ts';
import type { Forms } from './forms.ts';

/** Above this many elements turning the operand costs what it saves. */
const largest = 2 ** 21;

/**
 * aᵀ b, as the gradient of every linear layer's weight is: the operand is turned by itself, a quarter faster than Gemm with transA. The
 * turn is hidden between reshapes, since ONNX Runtime would fuse it into the product again.
 */
export function writeTurnedProduct(forms: Forms, { inputs, outputs, attributes }: Node<'matmul'>): boolean {
  const [a, b] = inputs as [Value, Value];
  const { transposeA, transposeB } = attributes;
  if (!transposeA || a.shape.length !== 2 || b.shape.length !== 2 || sizeOf(a.shape) > largest) return false;
  const { pen } = forms;
  const [rows, columns] = a.shape as readonly [number, number];
  const turned = pen.transpose(pen.reshape(forms.plain(a), [1, rows, columns]), [0, 2, 1]);
  pen.writer.node('Gemm', [pen.reshape(turned, [columns, rows]), forms.plain(b)], [forms.plain(outputs[0] as Value)], {
    transB: transposeB ? 1 : 0,
  });
  return true;
}
