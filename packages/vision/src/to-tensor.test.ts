/** @file Packing is exact: it equals the formula, rounded once. */
import { expect, test } from 'vitest';
import { paintPixels } from './testing/a-picture.ts';
import { toTensor } from './to-tensor.ts';

const imagenet = {
  mean: [0.485, 0.456, 0.406] as [number, number, number],
  std: [0.229, 0.224, 0.225] as [number, number, number],
};

test('pixels become planes of (value / 255 - mean) / std', () => {
  const pixels = paintPixels({ widthPx: 5, heightPx: 3 });
  const target = new Float32Array(45);

  toTensor(pixels, imagenet, target);

  for (let channel = 0; channel < 3; channel += 1) {
    for (let i = 0; i < 15; i += 1) {
      const value = (pixels[3 * i + channel] ?? 0) / 255;
      const expected = (value - (imagenet.mean[channel] ?? 0)) / (imagenet.std[channel] ?? 1);
      expect(target[channel * 15 + i]).toBe(Math.fround(expected));
    }
  }
});

test('a batch is filled picture by picture', () => {
  const target = new Float32Array(24).fill(9);

  toTensor(Uint8Array.of(255, 0, 0, 0, 255, 0), { mean: [0, 0, 0], std: [1, 1, 1] }, target, 6);

  expect(Array.from(target.subarray(0, 6))).toEqual([9, 9, 9, 9, 9, 9]);
  expect(Array.from(target.subarray(6, 12))).toEqual([1, 0, 0, 1, 0, 0]);
  expect(target[12]).toBe(9);
});

test('what does not fit is refused before anything is written', () => {
  const target = new Float32Array(8);

  expect(() => toTensor(new Uint8Array(6), imagenet, target, 3)).toThrow(RangeError);
  expect(() => toTensor(new Uint8Array(7), imagenet, new Float32Array(99))).toThrow(RangeError);
  expect(Array.from(target)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
});
