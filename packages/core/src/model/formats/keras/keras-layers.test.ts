/** @file Every layer answers as TensorFlow's: fixtures/layers.json holds configurations, weights and answers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GraphWriter, settle, type Tensor } from './graph-writer.ts';
import { kerasLayers, trainingOnly } from './keras-layers.ts';
import { weightsOfTable } from './keras-weights.ts';
import { parseKerasConfig } from './parse-keras-config.ts';
import { channelsFirst, kerasPictures, runOnPictures } from './testing.ts';
import { walkModel } from './walk-model.ts';

interface Numbers {
  shape: number[];
  data: number[];
}

interface LayerCase {
  shape: number[];
  model: { config: { layers: { class_name: string }[] } };
  weights: Record<string, Numbers>;
  output: Numbers;
}

const cases = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/layers.json'), 'utf8')) as Record<
  string,
  LayerCase
>;

/** The graph's answer for the first picture, and its shape in Keras' order. */
async function answer({ shape, model, weights }: LayerCase): Promise<{ shape: readonly number[]; data: Float32Array }> {
  const writer = new GraphWriter();
  const table = new Map(
    Object.entries(weights).map(([name, array]) => [name, { shape: array.shape, data: Float32Array.from(array.data) }]),
  );
  const input: Tensor = { name: 'input', shape };
  const made = walkModel(writer, parseKerasConfig(JSON.stringify(model)), {
    input,
    weights: weightsOfTable(table),
    version: { major: 3 },
    front: { isScaled: false },
  });
  const output = settle(writer, made);
  const physical = (dims: readonly number[]): (number | string)[] =>
    dims.length === 3 ? ['N', dims[2] as number, dims[0] as number, dims[1] as number] : ['N', ...dims];
  const graph = writer.model(
    { name: 'input', dims: physical(shape) },
    { output: { from: output.name, dims: physical(output.shape) } },
  );
  const pictures = kerasPictures(shape, 1);
  return {
    shape: output.shape,
    data: await runOnPictures(graph, { shape, pictures, input: 'input', output: 'output' }),
  };
}

test.each(Object.entries(cases))('%s', async (_, layerCase) => {
  const { shape, data } = await answer(layerCase);

  expect(shape).toEqual(layerCase.output.shape);
  const expected = channelsFirst(layerCase.output.data, layerCase.output.shape);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const difference = expected.reduce((most, value, n) => Math.max(most, Math.abs(value - (data[n] as number))), 0);
  expect(difference / largest).toBeLessThan(3e-6);
});

test('every layer of the table that computes something is among the cases', () => {
  const tried = new Set(
    Object.values(cases).flatMap(({ model }) => model.config.layers.map((layer) => layer.class_name)),
  );
  const isOldName = (name: string): boolean => /^[a-z_]|V[12]$|^SyncBatch/.test(name);
  const computing = Object.keys(kerasLayers).filter((name) => kerasLayers[name] !== trainingOnly && !isOldName(name));

  expect(computing.filter((name) => !tried.has(name))).toEqual([]);
});
