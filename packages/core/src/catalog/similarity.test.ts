/** @file Structural similarity of thumbnails: what is alike and what is not. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { computeSimilarity, signatureSide } from './similarity.ts';

type Painter = (x: number, y: number, channel: number) => number;

function paint(painter: Painter): Uint8Array {
  return Uint8Array.from({ length: signatureSide * signatureSide * 3 }, (_, i) =>
    Math.max(0, Math.min(255, painter(Math.floor(i / 3) % signatureSide, Math.floor(i / 3 / signatureSide), i % 3))),
  );
}

const disk =
  (cx: number, cy: number, offset = 0): Painter =>
  (x, y, channel) =>
    offset + (Math.hypot(x - cx, y - cy) < 8 ? 40 + 60 * channel : 200);
const plain = (value: number): Uint8Array => paint(() => value);

test('a picture is fully similar to itself', () => {
  expect(computeSimilarity(paint(disk(16, 16)), paint(disk(16, 16)))).toBe(1);
});

test('a shift of two pixels and a little noise leave a near-duplicate', () => {
  const moved = paint((x, y, c) => disk(18, 15)(x, y, c) + ((x * 7 + y * 13) % 5));

  expect(computeSimilarity(paint(disk(16, 16)), moved)).toBeGreaterThan(0.98);
});

test('a thing elsewhere, or of other colors, is not a near-duplicate', () => {
  const recolored = paint((x, y, c) => disk(16, 16)(x, y, 2 - c));

  expect(computeSimilarity(paint(disk(16, 16)), paint(disk(24, 8)))).toBeLessThan(0.8);
  expect(computeSimilarity(paint(disk(16, 16)), recolored)).toBeLessThan(0.94);
});

test('plain pictures are similar when their brightness is', () => {
  expect(computeSimilarity(plain(0), plain(0))).toBe(1);
  expect(computeSimilarity(plain(120), plain(124))).toBeGreaterThan(0.99);
  expect(computeSimilarity(plain(0), plain(255))).toBeLessThan(0.01);
});

test('similarity is symmetric and from -1 to 1', () => {
  const aSignature = fc.infiniteStream(fc.integer({ min: 0, max: 255 })).map((stream) => {
    const values = stream.take(64);
    const seed = [...values];
    return paint((x, y, c) => seed[(x * 5 + y * 3 + c) % seed.length] as number);
  });
  fc.assert(
    fc.property(aSignature, aSignature, (a, b) => {
      const similarity = computeSimilarity(a, b);

      expect(computeSimilarity(b, a)).toBeCloseTo(similarity, 12);
      expect(Math.abs(similarity)).toBeLessThanOrEqual(1 + 1e-12);
    }),
    { numRuns: 30 },
  );
});

test('a signature of another size is refused', () => {
  expect(() => computeSimilarity(new Uint8Array(3), new Uint8Array(3))).toThrow('3072');
});
