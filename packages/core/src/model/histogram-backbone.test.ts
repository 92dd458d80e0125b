/** @file The name of the histogram recipe stands for its numbers: bundles and embeddings are kept apart by it. */
import { expect, test } from 'vitest';
import { computeHistogramFeatures, histogramBackbone } from './histogram-backbone.ts';

/** Rings of changing color: every kind of histogram has something to count. */
function rings(side: number): Uint8Array {
  return Uint8Array.from({ length: side * side * 3 }, (_, at) => {
    const [pixel, channel] = [Math.floor(at / 3), at % 3];
    const [x, y] = [(pixel % side) - side / 3, Math.floor(pixel / side) - side / 2];
    return Math.round(127.5 + 127.5 * Math.sin((x * x + y * y) / (90 + 40 * channel)));
  });
}

test('the same recipe gives the same features; when this fails, raise the recipe in contracts/model.ts', () => {
  const { preprocessing, dimensions, hash } = histogramBackbone;

  const features = computeHistogramFeatures(rings(preprocessing.widthPx));

  const moments = [1, 2, 3].map((power) =>
    features.reduce((sum, value, d) => sum + value ** power * (1 + d / dimensions), 0),
  );
  expect(features).toHaveLength(dimensions);
  expect({ hash, moments: moments.map((moment) => Math.round(moment * 100) / 100) }).toMatchInlineSnapshot(`
    {
      "hash": "histograms-1",
      "moments": [
        326.19,
        74.77,
        25.56,
      ],
    }
  `);
});
