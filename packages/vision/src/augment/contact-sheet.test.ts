/** @file The contact sheet shows the pictures as they are trained on, and says of which class each is. */
import { preprocessingSchema } from '@tintype/contracts/preprocessing';
import { expect, test } from 'vitest';
import { decodeImage, type Image } from '../decode-image.ts';
import { renderText } from '../sharp.ts';
import { toTensor } from '../to-tensor.ts';
import { describeTarget, renderContactSheet } from './contact-sheet.ts';

const classes = ['red', 'green <&>', 'blue'];
const colors = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
] as const;

/** One picture per color. */
function aBatch(channelOrder: 'RGB' | 'BGR') {
  const preprocessing = preprocessingSchema.parse({ widthPx: 32, heightPx: 16, mean: [0.4, 0.5, 0.6], channelOrder });
  const length = 3 * 32 * 16;
  const x = new Float32Array(3 * length);
  colors.forEach((color, n) => {
    const ordered = channelOrder === 'BGR' ? color.toReversed() : color;
    toTensor(
      Uint8Array.from({ length }, (_, i) => ordered[i % 3] as number),
      preprocessing,
      x,
      n * length,
    );
  });
  return { batch: { x, targets: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1) }, preprocessing };
}

const colorAt = ({ data, widthPx }: Image, x: number, y: number): number[] =>
  Array.from(data.subarray(3 * (y * widthPx + x), 3 * (y * widthPx + x) + 3), (byte) => Math.round(byte / 51) * 51);

const darkIn = ({ data, widthPx }: Image, from: { x: number; y: number }, to: { x: number; y: number }): number => {
  let count = 0;
  for (let y = from.y; y < to.y; y += 1)
    for (let x = from.x; x < to.x; x += 1) if ((data[3 * (y * widthPx + x)] as number) < 120) count += 1;
  return count;
};

test.each(['RGB', 'BGR'] as const)('%s pictures come back as they were, enlarged, in order', async (channelOrder) => {
  const { batch, preprocessing } = aBatch(channelOrder);

  const sheet = await decodeImage(await renderContactSheet(batch, { preprocessing, classes }));

  // 256 x 128 each, ten pixels apart.
  expect([138, 404, 670].map((x) => colorAt(sheet, x, 74))).toEqual(colors.map((color) => [...color]));
  expect(sheet.widthPx).toBe(10 + 3 * 266);
});

test('names stand below, and a title above', async ({ skip }) => {
  skip((await renderText('x', 12)) === undefined, 'this system has no font');
  const { batch, preprocessing } = aBatch('RGB');

  const plain = await decodeImage(await renderContactSheet(batch, { preprocessing, classes }));
  const titled = await decodeImage(await renderContactSheet(batch, { preprocessing, classes, title: 'First batch' }));

  for (const x of [10, 276, 542]) expect(darkIn(plain, { x, y: 140 }, { x: x + 60, y: 158 })).toBeGreaterThan(10);
  expect(titled.heightPx - plain.heightPx).toBe(30);
  expect(darkIn(titled, { x: 10, y: 10 }, { x: 120, y: 30 })).toBeGreaterThan(50);
});

test('a sheet holds at most what was asked for', async () => {
  const { batch, preprocessing } = aBatch('RGB');

  const sheet = await decodeImage(await renderContactSheet(batch, { preprocessing, classes, most: 1 }));

  expect(colorAt(sheet, 138, 74)).toEqual([255, 0, 0]);
  expect(sheet.widthPx).toBeLessThan(600);
});

test('a mixed picture names its two classes with their shares', () => {
  expect(describeTarget(Float32Array.of(0, 1, 0), classes)).toEqual(['green <&>']);
  expect(describeTarget(Float32Array.of(0.7, 0, 0.3), classes)).toEqual(['red 70 %', 'blue 30 %']);
});
