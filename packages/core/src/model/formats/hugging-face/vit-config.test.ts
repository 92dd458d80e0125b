/** @file The text of config.json, where its numbers must be written as Python reads them. */
import { expect, test } from 'vitest';
import { renderVitConfig } from './vit-config.ts';

test('what transformers declares as float is written with a point, whole or not; a class of that name stays as it is', () => {
  const shape = { sizePx: 28, patchPx: 14, width: 8, depth: 1, heads: 2, layerScale: 1 };

  const text = renderVitConfig({ family: 'dinov2', shape, classes: ['cat', 'layerscale_value'] });

  expect(text).toContain('\n  "layerscale_value": 1.0,\n');
  expect(text).toContain('\n  "hidden_dropout_prob": 0.0,\n');
  expect(text).toContain('\n    "layerscale_value": 1\n');
  expect(text).toContain('\n  "hidden_size": 8,\n');
  expect(renderVitConfig({ family: 'dinov2', shape: { ...shape, layerScale: 0.5 } })).toContain(
    '"layerscale_value": 0.5,',
  );
});
