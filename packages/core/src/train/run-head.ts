/** @file Feature rows through a head of ours, in this process: the head is small and was made here. */
import type { OnnxModel } from '@tintype/autograd/onnx/read-onnx';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import { floatsOf, openSession } from '@tintype/autograd/runtime/session';

const blockRows = 4096;

/** `rows`: [N, D]. Gives [N, K] each. */
export async function runHead(
  head: OnnxModel,
  { rows, dimensions, classCount }: { rows: Float32Array; dimensions: number; classCount: number },
): Promise<{ logits: Float32Array; probabilities: Float32Array }> {
  const count = rows.length / dimensions;
  const result = { logits: new Float32Array(count * classCount), probabilities: new Float32Array(count * classCount) };
  await using session = await openSession(renderOnnx(head));
  for (let start = 0; start < count; start += blockRows) {
    const data = rows.subarray(start * dimensions, (start + blockRows) * dimensions);
    const dims = [data.length / dimensions, dimensions];
    const outputs = await session.run({ features: { type: 'float32', dims, data } }, ['logits', 'probabilities']);
    result.logits.set(floatsOf(outputs, 'logits'), start * classCount);
    result.probabilities.set(floatsOf(outputs, 'probabilities'), start * classCount);
  }
  return result;
}
