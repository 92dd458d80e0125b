/** @file What each option of a step does, on a small network. */
import { describe, expect, test } from 'vitest';
import { ops } from '../graph/ops.ts';
import { listNodes } from '../graph/value.ts';
import { linear } from '../nn/layers.ts';
import { buildNetwork, type Network, trainingMode } from '../nn/network.ts';
import { adamw } from '../optimize/adamw.ts';
import { sgd } from '../optimize/sgd.ts';
import { listProviders, ProviderError, providers } from '../runtime/providers.ts';
import { largestDifference } from '../testing.ts';
import { buildStep, type StepSpec } from './build-step.ts';
import { computeMemoryPlan, renderMemoryPlan } from './memory-plan.ts';
import type { State } from './state.ts';
import { aBatch, aNetwork } from './testing.ts';
import { openTrainStep, type TrainBatch } from './train-step.ts';

const settings = { learningRate: 0.1, maskSeed: 0 };

function aPerceptron(batch: number): Network {
  return buildNetwork([batch, 3, 2, 2], trainingMode, (scope, pixels) => {
    const features = ops.tanh(linear(scope.at('hidden'), ops.reshape(pixels, [batch, 12]), { out: 16 }));
    return { features, logits: linear(scope.at('head').atDepth(1), features, { out: 3 }) };
  });
}

async function stateAfter(spec: StepSpec, batches: readonly TrainBatch[]): Promise<{ before: State; after: State }> {
  await using step = await openTrainStep(spec);
  const before = await step.read();
  for (const batch of batches) await step.run(batch, settings);
  return { before, after: await step.read() };
}

const dataOf = (state: State, name: string): Float32Array => state.get(name)?.data ?? new Float32Array();

describe('accumulation', () => {
  test('two halves make the step of the whole', async () => {
    const whole = aBatch(aPerceptron(8), 1);
    const halves = [0, 1].map((half) => ({
      x: whole.x.slice(half * 48, (half + 1) * 48),
      targets: whole.targets.slice(half * 12, (half + 1) * 12),
    }));
    const spec = { optimizer: sgd(), clipNorm: 0.05, weightDecay: 0.1 };

    const one = await stateAfter({ ...spec, network: aPerceptron(8) }, [whole]);
    const two = await stateAfter({ ...spec, network: aPerceptron(4), accumulate: 2 }, halves);

    for (const name of ['parameters/hidden.weight', 'momentum/head.bias'])
      expect(largestDifference(dataOf(two.after, name), dataOf(one.after, name))).toBeLessThan(1e-6);
  });

  test('only every other run updates, and tells the length of the gradient', async () => {
    await using step = await openTrainStep({ network: aPerceptron(4), optimizer: adamw(), accumulate: 2 });
    const batch = aBatch(aPerceptron(4), 1);
    const before = await step.read();

    const first = await step.run(batch, settings);
    const between = await step.read();
    const second = await step.run(batch, settings);

    expect([first.gradientNorm, step.stepCount]).toEqual([undefined, 1]);
    expect(second.gradientNorm).toBeGreaterThan(0);
    expect(dataOf(between, 'parameters/head.bias')).toEqual(dataOf(before, 'parameters/head.bias'));
    expect(dataOf(await step.read(), 'parameters/head.bias')).not.toEqual(dataOf(before, 'parameters/head.bias'));
  });
});

describe('frozen parameters', () => {
  const spec: StepSpec = {
    network: aNetwork(2),
    optimizer: sgd(),
    weightDecay: 0.1,
    isTrainable: ({ depth }) => depth === 3,
  };

  test('stay as they are, keep no state and get no backward operators', async () => {
    const { before, after } = await stateAfter(spec, [aBatch(spec.network, 1)]);
    const { step } = buildStep(spec);
    const operators = listNodes(step.slots.flatMap(({ next }) => next ?? [])).map(({ operator }) => operator);

    const moved = [...after.keys()].filter((name) => dataOf(after, name).some((x, i) => x !== dataOf(before, name)[i]));
    expect(moved.filter((name) => name.startsWith('parameters/'))).toEqual([
      'parameters/head.weight',
      'parameters/head.bias',
    ]);
    expect([...after.keys()].filter((name) => name.startsWith('momentum/'))).toHaveLength(2);
    expect(operators.filter((operator) => operator.startsWith('conv') && operator !== 'conv')).toEqual([]);
  });
});

test('weight decay passes biases and norms by, and a learning rate can be scaled to nothing', async () => {
  const network = aNetwork(2);
  // The gradient is 0: one class is certain already, whatever is in the picture.
  const targets = new Float32Array(6).fill(1 / 3);
  const spec: StepSpec = {
    network,
    optimizer: sgd({ momentum: 0 }),
    weightDecay: 1,
    learningRateScale: ({ name }) => (name === 'stem.weight' ? 0 : 1),
  };
  await using step = await openTrainStep(spec);
  const head = { shape: [3, 16], data: new Float32Array(48) };
  await step.write(new Map([['parameters/head.weight', head]]));
  const before = await step.read();

  await step.run({ x: aBatch(network, 1).x, targets }, settings);
  const after = await step.read();

  const share = (name: string): number => {
    const [old, now] = [dataOf(before, name), dataOf(after, name)];
    return (now.findLast((x) => x !== 0) ?? 0) / (old.findLast((x) => x !== 0) ?? 1);
  };
  expect(share('parameters/block.conv.weight')).toBeCloseTo(0.9, 5);
  expect(share('parameters/last.mlp.fc1.weight')).toBeCloseTo(0.9, 5);
  expect(share('parameters/norm.weight')).toBe(1);
  expect(share('parameters/stem.weight')).toBe(1);
});

