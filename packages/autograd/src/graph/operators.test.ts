/** @file The table drives its own tests: every operator's gradient and ONNX form against the float64 reference. */
import { describe, expect, test } from 'vitest';
import { renderOnnx } from '../onnx/write-onnx.ts';
import { openSession, type Tensor } from '../runtime/session.ts';
import { largestDifference, seeded } from '../testing.ts';
import { emitOnnx } from './emit.ts';
import { evaluate } from './evaluate.ts';
import { computeGradients } from './gradient.ts';
import type { OperatorName } from './operator.ts';
import { drawValues, type OperatorCase, operatorCases, typeOf } from './operators.cases.ts';
import { operators } from './operators.ts';
import { ops } from './ops.ts';
import { constant, input, listNodes, scalar, type Value } from './value.ts';

/** Central differences of float64: truncation and rounding together stay below this. */
const gradientTolerance = 1e-7;
/** ONNX Runtime computes in float32 (2^-24), sums of a dozen terms. */
const runtimeTolerance = 2e-6;

const cases = Object.entries(operatorCases).flatMap(([operator, list]) =>
  list.map((entry) => ({ operator: operator as OperatorName, ...entry })),
);
const isDifferentiable = ({ operator }: { operator: OperatorName }): boolean =>
  typeof operators[operator].gradient === 'function';
const differentiable = cases.filter(isDifferentiable);

function prepare({ inputs, build, silent = 0 }: OperatorCase) {
  const uniform = seeded(7);
  const names = inputs.map((_, i) => `x${i}`);
  const feeds = Object.fromEntries(inputs.map(({ shape, draw }, i) => [`x${i}`, drawValues(shape, draw, uniform)]));
  const values = inputs.map(({ shape, draw }, i) => input(`x${i}`, shape, typeOf(draw)));
  const outputs = [build(values)].flat();
  return { names, feeds, values, outputs, audible: outputs.slice(0, outputs.length - silent), uniform };
}

/** A scalar that weighs every element of the outputs differently. */
function weigh(outputs: readonly Value[], uniform: () => number): Value {
  return outputs
    .map((output) => {
      const weights = constant(Float32Array.from(drawValues(output.shape, 'any', uniform)), output.shape);
      return ops.reduceSum(ops.mul(output, weights));
    })
    .reduce((sum, term) => ops.add(sum, term));
}

/** Truth values as numbers, which sessions give back. */
const shown = (value: Value): Value => (value.type === 'bool' ? ops.where(value, scalar(1), scalar(0)) : value);

async function runOnnx(outputs: Record<string, Value>, values: readonly Value[], feeds: Record<string, Float64Array>) {
  await using session = await openSession(renderOnnx(emitOnnx(outputs)));
  const used = values.filter(({ origin }) => origin.kind === 'input' && session.inputNames.includes(origin.name));
  const tensors = used.map(({ origin, shape: dims, type }): [string, Tensor] => {
    const name = origin.kind === 'input' ? origin.name : '';
    const data = feeds[name] as Float64Array;
    return type === 'int64'
      ? [name, { type, dims, data: BigInt64Array.from(data, BigInt) }]
      : [name, { type: 'float32', dims, data: Float32Array.from(data) }];
  });
  return await session.run(Object.fromEntries(tensors));
}

describe('the gradient equals central differences of the reference', () => {
  test.each(differentiable)('$operator: $name', (entry) => {
    const { feeds, values, audible, uniform } = prepare(entry);
    const loss = weigh(audible, uniform);
    const variables = values.filter(({ type }) => type === 'float32');

    const gradients = evaluate(computeGradients(loss, variables), feeds);

    const lossAt = (name: string, i: number, shift: number): number => {
      const moved = Float64Array.from(feeds[name] as Float64Array);
      moved[i] = (moved[i] as number) + shift;
      return evaluate([loss], { ...feeds, [name]: moved })[0]?.[0] as number;
    };
    const step = 1e-5;
    for (const [v, { origin }] of variables.entries()) {
      const name = origin.kind === 'input' ? origin.name : '';
      const differences = (feeds[name] as Float64Array).map(
        (_, i) => (lossAt(name, i, step) - lossAt(name, i, -step)) / (2 * step),
      );
      expect(largestDifference(gradients[v] as Float64Array, differences)).toBeLessThan(gradientTolerance);
    }
  });
});

describe('ONNX Runtime computes what the reference does, gradient included', () => {
  test.each(cases)('$operator: $name', async (entry) => {
    const { feeds, values, outputs, audible, uniform } = prepare(entry);
    const variables = values.filter(({ type }) => type === 'float32');
    const gradients = isDifferentiable(entry) ? computeGradients(weigh(audible, uniform), variables) : [];
    const named = [...outputs.map(shown), ...gradients].map((value, i): [string, Value] => [`y${i}`, value]);

    const results = await runOnnx(Object.fromEntries(named), values, feeds);

    const expected = evaluate(
      named.map(([, value]) => value),
      feeds,
    );
    for (const [i, [name, { shape }]] of named.entries()) {
      expect(results[name]?.dims).toEqual(shape);
      expect(largestDifference(results[name]?.data, expected[i] as Float64Array)).toBeLessThan(runtimeTolerance);
    }
  });
});

test('every operator appears in a graph of its cases', () => {
  for (const { operator, ...entry } of cases) {
    const used = listNodes(prepare(entry).outputs).map((node) => node.operator);
    expect(used).toContain(operator);
  }
});
