/** @file Runs a graph in float64 by the operators' references. */
import { operators } from './operators.ts';
import type { Value } from './value.ts';

/** `feeds` by input name, row-major. Throws where an input is not fed. */
export function evaluateReference(
  outputs: readonly Value[],
  feeds: Readonly<Record<string, Float64Array>>,
): Float64Array[] {
  const known = new Map<Value, Float64Array>();
  const dataOf = (value: Value): Float64Array => {
    const found = known.get(value);
    if (found) return found;
    const data = computeOf(value);
    known.set(value, data);
    return data;
  };
  const computeOf = (value: Value): Float64Array => {
    if (value.kind === 'constant') return Float64Array.from(value.data ?? []);
    if (value.kind === 'input') {
      const fed = feeds[value.name ?? ''];
      if (!fed) throw new Error(`the input "${value.name}" was not fed`);
      return fed;
    }
    const inputs = value.inputs.map((input) => ({ shape: input.shape, data: dataOf(input) }));
    return operators[value.operator as keyof typeof operators].reference(inputs, value);
  };
  return outputs.map(dataOf);
}
