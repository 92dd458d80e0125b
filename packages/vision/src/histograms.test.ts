/** @file Each kind of histogram against values that can be worked out by hand, and the whole against itself. */
import { expect, test } from 'vitest';
import { computeColors } from './color-histograms.ts';
import { computeGradients } from './gradient-histograms.ts';
import { computeHistograms, histogramsDimensions, histogramsPreprocessing } from './histograms.ts';
import { preparePixels } from './prepare-pixels.ts';
import { aPicture, paintPixels } from './testing/a-picture.ts';
import { computePatterns, computePhases, type Grey, halve, toGrey } from './texture-histograms.ts';

type Color = readonly [number, number, number];
const [red, blue, black] = [
  [255, 0, 0],
  [0, 0, 255],
  [0, 0, 0],
] as const;

/** [sidePx, sidePx, 3], colored by position. */
function draw(sidePx: number, colorAt: (x: number, y: number) => Color): Uint8Array {
  return Uint8Array.from({ length: sidePx * sidePx * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return colorAt(pixel % sidePx, Math.floor(pixel / sidePx))[i % 3] as number;
  });
}

const greyOf = (sidePx: number, valueAt: (x: number, y: number) => number): Grey => ({
  sidePx,
  values: Float32Array.from({ length: sidePx * sidePx }, (_, i) => valueAt(i % sidePx, Math.floor(i / sidePx))),
});

/** Index and value of everything that is not zero. */
const nonzero = (values: Float32Array): [number, number][] =>
  Array.from(values, (value, i): [number, number] => [i, value]).filter(([, value]) => value !== 0);

test('every value lies between 0 and 1, for painted, black and white pictures', () => {
  const pictures = [
    paintPixels({ widthPx: 128, heightPx: 128 }),
    new Uint8Array(49_152),
    new Uint8Array(49_152).fill(255),
  ];

  for (const picture of pictures) {
    const histograms = computeHistograms(picture);
    expect(histograms).toHaveLength(histogramsDimensions);
    expect(histograms.every((value) => value >= 0 && value <= 1)).toBe(true);
  }
  expect(histogramsDimensions).toBe(2864);
});

test('pixels of another size are refused', () => {
  expect(() => computeHistograms(new Uint8Array(224 * 224 * 3))).toThrow(RangeError);
});

test('from bytes to features, the same picture gives the same numbers', async () => {
  const bytes = await aPicture({ widthPx: 300, heightPx: 200 }).jpeg().toBuffer();

  const first = computeHistograms(await preparePixels(bytes, histogramsPreprocessing));
  const second = computeHistograms(await preparePixels(bytes, histogramsPreprocessing));

  expect(second).toEqual(first);
});

test('a picture is nearer to its brighter copy than to another picture', () => {
  const paint = (seed: number): Uint8Array => paintPixels({ seed, widthPx: 128, heightPx: 128 });
  const distance = (a: Float32Array, b: Float32Array): number =>
    Math.hypot(...a.map((value, i) => value - (b[i] ?? 0)));
  const original = computeHistograms(paint(1));

  const brighter = computeHistograms(paint(1).map((value) => Math.min(255, value + 12)));
  const others = [2, 3, 4].map((seed) => computeHistograms(paint(seed)));

  for (const other of others) expect(distance(original, brighter)).toBeLessThan(distance(original, other));
});

test('a horizontal ramp votes for the two bins around 0 degrees only', () => {
  const pixels = draw(16, (x) => [(3 * x) ** 2 / 9, 0, 0]);

  const block = computeGradients(pixels, { sidePx: 16, cellPx: 8 });

  expect(block).toHaveLength(36);
  for (const [i, value] of block.entries()) expect(value).toBeCloseTo([0, 8].includes(i % 9) ? Math.SQRT1_2 / 2 : 0, 1);
});

