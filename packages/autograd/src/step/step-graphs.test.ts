/** @file Steps in ONNX Runtime, written in place, against the same graph in float64, where every value has its own place. */
import { describe, expect, test } from 'vitest';
import { evaluate } from '../graph/evaluate.ts';
import { chooseLowering } from '../lowering/choose-lowering.ts';
import { type Lowering, plainLowering } from '../lowering/lowering.ts';
import { drawMask } from '../nn/masks.ts';
import { adamw } from '../optimize/adamw.ts';
import { sgd } from '../optimize/sgd.ts';
import { buildStep, type StepSpec } from './build-step.ts';
import type { State } from './state.ts';
import { aBatch, aNetwork } from './testing.ts';
import { openTrainStep } from './train-step.ts';

const learningRate = 0.02;

/** The state after a step from `state`, by the reference. */
function stepInFloat64(spec: StepSpec, state: State, seed: number): Map<string, Float64Array> {
  const { step } = buildStep(spec);
  const batch = aBatch(spec.network, seed);
  const number = 1 + (state.get('step')?.data[0] ?? 0);
  const feeds: Record<string, ArrayLike<number>> = {
    pixels: batch.x,
    targets: batch.targets,
    learningRate: [learningRate],
    ...Object.fromEntries(Object.entries(spec.optimizer.scalars(number)).map(([name, value]) => [name, [value]])),
    ...Object.fromEntries(spec.network.masks.map((mask) => [`masks/${mask.name}`, drawMask(mask, seed)])),
    ...Object.fromEntries([...state].map(([name, { data }]) => [name, data])),
  };
  const changing = step.slots.flatMap(({ name, next }) => (next ? [{ name, next }] : []));
  const results = evaluate(
    changing.map(({ next }) => next),
    feeds,
  );
  return new Map(changing.map(({ name }, i) => [name, results[i] as Float64Array]));
}

/** Largest difference of a tensor, in units of how far the step moved it. */
function worstOf(before: State, actual: State, expected: ReadonlyMap<string, Float64Array>) {
  const errors = [...expected].map(([name, truth]) => {
    const [old, now] = [before.get(name)?.data as Float32Array, actual.get(name)?.data as Float32Array];
    const moved = truth.reduce((most, x, i) => Math.max(most, Math.abs(x - (old[i] as number))), 0);
    const off = truth.reduce((most, x, i) => Math.max(most, Math.abs(x - (now[i] as number))), 0);
    return { name, error: off / Math.max(moved, 1e-4) };
  });
  return errors.reduce((a, b) => (b.error > a.error ? b : a));
}

const variants: [string, Partial<StepSpec>][] = [
  ['SGD', { optimizer: sgd({ nesterov: true }), weightDecay: 0.01 }],
  ['SGD without state', { optimizer: sgd({ momentum: 0 }) }],
  ['AdamW with clipping, smoothing and an average', { clipNorm: 0.5, labelSmoothing: 0.1, ema: { decay: 0.9 } }],
  ['the last block alone', { isTrainable: ({ depth }) => depth >= 2 }],
  ['a loss that is scaled', { lossScale: 128, clipNorm: 1 }],
];

describe.each(['plain', 'blocked'])('written %s', (layout) => {
  test.each(variants)('%s', async (_, vary) => {
    const chosen = await chooseLowering();
    const lowering: Lowering = layout === 'plain' ? plainLowering : chosen;
    // AdamW's epsilon is large: where a gradient is all rounding, its sign is chance.
    const spec: StepSpec = { network: aNetwork(4, { rate: 0.2 }), optimizer: adamw({ epsilon: 1e-2 }), ...vary };
    await using step = await openTrainStep(spec, { lowering, threads: 2 });

    for (const seed of [1, 2, 3]) {
      const before = await step.read();
      await step.run(aBatch(spec.network, seed), { learningRate, maskSeed: seed });

      expect(worstOf(before, await step.read(), stepInFloat64(spec, before, seed)).error).toBeLessThan(2e-3);
    }
  });
});
