/** @file Overlap and suppression on boxes worked by hand. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { computeOverlap, fromCenter, suppressOverlaps } from './boxes.ts';

const box = (left: number, top: number, right: number, bottom: number) => ({ left, top, right, bottom });
const found = (score: number, where: ReturnType<typeof box>, className = 'person') => ({
  className,
  score,
  box: where,
});

test('the overlap of two boxes that share a quarter of one is one seventh', () => {
  expect(computeOverlap(box(0, 0, 0.2, 0.2), box(0.1, 0.1, 0.3, 0.3))).toBeCloseTo(1 / 7, 12);
});

test('boxes that do not touch, and boxes without an area, overlap by nothing', () => {
  expect(computeOverlap(box(0, 0, 0.1, 0.1), box(0.2, 0.2, 0.3, 0.3))).toBe(0);
  expect(computeOverlap(box(0.1, 0.1, 0.1, 0.1), box(0.1, 0.1, 0.1, 0.1))).toBe(0);
});

test('of boxes that overlap the best stays, of another class both stay', () => {
  const kept = suppressOverlaps(
    [found(0.6, box(0, 0, 0.5, 0.5)), found(0.9, box(0.02, 0, 0.5, 0.5)), found(0.5, box(0, 0, 0.5, 0.5), 'dog')],
    0.45,
  );

  expect(kept.map(({ className, score }) => [className, score])).toEqual([
    ['person', 0.9],
    ['dog', 0.5],
  ]);
});

test('no two kept boxes of a class overlap by more than allowed, and the best is always kept', () => {
  const side = fc.double({ min: 0.01, max: 0.5, noNaN: true });
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  const any = fc.record({ score: place, x: place, y: place, width: side, height: side });
  fc.assert(
    fc.property(fc.array(any, { minLength: 1, maxLength: 30 }), place, (all, overlap) => {
      const boxes = all.map(({ score, x, y, ...size }) => found(score, fromCenter(x, y, size)));
      const kept = suppressOverlaps(boxes, overlap);
      expect(kept[0]?.score).toBe(Math.max(...boxes.map(({ score }) => score)));
      for (const [i, a] of kept.entries())
        for (const b of kept.slice(i + 1)) expect(computeOverlap(a.box, b.box)).toBeLessThanOrEqual(overlap);
    }),
  );
});