test('turning a picture by 90 degrees turns its gradients', () => {
  const across = computeGradients(
    draw(32, (x) => [(8 * x) % 256, 0, 0]),
    { sidePx: 32, cellPx: 16 },
  );
  const down = computeGradients(
    draw(32, (_, y) => [(8 * y) % 256, 0, 0]),
    { sidePx: 32, cellPx: 16 },
  );
  const votesPerBin = (block: Float32Array): number[] =>
    Array.from({ length: 9 }, (_, bin) =>
      block.filter((_value, i) => i % 9 === bin).reduce((sum, value) => sum + value, 0),
    );

  const votedBins = (block: Float32Array): number[] =>
    [...votesPerBin(block).entries()].flatMap(([bin, votes]) => (votes > 0.1 ? [bin] : []));
  expect(votedBins(across)).toEqual([0, 8]);
  expect(votedBins(down)).toEqual([4]);
});

test('a plain picture has no gradients', () => {
  expect(
    nonzero(
      computeGradients(
        draw(32, () => red),
        { sidePx: 32, cellPx: 16 },
      ),
    ),
  ).toEqual([]);
});

test('a red picture fills one bin of each color histogram', () => {
  const colors = computeColors(
    draw(8, () => red),
    8,
  );

  const jointRed = 0 * 16 + 3 * 4 + 3;
  const quarters = [0, 1, 2, 3].flatMap((i) => [0, 16 + 7, 24 + 7].map((bin) => 256 + 32 * i + bin));
  const fine = [0, 36 + 31, 68 + 63, 132 + 31, 164 + 0, 196 + 0].map((bin) => 384 + bin);
  expect(nonzero(colors)).toEqual([jointRed, ...quarters, ...fine].map((i) => [i, 1]));
});

test('a picture half red, half blue has the square root of a half in both bins', () => {
  const colors = computeColors(
    draw(8, (x) => (x < 4 ? red : blue)),
    8,
  );

  const joint = nonzero(colors.subarray(0, 256));
  const [redBin, blueBin] = [15, Math.floor((2 / 3) * 16) * 16 + 15];
  expect(joint).toEqual([redBin, blueBin].map((i) => [i, Math.fround(Math.SQRT1_2)]));
});

test('black has neither hue nor saturation', () => {
  expect(
    nonzero(
      computeColors(
        draw(8, () => black),
        8,
      ).subarray(0, 256),
    ),
  ).toEqual([[0, 1]]);
});

test('a plain picture has one pattern and one phase', () => {
  const plain = greyOf(8, () => 0.3);

  expect(nonzero(computePatterns(plain, 1))).toEqual([[57, 1]]);
  expect(nonzero(computePhases(plain, 1))).toEqual([[0, 1]]);
});

test('patterns and phases ignore brightness and contrast', () => {
  const painted = toGrey(paintPixels({ widthPx: 64, heightPx: 64 }), 64);
  const paint = { ...painted, values: painted.values.map(Math.round) };
  const changed = { ...paint, values: paint.values.map((value) => 2 * value + 64) };

  expect(computePatterns(changed, 2)).toEqual(computePatterns(paint, 2));
  expect(computePhases(changed, 2)).toEqual(computePhases(paint, 2));
});

test('patterns are counted per cell of the grid', () => {
  const noisyLeft = greyOf(16, (x, y) => (x < 7 ? ((x * 7 + y * 13) % 5) * 40 : 100));

  const cells = computePatterns(noisyLeft, 2);

  const plainBinOf = (cell: number): number => cells[cell * 59 + 57] ?? 0;
  expect([0, 2].map((cell) => plainBinOf(cell) < 0.8)).toEqual([true, true]);
  expect([1, 3].map(plainBinOf)).toEqual([1, 1]);
});

test('a falling and a rising ramp differ in the signs of their phase', () => {
  const rising = nonzero(
    computePhases(
      greyOf(8, (x) => x),
      1,
    ),
  ).map(([code]) => code);
  const falling = nonzero(
    computePhases(
      greyOf(8, (x) => -x),
      1,
    ),
  ).map(([code]) => code);

  expect(rising.every((code) => (code & 2) === 0)).toBe(true);
  expect(falling.every((code) => (code & 2) === 2)).toBe(true);
});

test('halving averages two by two pixels', () => {
  expect(Array.from(halve(greyOf(4, (x, y) => x + 10 * y)).values)).toEqual([5.5, 7.5, 25.5, 27.5]);
});
