/** @file The promises of a single picture, and of the classes against each other. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { recyclableClasses, renderRecyclable } from './render.ts';

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test.each(recyclableClasses)('%s: the same seed gives the same bytes, another seed others', async (className) => {
  const first = await renderRecyclable({ className, seed: 7, sizePx: 96 });
  const again = await renderRecyclable({ className, seed: 7, sizePx: 96 });
  const other = await renderRecyclable({ className, seed: 8, sizePx: 96 });

  expect(hashOf(again)).toBe(hashOf(first));
  expect(hashOf(other)).not.toBe(hashOf(first));
});

test('pictures drawn at the same time do not disturb each other', async () => {
  const seeds = [1, 2, 3, 4, 5, 6];
  const alone: string[] = [];
  for (const seed of seeds) alone.push(hashOf(await renderRecyclable({ className: 'soda-cans', seed, sizePx: 64 })));

  const together = await Promise.all(
    seeds.map((seed) => renderRecyclable({ className: 'soda-cans', seed, sizePx: 64 })),
  );

  expect(together.map(hashOf)).toEqual(alone);
});

test.each(recyclableClasses)('%s: a picture is a JPEG of the asked size with something to see', async (className) => {
  const jpeg = await renderRecyclable({ className, seed: 11 });

  const { format, width, height } = await sharp(jpeg).metadata();
  expect(format).toBe('jpeg');
  expect(Math.max(width, height)).toBe(256);
  expect([192, 256]).toContain(Math.min(width, height));
  const { channels, entropy } = await sharp(jpeg).stats();
  expect(entropy).toBeGreaterThan(4);
  expect(Math.max(...channels.map((channel) => channel.stdev))).toBeGreaterThan(8);
});

test.each([63, 1025, 100.5])('a size of %d is refused', async (sizePx) => {
  await expect(renderRecyclable({ className: 'boxes', seed: 1, sizePx })).rejects.toThrow(RangeError);
});

test('mean color alone does not tell the classes apart', async () => {
  const samples: { classIndex: number; color: number[] }[] = [];
  for (let i = 0; i < 200; i++) {
    const classIndex = i % recyclableClasses.length;
    const jpeg = await renderRecyclable({ className: recyclableClasses[classIndex]!, seed: i, sizePx: 64 });
    const { channels } = await sharp(jpeg).stats();
    samples.push({ classIndex, color: channels.map((channel) => channel.mean) });
  }

  const right = samples.filter((sample) => nearestMean(samples, sample) === sample.classIndex).length;

  expect(right / samples.length).toBeLessThan(0.45);
});

/** Leave one out: the class whose other pictures' mean color is nearest. */
function nearestMean(samples: readonly { classIndex: number; color: number[] }[], asked: { color: number[] }): number {
  const distances = recyclableClasses.map((_, classIndex) => {
    const others = samples.filter((sample) => sample.classIndex === classIndex && sample !== asked);
    return asked.color.reduce(
      (sum, value, k) => sum + (value - others.reduce((s, o) => s + o.color[k]!, 0) / others.length) ** 2,
      0,
    );
  });
  return distances.indexOf(Math.min(...distances));
}
