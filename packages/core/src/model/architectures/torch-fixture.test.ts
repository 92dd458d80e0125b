/** @file Whole networks against torch in float64 (benchmarks/peers/network_fixtures.py): the same names, logits, gradients, statistics. */
import { readFileSync } from 'node:fs';
import { evaluate } from '@tintype/autograd/graph/evaluate';
import { computeGradients } from '@tintype/autograd/graph/gradient';
import { sizeOf } from '@tintype/autograd/graph/shape';
import type { Network } from '@tintype/autograd/nn/network';
import { trainingMode } from '@tintype/autograd/nn/network';
import { sgd } from '@tintype/autograd/optimize/sgd';
import { buildStep } from '@tintype/autograd/step/build-step';
import { openTrainStep } from '@tintype/autograd/step/train-step';
import { describe, expect, test } from 'vitest';
import { buildResnet } from './resnet.ts';
import { buildVit } from './vit.ts';

interface Expected {
  readonly loss: number;
  readonly logits: readonly number[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  readonly buffers: Readonly<Record<string, readonly number[]>>;
}

const fixture = JSON.parse(readFileSync(new URL('networks.fixture.json', import.meta.url), 'utf8')) as Record<
  'resnet' | 'vit',
  Expected
>;

const options = { batch: 3, classes: 4, mode: trainingMode };
const networks: [keyof typeof fixture, Network][] = [
  ['resnet', buildResnet({ sizePx: 8, widths: [4, 6], blocks: [1, 1] }, options)],
  ['vit', buildVit({ sizePx: 8, patchPx: 4, width: 8, depth: 1, heads: 2 }, options)],
];

/** The formula of the fixture. */
const wave = (count: number, phase: number, scale = 1, shift = 0): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => shift + scale * Math.sin(phase + 0.7 * i + 0.05 * i * i));

function targetsOf(rows: number, classes: number): Float64Array {
  const powers = wave(rows * classes, 2).map(Math.exp);
  return powers.map((power, i) => {
    const start = i - (i % classes);
    return power / powers.subarray(start, start + classes).reduce((sum, x) => sum + x);
  });
}

const valuesOf = ({ parameters }: Network): [string, Float64Array][] =>
  parameters.map(({ name, value: { shape } }) => {
    const isScale = shape.length === 1 && name.endsWith('weight');
    return [`parameters/${name}`, wave(sizeOf(shape), name.length, 0.4, isScale ? 1 : 0)];
  });

const feedsOf = (network: Network): Record<string, Float64Array> => ({
  pixels: wave(3 * 3 * 64, 1),
  targets: targetsOf(3, 4),
  ...Object.fromEntries(valuesOf(network)),
  ...Object.fromEntries(network.buffers.map(({ name, initial }) => [`buffers/${name}`, Float64Array.from(initial)])),
});

/** Largest difference as a share of the largest number. */
function shareOff(actual: ArrayLike<number>, expected: readonly number[]): number {
  const largest = Math.max(...expected.map(Math.abs), 1e-6);
  return Math.max(...expected.map((x, i) => Math.abs((actual[i] ?? Number.NaN) - x))) / largest;
}

describe.each(networks)('%s', (name, network) => {
  const expected = fixture[name];

  test('has the parameters and buffers of torch', () => {
    expect(network.parameters.map((parameter) => parameter.name).sort()).toEqual(
      Object.keys(expected.gradients).sort(),
    );
    expect(network.buffers.map((buffer) => buffer.name)).toEqual(Object.keys(expected.buffers));
  });

  test('has its loss, logits, gradients and running statistics in float64', () => {
    const loss = buildStep({ network, optimizer: sgd(), labelSmoothing: 0.125 }).step.results['loss'];
    if (!loss) throw new Error('a step has a loss');
    const gradients = computeGradients(
      loss,
      network.parameters.map(({ value }) => value),
    );

    const [lossNow, logits, ...rest] = evaluate(
      [loss, network.logits, ...gradients, ...network.buffers.map(({ next }) => next)],
      feedsOf(network),
    ) as [Float64Array, Float64Array, ...Float64Array[]];

    expect(lossNow[0]).toBeCloseTo(expected.loss, 9);
    expect(shareOff(logits, expected.logits)).toBeLessThan(1e-8);
    const off = [...network.parameters, ...network.buffers].map((declared, i) => ({
      name: declared.name,
      off: shareOff(
        rest[i] as Float64Array,
        (expected.gradients[declared.name] ?? expected.buffers[declared.name]) as readonly number[],
      ),
    }));
    expect(off.filter((tensor) => !(tensor.off < 1e-6))).toEqual([]);
  });

  test('goes by its gradients in ONNX Runtime: a step of 1 is the gradient', async () => {
    await using step = await openTrainStep({ network, optimizer: sgd({ momentum: 0 }), labelSmoothing: 0.125 });
    const { pixels, targets } = feedsOf(network) as Record<'pixels' | 'targets', Float64Array>;
    const own = await step.view();
    await step.write(
      new Map(
        valuesOf(network).map(([key, values]) => [
          key,
          { shape: own.get(key)?.shape ?? [], data: Float32Array.from(values) },
        ]),
      ),
    );
    const before = await step.read();

    const { loss } = await step.run(
      { x: Float32Array.from(pixels), targets: Float32Array.from(targets) },
      { learningRate: 1, maskSeed: 0 },
    );

    expect(loss).toBeCloseTo(expected.loss, 5);
    const largest = Math.max(...Object.values(expected.gradients).flat().map(Math.abs));
    const after = await step.view();
    for (const [parameter, truth] of Object.entries(expected.gradients)) {
      const [old, now] = [before, after].map((state) => state.get(`parameters/${parameter}`)?.data ?? []);
      const moved = truth.map((_, i) => (old?.[i] ?? Number.NaN) - (now?.[i] ?? Number.NaN));
      const error = Math.max(...truth.map((g, i) => Math.abs((moved[i] as number) - g)));
      expect(error / largest).toBeLessThan(1e-5);
    }
  });
});
