/** @file A small network learns; what it has learned can be taken out, put back and goes on as if nothing had happened. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ops } from '../graph/ops.ts';
import { dropout, linear } from '../nn/layers.ts';
import { buildNetwork, type Network, trainingMode } from '../nn/network.ts';
import { adamw } from '../optimize/adamw.ts';
import { sgd } from '../optimize/sgd.ts';
import { draw, seeded } from '../testing.ts';
import type { StepSpec } from './build-step.ts';
import type { State } from './state.ts';
import { openTrainStep, type TrainBatch, type TrainStep } from './train-step.ts';

const batch = 8;
const classes = 3;
const settings = { learningRate: 0.05, maskSeed: 1 };

function aPerceptron({ rate = 0 }: { rate?: number } = {}): Network {
  return buildNetwork([batch, 3, 2, 2], trainingMode, (scope, pixels) => {
    const x = ops.reshape(pixels, [batch, 12]);
    const hidden = ops.tanh(linear(scope.at('hidden'), x, { out: 16 }));
    const features = dropout(scope.at('drop'), hidden, { rate });
    return { features, logits: linear(scope.at('head').atDepth(1), features, { out: classes }) };
  });
}

function aBatch(seed: number): TrainBatch {
  const uniform = seeded(seed);
  const targets = new Float32Array(batch * classes);
  for (let n = 0; n < batch; n++) targets[n * classes + Math.floor(uniform() * classes)] = 1;
  return { x: draw(batch * 12, seed), targets };
}

const specOf = (spec: Partial<StepSpec> = {}): StepSpec => ({ network: aPerceptron(), optimizer: adamw(), ...spec });

async function runSteps(step: TrainStep, count: number, first = 0): Promise<number[]> {
  const losses: number[] = [];
  for (let i = first; i < first + count; i++)
    losses.push((await step.run(aBatch(i % 3), { ...settings, maskSeed: i })).loss);
  return losses;
}

const hashOf = (state: State): string => {
  const hash = createHash('sha256');
  for (const [name, { data }] of state)
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex');
};

test.each([
  ['adamw', adamw()],
  ['sgd', sgd()],
  ['sgd with nesterov', sgd({ nesterov: true })],
  ['sgd without momentum', sgd({ momentum: 0 })],
])('a perceptron overfits one batch with %s', async (_, optimizer) => {
  await using step = await openTrainStep(specOf({ optimizer }));
  const learningRate = optimizer.name === 'sgd' ? 0.3 : 0.05;

  let last = await step.run(aBatch(1), { ...settings, learningRate });
  const first = last;
  for (let i = 0; i < 600 && last.loss > 0.01; i++) last = await step.run(aBatch(1), { ...settings, learningRate });

  expect(first.loss).toBeGreaterThan(0.5);
  expect(last.loss).toBeLessThan(0.01);
  expect(last.correct).toBe(batch);
});

const variants: [string, () => Partial<StepSpec>][] = [
  ['adamw', () => ({ weightDecay: 0.1 })],
  ['sgd', () => ({ optimizer: sgd() })],
  ['clipping, smoothing and an average', () => ({ clipNorm: 0.5, labelSmoothing: 0.1, ema: { decay: 0.9 } })],
  ['dropout', () => ({ network: aPerceptron({ rate: 0.5 }) })],
  ['accumulation', () => ({ accumulate: 2, clipNorm: 1 })],
  ['a frozen layer', () => ({ isTrainable: ({ depth }) => depth > 0 })],
];

describe('what stays on the device', () => {
  test.each(variants.filter(([name]) => name !== 'accumulation'))(
    'goes the way of what is written in place, there and back: %s',
    async (_, vary) => {
      await using inPlace = await openTrainStep(specOf(vary()), { seed: 4 });
      const expected = await runSteps(inPlace, 5);

      await using kept = await openTrainStep(specOf(vary()), { seed: 4, isStateKept: true });
      const losses = await runSteps(kept, 2);
      await using other = await openTrainStep(specOf(vary()), { seed: 5, isStateKept: true });
      await runSteps(other, 1);
      await other.write(await kept.read());
      losses.push(...(await runSteps(other, 3, 2)));

      expect(losses).toEqual(expected);
      expect(hashOf(await other.view())).toBe(hashOf(await inPlace.view()));
    },
  );

  test('is not what was there before a state was written', async () => {
    await using step = await openTrainStep(specOf({}), { seed: 4, isStateKept: true });
    const before = hashOf(await step.read());
    const start = await step.read();
    await runSteps(step, 2);
    expect(hashOf(await step.read())).not.toBe(before);

    await step.write(start);

    expect(hashOf(await step.read())).toBe(before);
  });
});

describe('a run that is resumed from its state equals one that was not interrupted, bit for bit', () => {
  test.each(variants)('%s', async (_, vary) => {
    await using straight = await openTrainStep(specOf(vary()), { seed: 4 });
    const expected = await runSteps(straight, 7);

    await using before = await openTrainStep(specOf(vary()), { seed: 4 });
    const losses = await runSteps(before, 3);
    await using after = await openTrainStep(specOf(vary()), { seed: 5 });
    await after.write(await before.read());
    losses.push(...(await runSteps(after, 4, 3)));

    expect(losses).toEqual(expected);
    expect(hashOf(await after.read())).toBe(hashOf(await straight.read()));
  });
});
