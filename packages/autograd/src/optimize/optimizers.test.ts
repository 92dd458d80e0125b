/** @file Update rules against hand-worked steps and against torch.optim in float64 (benchmarks/peers/optimizer_fixtures.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../graph/evaluate.ts';
import type { Shape } from '../graph/shape.ts';
import { input, type Value } from '../graph/value.ts';
import { largestDifference } from '../testing.ts';
import { adamw } from './adamw.ts';
import { computeClipScale, computeNorm } from './gradient-norm.ts';
import type { OptimizerRecord } from './optimizer.ts';
import { sgd } from './sgd.ts';

interface Fixture {
  readonly shape: Shape;
  readonly cases: readonly {
    readonly name: string;
    readonly kind: 'SGD' | 'AdamW';
    readonly options: Readonly<Record<'lr' | 'momentum' | 'weight_decay' | 'eps', number | undefined>> & {
      readonly nesterov?: boolean;
      readonly betas?: readonly [number, number];
    };
    readonly limit: number | null;
    readonly initial: readonly number[];
    readonly steps: readonly {
      readonly gradient: readonly number[];
      readonly parameter: readonly number[];
      readonly norm?: number;
    }[];
  }[];
}

const fixture = JSON.parse(readFileSync(new URL('optimizers.fixture.json', import.meta.url), 'utf8')) as Fixture;

interface Rule {
  readonly optimizer: OptimizerRecord;
  readonly learningRate: number;
  readonly weightDecay?: number;
  readonly limit?: number | undefined;
}

/** Runs the rule's graph in float64, step by step. */
function walk(rule: Rule, shape: Shape, initial: readonly number[], gradients: readonly (readonly number[])[]) {
  const { optimizer, weightDecay = 0, limit } = rule;
  const inputs = (names: readonly string[], of: Shape): Record<string, Value> =>
    Object.fromEntries(names.map((name) => [name, input(name, of)]));
  const [slots, scalars] = [inputs(optimizer.slots, shape), inputs(Object.keys(optimizer.scalars(1)), [])];
  const [parameter, gradient, learningRate] = [input('p', shape), input('g', shape), input('rate', [])];
  const norm = computeNorm([gradient]);
  const gradientScale = limit === undefined ? undefined : computeClipScale(norm, limit);
  const next = optimizer.update({ parameter, gradient, gradientScale, slots, scalars, learningRate, weightDecay });

  let now: Float64Array = Float64Array.from(initial);
  let kept: Float64Array[] = optimizer.slots.map(() => new Float64Array(initial.length));
  return gradients.map((g, i) => {
    const outputs = [next.parameter, norm, ...optimizer.slots.map((slot) => next.slots[slot] as Value)];
    const [updated, length, ...state] = evaluate(outputs, {
      p: now,
      g,
      rate: [rule.learningRate],
      ...Object.fromEntries(Object.entries(optimizer.scalars(i + 1)).map(([name, value]) => [name, [value]])),
      ...Object.fromEntries(optimizer.slots.map((slot, at) => [slot, kept[at] as Float64Array])),
    }) as [Float64Array, Float64Array, ...Float64Array[]];
    [now, kept] = [updated, state];
    return { parameter: updated, norm: length[0] as number, slots: state };
  });
}

function ruleOf({ kind, options, limit }: Fixture['cases'][number]): Rule {
  const { lr = 0, momentum = 0, nesterov = false, betas: [beta1, beta2] = [0.9, 0.999], eps = 1e-8 } = options;
  const optimizer = kind === 'SGD' ? sgd({ momentum, nesterov }) : adamw({ beta1, beta2, epsilon: eps });
  return { optimizer, learningRate: lr, weightDecay: options.weight_decay ?? 0, limit: limit ?? undefined };
}

describe('every step is that of torch.optim', () => {
  test.each(fixture.cases)('$name', (entry) => {
    const steps = walk(
      ruleOf(entry),
      fixture.shape,
      entry.initial,
      entry.steps.map(({ gradient }) => gradient),
    );

    for (const [i, step] of entry.steps.entries()) {
      expect(largestDifference(steps[i]?.parameter, step.parameter)).toBeLessThan(1e-10);
      expect(steps[i]?.norm).toBeCloseTo(step.norm ?? Math.hypot(...step.gradient), 12);
    }
  });
});

test('momentum, by hand', () => {
  const steps = walk({ optimizer: sgd({ momentum: 0.5 }), learningRate: 0.1 }, [1], [1], [[0.5], [0.5], [0]]);

  // m: 0.5, 0.75, 0.375
  expect(steps.map(({ slots }) => slots[0]?.[0])).toEqual([0.5, 0.75, 0.375]);
  expect(steps.map(({ parameter }) => parameter[0])).toEqual(
    [0.95, 0.875, 0.8375].map((x) => expect.closeTo(x, 12) as number),
  );
});

test('the first step of AdamW is the learning rate against the sign of the gradient, however large that is', () => {
  const [step] = walk({ optimizer: adamw(), learningRate: 0.01 }, [3], [1, 1, 1], [[1e-3, -7, 1e4]]);

  expect(largestDifference(step?.parameter, [0.99, 1.01, 0.99])).toBeLessThan(1e-6);
});

test('decay of AdamW does not pass through the gradient', () => {
  const [step] = walk({ optimizer: adamw(), learningRate: 0.5, weightDecay: 0.25 }, [1], [8], [[0]]);

  expect(step?.parameter[0]).toBe(7);
});

test('what has no state keeps none', () => {
  expect(sgd({ momentum: 0 }).slots).toEqual([]);
});

test('hyperparameters out of range are refused', () => {
  expect(() => sgd({ momentum: 1 })).toThrow(RangeError);
  expect(() => adamw({ beta2: 1 })).toThrow(RangeError);
  expect(() => adamw({ epsilon: 0 })).toThrow(RangeError);
});
