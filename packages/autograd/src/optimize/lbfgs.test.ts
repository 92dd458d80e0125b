/** @file L-BFGS on functions whose minimum is known, with and without noise. */
import { describe, expect, test } from 'vitest';
import { seeded } from '../testing.ts';
import { type Evaluation, minimizeLbfgs } from './lbfgs.ts';

/** Minimum 0 at (1, 1), at the end of a bent valley (Rosenbrock 1960). */
function rosenbrock(x: Float64Array): Evaluation {
  const [a, b] = [x[0] as number, x[1] as number];
  return {
    loss: (1 - a) ** 2 + 100 * (b - a * a) ** 2,
    gradient: [-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)],
  };
}

/** 1/2 Σ λ_i x_i^2 + 1, with λ from 1 to 100. */
function aValley(x: Float64Array): Evaluation {
  const scales = Array.from(x, (_, i) => 10 ** ((2 * i) / (x.length - 1)));
  return {
    loss: 1 + scales.reduce((sum, scale, i) => sum + (scale / 2) * (x[i] as number) ** 2, 0),
    gradient: scales.map((scale, i) => scale * (x[i] as number)),
  };
}

test('finds the end of a bent valley', async () => {
  const found = await minimizeLbfgs(rosenbrock, [-1.2, 1], { gradientTolerance: 1e-9, lossTolerance: 0, lossNoise: 0 });

  expect([...found.x].map((x) => Math.abs(x - 1))).toEqual([expect.closeTo(0, 6), expect.closeTo(0, 6)]);
  expect(found).toMatchObject({ converged: true, reason: 'gradient' });
  expect(found.evaluations).toBeLessThan(80);
});

test('an ill-conditioned quadratic takes few more evaluations than iterations', async () => {
  const found = await minimizeLbfgs(aValley, new Float64Array(30).fill(1), { lossTolerance: 1e-9 });

  expect(found.loss).toBeCloseTo(1, 7);
  expect(found.converged).toBe(true);
  expect(found.evaluations).toBeLessThan(1.5 * found.iterations + 10);
});

test('noise as of float32 sums neither thrashes the line search nor hides the minimum', async () => {
  const uniform = seeded(3);
  const noisy = (x: Float64Array): Evaluation => {
    const { loss, gradient } = aValley(x);
    return { loss: loss * (1 + 2e-7 * (uniform() - 0.5)), gradient: Float32Array.from(gradient) };
  };

  const found = await minimizeLbfgs(noisy, new Float64Array(30).fill(1));

  expect(found.loss).toBeCloseTo(1, 4);
  expect(found.converged).toBe(true);
  expect(found.evaluations).toBeLessThan(1.5 * found.iterations + 15);
});

test('a start at the minimum ends at once', async () => {
  const found = await minimizeLbfgs(rosenbrock, [1, 1]);

  expect(found).toMatchObject({ iterations: 0, evaluations: 1, converged: true, reason: 'gradient' });
});

test('a warm start is held to the scale that it is given', async () => {
  const start = new Float64Array(30).fill(1e-9);

  const found = await minimizeLbfgs(aValley, start, { gradientScale: 1e3 });

  expect(found.iterations).toBe(0);
});

test('a step into infinity is taken back', async () => {
  // -log(x) + x: minimum 1 at 1, undefined from 0 down.
  const barrier = ([x = 0]: Float64Array): Evaluation =>
    x > 0 ? { loss: x - Math.log(x), gradient: [1 - 1 / x] } : { loss: Number.NaN, gradient: [Number.NaN] };

  const found = await minimizeLbfgs(barrier, [30], { gradientTolerance: 1e-8, lossTolerance: 0 });

  expect(found.x[0]).toBeCloseTo(1, 6);
});

describe('the reason for stopping is told', () => {
  test('iterations used up', async () => {
    expect(await minimizeLbfgs(rosenbrock, [-1.2, 1], { maxIterations: 3 })).toMatchObject({
      iterations: 3,
      converged: false,
      reason: 'maxIterations',
    });
  });

  test('a loss that no longer falls', async () => {
    const options = { gradientTolerance: 0, lossTolerance: 1e-3 };

    expect(await minimizeLbfgs(aValley, new Float64Array(30).fill(1), options)).toMatchObject({
      converged: true,
      reason: 'loss',
    });
  });

  test('a gradient that does not belong to the loss', async () => {
    const uphill = ([x = 0]: Float64Array): Evaluation => ({ loss: x, gradient: [-1] });

    expect(await minimizeLbfgs(uphill, [0])).toMatchObject({ converged: false, reason: 'precision' });
  });

  test('a start where the loss is not a number', async () => {
    expect(await minimizeLbfgs(() => ({ loss: Number.NaN, gradient: [1] }), [0])).toMatchObject({
      reason: 'notFinite',
    });
  });

  test('an abort', async () => {
    const signal = AbortSignal.abort(new Error('enough'));

    await expect(minimizeLbfgs(rosenbrock, [0, 0], { signal })).rejects.toThrow('enough');
  });
});
