/** @file The table of rules drives its own tests: an imported operator computes what ONNX Runtime does, and has the reference's gradient. */
import { describe, expect, test } from 'vitest';
import { compareGradients } from '../../graph/compare-gradients.ts';
import { evaluate } from '../../graph/evaluate.ts';
import { ops } from '../../graph/ops.ts';
import { constant } from '../../graph/value.ts';
import { floatsOf, openSession } from '../../runtime/session.ts';
import { draw, largestDifference } from '../../testing.ts';
import { integers, onnxModel, onnxNode, onnxValue } from '../build-onnx.ts';
import type { OnnxModel } from '../read-onnx.ts';
import { renderOnnx } from '../write-onnx.ts';
import { pictureShape, type RuleCase } from './case-builders.ts';
import { importOnnx } from './import-onnx.ts';
import { ruleCases } from './rules.cases.ts';
import { importRules } from './rules.ts';

const cases = Object.entries(ruleCases).flatMap(([opType, list]) => list.map((entry) => ({ opType, ...entry })));

/** The case with its result as rows: [2, D]. */
function modelOf({ nodes, stored = [], opset = 18 }: RuleCase): OnnxModel {
  return onnxModel({
    name: 'case',
    opset,
    inputs: [onnxValue('x', 'float32', pictureShape)],
    outputs: [onnxValue('rows', 'float32', [2, 'D'])],
    initializers: [...stored, integers('to rows', [2, -1])],
    nodes: [...nodes, onnxNode('Reshape', ['y', 'to rows'], ['rows'])],
  });
}

const pixels = draw(2 * 3 * 4 * 6, 3);
const size = { batch: 2, heightPx: 4, widthPx: 6 };

test('every rule has a case', () => {
  expect(Object.keys(importRules).filter((opType) => !(opType in ruleCases))).toEqual([]);
});

describe('an imported operator', () => {
  test.each(cases)('$opType: $name', async (entry) => {
    const model = modelOf(entry);

    const network = await importOnnx(model, size);

    await using session = await openSession(renderOnnx(model));
    const original = await session.run({ x: { type: 'float32', dims: pictureShape, data: pixels } });
    const feeds = {
      pixels,
      ...Object.fromEntries(network.parameters.map(({ name, initialize }) => [`parameters/${name}`, initialize()])),
      ...Object.fromEntries(network.buffers.map(({ name, initial }) => [`buffers/${name}`, initial])),
    };
    expect(network.frozen).toBeUndefined();
    expect(network.parameters.map(({ name }) => name)).toEqual(entry.learned ?? []);
    const [features] = evaluate([network.features], feeds) as [Float64Array];
    expect(largestDifference(floatsOf(original, 'rows'), features)).toBeLessThan(1e-5);
    const weights = constant(draw(features.length, 5), network.features.shape);
    const comparison = await compareGradients({
      loss: ops.reduceSum(ops.mul(network.features, weights)),
      variables: [network.input, ...network.parameters.map(({ value }) => value)],
      feeds,
    });
    expect(comparison.worst.error).toBeLessThan(1e-5);
  });
});
