/** @file Raw pixels as features: which names there are, and in which order the numbers come. */
import { expect, test } from 'vitest';
import { computePixelFeatures, parsePixelBackbone } from './pixel-backbone.ts';

test.each([
  ['pixels', 32, 3072],
  ['pixels:8', 8, 192],
  ['pixels:64', 64, 12288],
])('%s squashes pictures to %i px and gives %i features', (name, sizePx, dimensions) => {
  const backbone = parsePixelBackbone(name);

  expect(backbone).toMatchObject({ kind: 'pixels', name: `pixels:${sizePx}`, dimensions });
  expect(backbone?.preprocessing).toMatchObject({ widthPx: sizePx, heightPx: sizePx, resize: 'squash' });
});

test.each(['pixels:7', 'pixels:65', 'pixels:', 'pixels:-8', 'pixels:1e1', 'histograms'])('%s is not one', (name) => {
  expect(parsePixelBackbone(name)).toBeUndefined();
});

test('features are the picture from -1 to 1, channel by channel', () => {
  const backbone = parsePixelBackbone('pixels:8');
  if (!backbone) throw new Error('there is no such backbone');
  const pixels = new Uint8Array(8 * 8 * 3);
  pixels.set([255, 0, 51], 3);

  const features = computePixelFeatures(pixels, backbone);

  expect([features[1], features[65], features[129]]).toEqual([1, -1, Math.fround(-0.6)]);
  expect(features.filter((value) => value !== -1)).toHaveLength(2);
});
