/** @file Whole networks: their gradients in ONNX Runtime against the float64 reference. */
import { expect, test } from 'vitest';
import { draw } from '../testing.ts';
import { compareGradients, type GradientComparison } from './compare-gradients.ts';
import { softmaxCrossEntropy } from './losses.ts';
import { ops } from './ops.ts';
import { type Shape, sizeOf } from './shape.ts';
import { constant, input, type Value } from './value.ts';

/** Declares parameters and draws their values. */
class Sketch {
  readonly feeds: Record<string, Float32Array> = {};
  readonly variables: Value[] = [];

  feed(name: string, shape: Shape, scale = 1, shift = 0): Value {
    this.feeds[name] = draw(sizeOf(shape), Object.keys(this.feeds).length + 1).map((x) => shift + scale * x);
    return input(name, shape);
  }

  parameter(name: string, shape: Shape, scale = 1, shift = 0): Value {
    const value = this.feed(name, shape, scale, shift);
    this.variables.push(value);
    return value;
  }

  async compare(logits: Value): Promise<GradientComparison> {
    const loss = ops.reduceMean(softmaxCrossEntropy(logits, this.feed('targets', logits.shape, 0.1, 0.2)));
    return compareGradients({ loss, variables: this.variables, feeds: this.feeds });
  }
}

test('a small residual network', async () => {
  const sketch = new Sketch();
  const block = (name: string, x: Value, filters: number, stride: 1 | 2): Value => {
    const weight = sketch.parameter(`${name}.conv`, [filters, x.shape[1] as number, 3, 3], 0.3);
    const bias = sketch.parameter(`${name}.bias`, [filters]);
    const y = ops.conv(x, weight, { bias, strides: [stride, stride], pads: [1, 1, 1, 1] });
    return ops.batchNorm(
      y,
      sketch.parameter(`${name}.scale`, [filters], 0.3, 1),
      sketch.parameter(`${name}.shift`, [filters]),
    ).y;
  };
  const x = sketch.feed('x', [4, 3, 12, 12]);
  const stem = ops.maxPool(ops.relu(block('stem', x, 8, 1)), { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }).y;
  const body = ops.relu(ops.add(stem, block('second', ops.relu(block('first', stem, 8, 1)), 8, 1)));
  const features = ops.reduceMean(ops.relu(block('last', body, 12, 2)), { axes: [2, 3] });
  const logits = ops.add(ops.matmul(features, sketch.parameter('head', [12, 5])), sketch.parameter('head.bias', [5]));

  const comparison = await sketch.compare(logits);

  expect(comparison.lossError).toBeLessThan(1e-6);
  expect(comparison.worst.error).toBeLessThan(2e-5);
  expect(comparison.globalError).toBeLessThan(1e-5);
  expect(comparison.vanishing).toEqual(['stem.bias', 'first.bias', 'second.bias', 'last.bias']);
});

test('a small mobile network with squeeze and excitation', async () => {
  const sketch = new Sketch();
  const norm = (name: string, x: Value): Value => {
    const channels = [x.shape[1] as number];
    return ops.batchNorm(
      x,
      sketch.parameter(`${name}.scale`, channels, 0.3, 1),
      sketch.parameter(`${name}.shift`, channels),
    ).y;
  };
  const x = sketch.feed('x', [3, 4, 9, 9]);
  const wide = ops.hardSwish(norm('expand', ops.conv(x, sketch.parameter('expand', [12, 4, 1, 1]))));
  const depthwise = sketch.parameter('depthwise', [12, 1, 5, 5], 0.4);
  const spread = ops.hardSwish(
    norm('depthwise', ops.conv(wide, depthwise, { groups: 12, strides: [2, 2], pads: [2, 2, 2, 2] })),
  );
  const squeezed = ops.reduceMean(spread, { axes: [2, 3], keepDims: true });
  const gate = ops.hardSigmoid(
    ops.conv(
      ops.relu(ops.conv(squeezed, sketch.parameter('squeeze', [4, 12, 1, 1]))),
      sketch.parameter('excite', [12, 4, 1, 1]),
    ),
  );
  const narrow = norm('project', ops.conv(ops.mul(spread, gate), sketch.parameter('project', [6, 12, 1, 1])));

  const comparison = await sketch.compare(ops.reduceMean(ops.clip(narrow, { min: 0, max: 1 }), { axes: [2, 3] }));

  expect(comparison.worst.error).toBeLessThan(2e-5);
  expect(comparison.globalError).toBeLessThan(1e-5);
});

test('a small vision transformer', async () => {
  const sketch = new Sketch();
  const [batch, tokens, width, headCount] = [2, 5, 12, 3];
  const linear = (name: string, value: Value, columns: number): Value =>
    ops.add(
      ops.matmul(value, sketch.parameter(`${name}.weight`, [value.shape.at(-1) as number, columns], 0.4)),
      sketch.parameter(`${name}.bias`, [columns]),
    );
  const norm = (name: string, value: Value): Value =>
    ops.layerNorm(value, sketch.parameter(`${name}.scale`, [width], 0.3, 1), sketch.parameter(`${name}.shift`, [width]))
      .y;
  const heads = (value: Value): Value =>
    ops.transpose(ops.reshape(value, [batch, tokens, headCount, width / headCount]), [0, 2, 1, 3]);
  const patches = ops.conv(sketch.feed('x', [batch, 3, 4, 4]), sketch.parameter('patches', [width, 3, 2, 2]), {
    strides: [2, 2],
  });
  const words = ops.transpose(ops.reshape(patches, [batch, width, 4]), [0, 2, 1]);
  const first = ops.expand(sketch.parameter('class', [1, 1, width]), [batch, 1, width]);
  const x = ops.add(ops.concat([first, words], 1), sketch.parameter('position', [1, tokens, width]));
  const [q, k, v] = ops.split(linear('qkv', norm('norm1', x), 3 * width), {
    axis: 2,
    sizes: [width, width, width],
  }) as [Value, Value, Value];
  const scores = ops.matmul(heads(q), heads(k), { transposeB: true });
  const mixed = ops.transpose(ops.matmul(ops.softmax(scores), heads(v)), [0, 2, 1, 3]);
  const attended = ops.add(x, linear('out', ops.reshape(mixed, [batch, tokens, width]), width));
  const y = ops.add(attended, linear('down', ops.gelu(linear('up', norm('norm2', attended), 20)), width));
  const token = ops.gather(norm('norm', y), constant(BigInt64Array.of(0n), []), 1);

  const comparison = await sketch.compare(linear('head', token, 4));

  expect(comparison.worst.error).toBeLessThan(1e-5);
  expect(comparison.globalError).toBeLessThan(5e-6);
});
