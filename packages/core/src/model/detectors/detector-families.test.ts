/** @file How each family's answer is read, on answers worked by hand. */
import { describe, expect, test } from 'vitest';
import { type Answer, detectorFamilies, type ReadContext } from './detector-families.ts';

const whole = { width: 1, height: 1 };
const context = (change: Partial<ReadContext> = {}): ReadContext => ({
  detector: { classNames: ['person', 'bicycle'], threshold: 0.5 },
  inputWidthPx: 64,
  inputHeightPx: 32,
  filled: whole,
  ...change,
});
const answer = (dims: readonly number[], values: readonly number[]): Answer => ({
  dims,
  data: Float32Array.from(values),
});

describe('yolox', () => {
  /** 64 x 32 input: 8 x 4 cells of stride 8, 4 x 2 of 16, 2 x 1 of 32. */
  const cells = 32 + 8 + 2;
  const rows = (change: Record<number, number[]>): Answer => {
    const data = new Float32Array(cells * 7);
    for (const [row, values] of Object.entries(change)) data.set(values, Number(row) * 7);
    return { dims: [1, cells, 7], data };
  };

  test('a cell of stride 8 is read at its place in the grid', () => {
    // Row 10 is column 2 of line 1: center (2.5, 1.5) x 8 px = (20, 12); size e^ln(2) x 8 = 16 px by 8 px.
    const [found, ...others] = detectorFamilies.yolox.read(
      [rows({ 10: [0.5, 0.5, Math.log(2), 0, 0.9, 0.8, 0.1] })],
      context(),
    );

    expect(others).toEqual([]);
    expect(found?.className).toBe('person');
    expect(found?.score).toBeCloseTo(0.72, 6);
    expect(found?.box.left).toBeCloseTo((20 - 8) / 64, 6);
    expect(found?.box.right).toBeCloseTo((20 + 8) / 64, 6);
    expect(found?.box.top).toBeCloseTo((12 - 4) / 32, 6);
    expect(found?.box.bottom).toBeCloseTo((12 + 4) / 32, 6);
  });

  test('cells of stride 16 and 32 follow those of stride 8', () => {
    const found = detectorFamilies.yolox.read(
      [rows({ 32: [0.5, 0.5, 0, 0, 1, 0, 1], 41: [0, 0, 0, 0, 1, 1, 0] })],
      context(),
    );

    expect(found.map(({ className }) => className)).toEqual(['bicycle', 'person']);
    expect(found[0]?.box).toEqual({ left: 0, top: 0, right: 0.25, bottom: 0.5 });
    expect(found[1]?.box).toEqual({ left: 0.25, top: -0.5, right: 0.75, bottom: 0.5 });
  });

  test('boxes of a letterboxed picture are shares of the picture, not of the padding', () => {
    const [found] = detectorFamilies.yolox.read(
      [rows({ 0: [1, 1, 0, 0, 1, 1, 0] })],
      context({ filled: { width: 0.5, height: 1 } }),
    );

    expect(found?.box).toEqual({ left: 0.125, top: 0.125, right: 0.375, bottom: 0.375 });
  });

  test('objectness times class score must reach the threshold', () => {
    const found = detectorFamilies.yolox.read([rows({ 3: [0, 0, 0, 0, 0.7, 0.7, 0] })], context());

    expect(found).toEqual([]);
  });
});

test('detr: the last logit is "no object", and a query that prefers it is none', () => {
  const logits = answer([1, 3, 3], [4, 0, 0, 0, 0, 4, 0, 5, 1]);
  const boxes = answer([1, 3, 4], [0.5, 0.5, 0.2, 0.4, 0, 0, 1, 1, 0.25, 0.25, 0.5, 0.5]);

  const found = detectorFamilies.detr.read([logits, boxes], context());

  expect(found.map(({ className }) => className)).toEqual(['person', 'bicycle']);
  expect(found[0]?.score).toBeCloseTo(Math.exp(4) / (Math.exp(4) + 2), 6);
  expect(found[0]?.box.left).toBeCloseTo(0.4, 6);
  expect(found[0]?.box.bottom).toBeCloseTo(0.7, 6);
  expect(found[1]?.box).toEqual({ left: 0, top: 0, right: 0.5, bottom: 0.5 });
});

test('d-fine: every class has a sigmoid of its own', () => {
  const logits = answer([1, 2, 2], [-3, 2, -3, -3]);
  const boxes = answer([1, 2, 4], [0.5, 0.5, 1, 1, 0.5, 0.5, 1, 1]);

  const found = detectorFamilies['d-fine'].read([logits, boxes], context());

  expect(found.map(({ className }) => className)).toEqual(['bicycle']);
  expect(found[0]?.score).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
});

test('ultraface: the second score is the face, boxes are corners already', () => {
  const scores = answer([1, 2, 2], [0.1, 0.9, 0.8, 0.2]);
  const boxes = answer([1, 2, 4], [0.25, 0.125, 0.5, 0.75, 0, 0, 1, 1]);

  const found = detectorFamilies.ultraface.read(
    [scores, boxes],
    context({ detector: { classNames: ['face'], threshold: 0.7 } }),
  );

  expect(found).toHaveLength(1);
  expect(found[0]?.className).toBe('face');
  expect(found[0]?.box).toEqual({ left: 0.25, top: 0.125, right: 0.5, bottom: 0.75 });
});

test('a class index without a name is told by its number', () => {
  const logits = answer([1, 1, 4], [0, 0, 9, 0]);

  const [found] = detectorFamilies.detr.read([logits, answer([1, 1, 4], [0.5, 0.5, 1, 1])], context());

  expect(found?.className).toBe('class 2');
});
