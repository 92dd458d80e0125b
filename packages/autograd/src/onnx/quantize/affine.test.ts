/** @file Rounding to 8 bits, worked by hand. */
import { expect, test } from 'vitest';
import { draw } from '../../testing.ts';
import { affineOf, dequantize, quantize, quantizeChannels, roundHalfEven } from './affine.ts';

test('a range from -1 to 3 takes 255 steps of 4/255, and 64 stands for 0', () => {
  const affine = affineOf({ low: -1, high: 3 });

  expect(affine).toEqual({ scale: Math.fround(4 / 255), zeroPoint: 64 });
  expect(quantize(0, affine)).toBe(64);
  expect(dequantize(64, affine)).toBe(0);
  expect(quantize(-9, affine)).toBe(0);
  expect(quantize(9, affine)).toBe(255);
});

test('a range is widened to hold 0, and one of nothing but 0 has the scale 1', () => {
  expect(affineOf({ low: 2, high: 5.1 })).toEqual({ scale: Math.fround(5.1 / 255), zeroPoint: 0 });
  expect(affineOf({ low: -5.1, high: -2 })).toEqual({ scale: Math.fround(5.1 / 255), zeroPoint: 255 });
  expect(affineOf({ low: 0, high: 0 })).toEqual({ scale: 1, zeroPoint: 0 });
});

test('halves are rounded to the even number', () => {
  expect([0.5, 1.5, 2.5, -0.5, -1.5, 2.4999].map(roundHalfEven).map((x) => x + 0)).toEqual([0, 2, 2, 0, -2, 2]);
});

test('each channel has a scale of its own: its largest weight becomes 127', () => {
  const weights = Float32Array.of(0.5, -1.27, 0, 25.4, -12.7, 0);

  const { data, scales } = quantizeChannels(weights, { channels: 2, step: 1, channelStep: 3 });

  expect([...scales]).toEqual([Math.fround(0.01), Math.fround(0.2)]);
  expect([...data]).toEqual([50, -127, 0, 127, -63, 0].map((q, i) => (i === 4 ? Math.round(-12.7 / scales[1]!) : q)));
});

test('channels may be columns', () => {
  const { data, scales } = quantizeChannels(Float32Array.of(1.27, 127, -0.5, -50), {
    channels: 2,
    step: 2,
    channelStep: 1,
  });

  expect([...scales]).toEqual([Math.fround(0.01), 1]);
  expect([...data]).toEqual([127, 127, -50, -50]);
});

test('two weights whose products a kernel adds in 16 bits are at most 128 together, whatever the walk', () => {
  const [channels, each] = [8, 27];
  const weights = draw(channels * each, 1);

  const { data } = quantizeChannels(weights, { channels, step: 1, channelStep: each, pairedWalks: [1, 9] });

  const rows = Array.from({ length: channels }, (_, c) => data.subarray(c * each, (c + 1) * each));
  const byPlace = Array.from({ length: each }, (_, n) => Math.floor(n / 3) + (n % 3) * 9);
  for (const row of rows)
    for (const walk of [Array.from(row.keys()), byPlace])
      for (let n = 0; n + 1 < each; n += 2) {
        const [a, b] = [row[walk[n] as number] as number, row[walk[n + 1] as number] as number];
        expect(a * b > 0 ? Math.abs(a + b) : 0).toBeLessThanOrEqual(128);
      }
  expect(Math.max(...data.map(Math.abs))).toBeGreaterThan(64);
});

test('a channel of zeros stays one, with a scale that is a number', () => {
  const { data, scales } = quantizeChannels(new Float32Array(4), { channels: 2, step: 1, channelStep: 2 });

  expect([...data]).toEqual([0, 0, 0, 0]);
  expect([...scales]).toEqual([1, 1]);
});
