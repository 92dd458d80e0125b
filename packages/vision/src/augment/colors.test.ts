/** @file Color steps against values worked by hand, against Pillow's definitions, and against their own laws. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyColors, type ColorStep } from './colors.ts';

const colored = (pixels: readonly (readonly [number, number, number])[], ...steps: ColorStep[]): number[][] => {
  const data = Uint8Array.from(pixels.flat());
  applyColors({ data, widthPx: pixels.length, heightPx: 1 }, steps);
  return pixels.map((_, n) => Array.from(data.subarray(3 * n, 3 * n + 3)));
};

const noise = fc
  .array(fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)), { minLength: 1, maxLength: 40 })
  .map((pixels) => pixels as [number, number, number][]);

const neutral: readonly ColorStep[] = [
  { kind: 'brightness', factor: 1 },
  { kind: 'contrast', factor: 1 },
  { kind: 'saturation', factor: 1 },
  { kind: 'hue', turn: 0 },
  { kind: 'sharpness', factor: 1 },
  { kind: 'solarize', threshold: 256 },
  { kind: 'posterize', bits: 8 },
];

test.each(neutral.map((step) => [step.kind, step] as const))(
  '%s that changes nothing gives the very bytes',
  (_, step) => {
    fc.assert(
      fc.property(noise, (pixels) => {
        expect(colored(pixels, step)).toEqual(pixels);
      }),
    );
  },
);

test('all that change nothing together give the very bytes', () => {
  fc.assert(
    fc.property(noise, (pixels) => {
      expect(colored(pixels, ...neutral)).toEqual(pixels);
    }),
  );
});

test.each<[string, ColorStep, [number, number, number][], number[][]]>([
  ['brightness scales and clamps', { kind: 'brightness', factor: 1.5 }, [[10, 100, 200]], [[15, 150, 255]]],
  [
    'no contrast is the mean grey',
    { kind: 'contrast', factor: 0 },
    [
      [0, 0, 0],
      [200, 200, 200],
    ],
    [
      [100, 100, 100],
      [100, 100, 100],
    ],
  ],
  [
    'more contrast moves away from the mean',
    { kind: 'contrast', factor: 2 },
    [
      [80, 80, 80],
      [120, 120, 120],
    ],
    [
      [60, 60, 60],
      [140, 140, 140],
    ],
  ],
  [
    'no saturation is the grey of BT.601',
    { kind: 'saturation', factor: 0 },
    [
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
    ],
    [
      [76, 76, 76],
      [150, 150, 150],
      [29, 29, 29],
    ],
  ],
  ['solarize inverts what is bright', { kind: 'solarize', threshold: 128 }, [[127, 128, 255]], [[127, 127, 0]]],
  ['posterize keeps the high bits', { kind: 'posterize', bits: 2 }, [[63, 64, 255]], [[0, 64, 192]]],
  [
    'autocontrast stretches every channel',
    { kind: 'autocontrast' },
    [
      [50, 0, 9],
      [100, 128, 9],
      [150, 255, 9],
    ],
    [
      [0, 0, 9],
      [127, 128, 9],
      [255, 255, 9],
    ],
  ],
])('%s', (_, step, before, after) => {
  expect(colored(before, step)).toEqual(after);
});

test('hue leaves grey and luma alone, and a whole turn is none', () => {
  const [grey] = colored([[90, 90, 90]], { kind: 'hue', turn: 0.3 });
  const [third] = colored([[140, 100, 100]], { kind: 'hue', turn: 1 / 3 });
  const [whole] = colored([[140, 100, 60]], { kind: 'hue', turn: 1 });

  expect(grey).toEqual([90, 90, 90]);
  const luma = (rgb: number[]): number => 0.299 * (rgb[0] ?? 0) + 0.587 * (rgb[1] ?? 0) + 0.114 * (rgb[2] ?? 0);
  expect(luma(third ?? [])).toBeCloseTo(luma([140, 100, 100]), 0);
  expect(third?.[1]).toBeGreaterThan(third?.[0] ?? 255);
  expect(whole).toEqual([140, 100, 60]);
});

test('equalize makes brightness even, byte for byte as Pillow 12.3 does', () => {
  const bytes = Array.from({ length: 512 }, (_, n) => Math.floor(n ** 1.5) % 100);
  const pixels = bytes.map((v): [number, number, number] => [v, v, v]);

  const even = colored(pixels, { kind: 'equalize' }).map(([v]) => v);

  expect([...bytes.slice(0, 8), ...bytes.slice(-8)]).toEqual([
    0, 1, 2, 5, 8, 11, 14, 18, 14, 48, 82, 15, 49, 83, 17, 51,
  ]);
  expect([...even.slice(0, 8), ...even.slice(-8)]).toEqual([
    0, 8, 15, 27, 39, 53, 73, 103, 73, 249, 255, 81, 255, 255, 97, 255,
  ]);
});

test('joined linear steps differ from single ones by rounding alone', () => {
  const steps: ColorStep[] = [
    { kind: 'brightness', factor: 0.9 },
    { kind: 'contrast', factor: 0.8 },
    { kind: 'saturation', factor: 0.7 },
    { kind: 'hue', turn: 0.02 },
  ];
  fc.assert(
    fc.property(noise, (pixels) => {
      const joined = colored(pixels, ...steps);
      const single = steps.reduce(
        (now, step) => colored(now as [number, number, number][], step),
        pixels as number[][],
      );
      joined.forEach((pixel, n) =>
        pixel.forEach((byte, c) => expect(Math.abs(byte - (single[n]?.[c] ?? 0))).toBeLessThanOrEqual(3)),
      );
    }),
  );
});

test('sharpness 0 smooths with the middle counted five times; edges stay', () => {
  const data = new Uint8Array(27).fill(13);
  data.fill(130, 12, 15);
  applyColors({ data, widthPx: 3, heightPx: 3 }, [{ kind: 'sharpness', factor: 0 }]);

  expect(Array.from(data.subarray(12, 15))).toEqual([58, 58, 58]);
  expect(data[0]).toBe(13);
});

test('blur keeps an even picture, spreads a dot and keeps its sum', () => {
  const even = new Uint8Array(27).fill(77);
  applyColors({ data: even, widthPx: 3, heightPx: 3 }, [{ kind: 'blur', sigmaPx: 1.5 }]);
  const dot = new Uint8Array(3 * 81);
  dot[3 * 40] = 255;
  applyColors({ data: dot, widthPx: 9, heightPx: 9 }, [{ kind: 'blur', sigmaPx: 1 }]);

  expect(new Set(even)).toEqual(new Set([77]));
  // 255 / (2 pi), and twice e^(-1/2) of it beside it.
  expect([dot[3 * 40], dot[3 * 41]]).toEqual([41, 25]);
  expect(Math.abs(dot.reduce((sum, byte) => sum + byte, 0) - 255)).toBeLessThan(12);
});
