/** @file Bounds of an audit: by hand, against each other, and against looking that stops when it likes. */
import { createRandom } from '@tintype/autograd/random';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundAfterPlan, boundAnytime, planLooks, shuffleForAudit } from './audit.ts';
import { logChoose, logGamma } from './log-gamma.ts';

test('the logarithm of the gamma function is that of the factorial', () => {
  expect(logGamma(5)).toBeCloseTo(Math.log(24), 12);
  expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 12);
  expect(logChoose(5, 2)).toBeCloseTo(Math.log(10), 12);
  expect(logChoose(3, 4)).toBe(Number.NEGATIVE_INFINITY);
});

test('no error in 150 looks at a large batch means at most 2 % errors', () => {
  const { upper } = boundAfterPlan({ size: 1_000_000, looks: 150, errors: 0 });

  // 1 - 0.05^(1/150)
  expect(upper).toBeCloseTo(0.01977, 4);
});

test('a bound of a small batch counts by hand', () => {
  // 10 pictures, 5 looked at, none wrong: with 3 wrong that has probability C(7,5)/C(10,5) = 21/252 = 8.3 %, with 4 wrong 6/252 = 2.4 %.
  expect(boundAfterPlan({ size: 10, looks: 5, errors: 0 })).toEqual({ upper: 0.3, upperMended: 0.3 });
  // One wrong: with 5 wrong P(at most 1) = (1 + 25)/252 = 10.3 %, with 6 wrong 6/252 = 2.4 %.
  expect(boundAfterPlan({ size: 10, looks: 5, errors: 1 })).toEqual({ upper: 0.5, upperMended: 0.4 });
});

test('a batch that was looked at whole is known', () => {
  expect(boundAfterPlan({ size: 20, looks: 20, errors: 3 })).toEqual({ upper: 0.15, upperMended: 0 });
  expect(boundAnytime({ size: 20, looks: 20, errors: 3 })).toEqual({ upper: 0.15, upperMended: 0 });
});

test('without a look nothing is known', () => {
  expect(boundAfterPlan({ size: 20, looks: 0, errors: 0 }).upper).toBe(1);
  expect(boundAnytime({ size: 20, looks: 0, errors: 0 }).upper).toBe(1);
  expect(boundAfterPlan({ size: 0, looks: 0, errors: 0 }).upper).toBe(0);
});

test('a bound that holds at every moment is wider than that of a plan, and never below what was seen', () => {
  const counts = fc
    .record({ size: fc.integer({ min: 1, max: 400 }), looks: fc.nat(400), errors: fc.nat(400) })
    .filter(({ size, looks, errors }) => errors <= looks && looks <= size);

  fc.assert(
    fc.property(counts, (count) => {
      const [planned, anytime] = [boundAfterPlan(count).upper, boundAnytime(count).upper];
      expect(anytime).toBeGreaterThanOrEqual(planned);
      expect(planned).toBeGreaterThanOrEqual(count.errors / count.size);
    }),
  );
});

test('a plan is the fewest looks that reach its target', () => {
  const looks = planLooks({ size: 1000, target: 0.02 });

  expect(boundAfterPlan({ size: 1000, looks, errors: 0 }).upper).toBeLessThanOrEqual(0.02);
  expect(boundAfterPlan({ size: 1000, looks: looks - 1, errors: 0 }).upper).toBeGreaterThan(0.02);
  expect(planLooks({ size: 10, target: 0.01 })).toBe(10);
});

test('the anytime bound covers the truth although looking stops when the bound is at its lowest', () => {
  const [size, wrong, runs] = [200, 10, 400];
  let covered = 0;

  for (let run = 0; run < runs; run += 1) {
    const order = shuffleForAudit(
      Array.from({ length: size }, (_, n) => n < wrong),
      run,
    );
    let errors = 0;
    let lowest = 1;
    order.forEach((isWrong, n) => {
      errors += isWrong ? 1 : 0;
      if (n % 5 === 4) lowest = Math.min(lowest, boundAnytime({ size, looks: n + 1, errors }).upper);
    });
    if (lowest >= wrong / size) covered += 1;
  }

  expect(covered / runs).toBeGreaterThanOrEqual(0.95);
});

test('an audit looks in an order that its seed alone decides', () => {
  const batch = Array.from({ length: 30 }, (_, n) => n);

  expect(shuffleForAudit(batch, 1)).toEqual(shuffleForAudit(batch, 1));
  expect(shuffleForAudit(batch, 1)).not.toEqual(shuffleForAudit(batch, 2));
  expect(shuffleForAudit(batch, 1).toSorted((a, b) => a - b)).toEqual(batch);
  expect(createRandom('a')()).toBe(createRandom('a')());
});

test('a count that cannot be is refused', () => {
  expect(() => boundAfterPlan({ size: 5, looks: 6, errors: 0 })).toThrow(RangeError);
});

test('an auditor who misses errors has more of them allowed for', () => {
  const count = { size: 60, looks: 60, errors: 9 };

  // Of 10 wrong ones 1 of 50 is missed each: none missed in 81.7 %, at most one in 98.4 % of audits.
  expect(boundAfterPlan({ ...count, missRate: 0.02 })).toEqual({ upper: 10 / 60, upperMended: 1 / 60 });
  expect(boundAfterPlan({ size: 60, looks: 60, errors: 0, missRate: 0.02 }).upper).toBe(0);
  expect(boundAfterPlan({ size: 1_000_000, looks: 152, errors: 0, missRate: 0.02 }).upper).toBeLessThan(0.02);
});

test('ten million pictures and a hundred thousand errors are bounded at once', () => {
  const startedAt = performance.now();

  const { upper } = boundAfterPlan({ size: 10_000_000, looks: 1_000_000, errors: 100_000, missRate: 0.02 });
  const nothing = boundAnytime({ size: 10_000_000, looks: 0, errors: 0, missRate: 0.02 });

  expect(upper).toBeGreaterThan(0.102);
  expect(upper).toBeLessThan(0.104);
  expect(nothing.upper).toBe(1);
  expect(performance.now() - startedAt).toBeLessThan(2000);
});
