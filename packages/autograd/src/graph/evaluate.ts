/** @file A graph computed plainly in float64: slow, and the truth that runtimes are compared with. */
import type { ReferenceTensor } from './operator.ts';
import { recordOf } from './operators.ts';
import { listNodes, type Value } from './value.ts';

/** The values of `outputs` where the inputs have the values of `feeds`, by name. */
export function evaluate(
  outputs: readonly Value[],
  feeds: Readonly<Record<string, ArrayLike<number>>> = {},
): Float64Array[] {
  const known = new Map<Value, ReferenceTensor>();
  const valueOf = (value: Value): ReferenceTensor => {
    const { origin, shape } = value;
    const found = known.get(value);
    if (found) return found;
    if (origin.kind === 'constant') return { shape, data: toFloat64(origin.data) };
    const fed = origin.kind === 'input' ? feeds[origin.name] : undefined;
    if (!fed)
      throw new Error(origin.kind === 'input' ? `nothing is fed to "${origin.name}"` : 'a value was not computed');
    return { shape, data: toFloat64(fed) };
  };
  for (const node of listNodes(outputs)) {
    const results = recordOf(node.operator).reference({
      inputs: node.inputs.map(valueOf),
      outputs: node.outputs,
      attributes: node.attributes,
    });
    for (const [i, output] of node.outputs.entries()) {
      known.set(output, { shape: output.shape, data: results[i] as Float64Array });
    }
  }
  return outputs.map((output) => valueOf(output).data);
}

/** Indexed: iterators take seconds where there are millions of numbers. */
function toFloat64(numbers: ArrayLike<number | bigint>): Float64Array {
  const result = new Float64Array(numbers.length);
  for (let i = 0; i < result.length; i++) result[i] = Number(numbers[i]);
  return result;
}
