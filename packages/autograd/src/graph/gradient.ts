/** @file Reverse mode: the gradient of a scalar as more values of the same graph. */
import { add } from './functions.ts';
import { operators } from './operators.ts';
import { constant, sizeOf, type Value } from './value.ts';

/** Inputs before outputs, each once. */
export function sortValues(outputs: readonly Value[]): Value[] {
  const sorted: Value[] = [];
  const seen = new Set<Value>();
  const stack = outputs.map((value) => ({ value, next: 0 })).toReversed();
  while (stack.length > 0) {
    const top = stack.at(-1) as { value: Value; next: number };
    const child = top.value.inputs[top.next];
    if (seen.has(top.value) || child === undefined) {
      stack.pop();
      if (!seen.has(top.value)) sorted.push(top.value);
      seen.add(top.value);
    } else {
      top.next += 1;
      if (!seen.has(child)) stack.push({ value: child, next: 0 });
    }
  }
  return sorted;
}

/** d `loss` / d each of `wanted`; zeros where it does not depend on one. What no wanted value feeds into emits no backward. */
export function gradientsOf(loss: Value, wanted: readonly Value[]): Value[] {
  if (sizeOf(loss.shape) !== 1) throw new Error(`a gradient needs a scalar, not [${loss.shape.join(', ')}]`);
  const sorted = sortValues([loss]);
  const needed = new Set<Value>(wanted);
  for (const value of sorted) if (value.inputs.some((input) => needed.has(input))) needed.add(value);
  const gradients = new Map<Value, Value>([
    [
      loss,
      constant(
        [1],
        loss.shape.map(() => 1),
      ),
    ],
  ]);
  for (const value of sorted.toReversed()) {
    const output = gradients.get(value);
    if (!output || value.kind !== 'operator' || !value.inputs.some((input) => needed.has(input))) continue;
    const backward = operators[value.operator as keyof typeof operators].gradient(value, output);
    for (const [i, input] of value.inputs.entries()) {
      const part = backward[i];
      if (!part || !needed.has(input)) continue;
      const before = gradients.get(input);
      gradients.set(input, before ? add(before, part) : part);
    }
  }
  return wanted.map((value) => gradients.get(value) ?? constant(new Float32Array(sizeOf(value.shape)), value.shape));
}