test('an average follows the parameters', async () => {
  const network = aPerceptron(4);
  const spec: StepSpec = { network, optimizer: sgd(), ema: { decay: 0.75 } };

  const { before, after } = await stateAfter(spec, [aBatch(network, 1)]);

  const [old, now] = [dataOf(before, 'parameters/hidden.weight'), dataOf(after, 'parameters/hidden.weight')];
  const expected = old.map((x, i) => 0.75 * x + 0.25 * (now[i] as number));
  expect(dataOf(before, 'ema/hidden.weight')).toEqual(old);
  expect(largestDifference(dataOf(after, 'ema/hidden.weight'), expected)).toBeLessThan(1e-6);
});

test('pretrained parameters are taken without the rest of a state, and become their own average', async () => {
  await using step = await openTrainStep({ network: aPerceptron(4), optimizer: adamw(), ema: { decay: 0.5 } });
  const before = await step.read();
  const bias = { shape: [16], data: new Float32Array(16).fill(7) };

  await step.write(new Map([['parameters/hidden.bias', bias]]));

  const moved = [...(await step.read())].filter(([name, { data }]) =>
    data.some((x, i) => x !== dataOf(before, name)[i]),
  );
  expect(moved.map(([name]) => name).sort()).toEqual(['ema/hidden.bias', 'parameters/hidden.bias']);
  expect(dataOf(await step.view(), 'ema/hidden.bias')).toEqual(bias.data);
});

describe('a batch whose gradients are not finite', () => {
  const network = aPerceptron(4);
  const broken = { ...aBatch(network, 1), x: new Float32Array(48).fill(Number.NaN) };

  test('is told by its loss', async () => {
    await using step = await openTrainStep({ network, optimizer: adamw() });

    expect((await step.run(broken, settings)).loss).toBeNaN();
  });

  test('changes nothing where the loss is scaled', async () => {
    await using step = await openTrainStep({ network, optimizer: adamw(), lossScale: 1024, ema: { decay: 0.5 } });
    const before = await step.read();

    await step.run(broken, settings);

    expect(await step.read()).toEqual(before);
    expect(step.stepCount).toBe(0);
  });
});

describe('memory', () => {
  test('is counted on the graph', () => {
    const network = aPerceptron(4);
    const parameters = 4 * (12 * 16 + 16 + 16 * 3 + 3);

    const plan = computeMemoryPlan([buildStep({ network, optimizer: adamw(), ema: { decay: 0.9 } }).step]);

    expect(plan).toMatchObject({ parametersBytes: parameters, stateBytes: 3 * parameters, copiesBytes: 0 });
    // Pixels, targets, learning rate and AdamW's two numbers.
    expect(plan.batchBytes).toBe(4 * (48 + 12 + 3));
    expect(plan.activationsBytes).toBeGreaterThan(parameters);
    expect(plan.activationsBytes).toBeLessThan(4 * parameters);
    expect(renderMemoryPlan(plan)).toHaveLength(6);
  });

  test('of a frozen network is a fraction', () => {
    const network = aNetwork(8);
    const planOf = (isTrainable: StepSpec['isTrainable'] & {}): number =>
      computeMemoryPlan([buildStep({ network, optimizer: sgd(), isTrainable }).step]).activationsBytes;

    expect(planOf(({ depth }) => depth === 3)).toBeLessThan(planOf(() => true) / 3);
  });
});

describe('what does not fit is refused', () => {
  test('a batch of another size', async () => {
    await using step = await openTrainStep({ network: aPerceptron(4), optimizer: sgd() });

    await expect(step.run(aBatch(aPerceptron(2), 1), settings)).rejects.toThrow(
      '24 numbers where [4,3,2,2] is expected',
    );
  });

  test('a state of another network', async () => {
    await using step = await openTrainStep({ network: aPerceptron(4), optimizer: sgd() });
    const write = (name: string, shape: number[]): Promise<void> =>
      step.write(new Map([[name, { shape, data: new Float32Array(3) }]]));

    await expect(write('parameters/tail.bias', [3])).rejects.toThrow('this step has no "parameters/tail.bias"');
    await expect(write('parameters/hidden.bias', [3])).rejects.toThrow(
      '"parameters/hidden.bias" is [3] with 3 numbers where [16]',
    );
  });

  test('a provider that is not part of this installation', async () => {
    const available = await listProviders();
    const missing = providers.filter((provider) => !available.includes(provider));

    expect(available[0]).toBe('cpu');
    for (const provider of missing)
      await expect(openTrainStep({ network: aPerceptron(4), optimizer: sgd() }, { provider })).rejects.toThrow(
        new ProviderError(provider, available),
      );
  });
});
